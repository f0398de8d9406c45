"""How this project reaches Redis: every time-out said out loud, and an outage that is logged once.

What lies in Redis can be lost: bells, messages, statistics. So nothing here raises when Redis is
away; callers learn it from an answer, and Postgres and the sweeper make good what was missed.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import structlog
from dramatiq.errors import BrokerConnectionError
from redis import Redis, RedisError
from redis.asyncio import BlockingConnectionPool
from redis.asyncio import Redis as AsyncRedis
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.retry import Retry

BLOCK_S = 0.5
"""The longest that a blocking command waits; so long does a shutdown wait for it at most."""
RETRY_S = 0.5
"""The time between two attempts while Redis is away, at least."""
STALE = (RedisConnectionError,)
"""Tried again at once: a restarted Redis leaves dead connections in the pool. A time-out is not."""

T = TypeVar("T")

log = structlog.get_logger()


def blocking(url: str) -> Redis:
    """A client for threads. Its socket time-out must stay above ``BLOCK_S``."""
    return Redis.from_url(
        url,
        max_connections=10_000,  # one for each thread that talks, however many there are
        socket_timeout=BLOCK_S + 1.5,
        socket_connect_timeout=1,
        socket_keepalive=True,
        health_check_interval=30,
        retry=Retry(NoBackoff(), 1, STALE),
    )


def on_loop(url: str) -> AsyncRedis:
    """A client for the event loop; whoever finds its connections in use waits for one."""
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=16,
        timeout=1,
        socket_timeout=1,
        socket_connect_timeout=1,
        socket_keepalive=True,
        retry=AsyncRetry(NoBackoff(), 1, STALE),
    )
    return AsyncRedis.from_pool(pool)


class Outage:
    """Whether Redis is away, for one user of it: logs when it goes and when it is back, and nothing between."""

    def __init__(self, user: str) -> None:
        self.on = False
        self._user = user
        self._next_try = 0.0

    async def attempt(self, call: Callable[[], Awaitable[T]]) -> T | None:
        """The call's answer, or None when Redis is away."""
        if not self.skip():
            with self.guard():
                return await _cancellable(call)
        return None

    def skip(self) -> bool:
        """True during an outage, but for a caller now and then who finds out whether it is over."""
        now = time.monotonic()
        if self.on and now < self._next_try:
            return True
        self._next_try = now + RETRY_S
        return False

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Swallow what a Redis that is away raises, and remember it."""
        start = time.monotonic()
        try:
            yield
        except (RedisError, BrokerConnectionError, OSError) as error:
            self.began(error)
            now = time.monotonic()
            self._next_try = now + min(max(RETRY_S, 5 * (now - start)), 10 * RETRY_S)  # a time-out is dearer to try
        else:
            self.ended()

    def began(self, error: Exception) -> None:
        if not self.on:
            log.warning("redis.lost", user=self._user, error=f"{type(error).__name__}: {error}")
        self.on = True

    def ended(self) -> None:
        if self.on:
            log.info("redis.back", user=self._user)
        self.on = False


async def _cancellable(call: Callable[[], Awaitable[T]]) -> T:
    """redis-py waits by ``asyncio.wait_for``, which on Python 3.11 loses a cancellation that comes with the answer."""
    task = asyncio.current_task()
    before = task.cancelling() if task else 0
    answer = await call()
    if task and task.cancelling() > before:
        raise asyncio.CancelledError
    return answer
