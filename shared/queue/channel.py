"""The doorbell of whoever watches a run: live messages by pub/sub. The events themselves are in Postgres."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import msgspec
import structlog
from redis import RedisError
from redis.asyncio.client import PubSub

from .connection import RETRY_S, Outage, on_loop

PREFIX = "pressrun:run:"
ALWAYS = "pressrun:channel"
"""Keeps the connection subscribed, and so alive, while nobody watches."""
WAITING_MOST = 256
"""Messages that wait for one subscriber; a slower one loses them all and is told to look again."""
CONFIRM_S = 1.0
"""How long a new subscriber waits for Redis to confirm."""
QUIET_S = 5.0
"""After this long without a word the connection is tested, and after twice that it is given up."""
LOST: dict[str, Any] = {"type": "lost"}
"""What a subscriber finds after messages were lost: it must read the truth again."""

Queue = asyncio.Queue[dict[str, Any]]

log = structlog.get_logger()


class _Watched:
    """A run that somebody in this process watches."""

    def __init__(self) -> None:
        self.queues: set[Queue] = set()
        self.confirmed = asyncio.Event()
        """Redis delivers from now on. It confirms again after a reconnect."""

    def put(self, message: dict[str, Any]) -> None:
        for queue in self.queues:
            if queue.full():
                while not queue.empty():
                    queue.get_nowait()
                queue.put_nowait(LOST)
            else:
                queue.put_nowait(message)


class Channel:
    """Publishes and delivers a run's messages over one Redis connection per process."""

    def __init__(self, redis_url: str) -> None:
        self._redis = on_loop(redis_url)
        self._outage = Outage("channel")
        self._watched: dict[str, _Watched] = {}
        self._pubsub: PubSub | None = None
        self._writing = asyncio.Lock()
        self._listener: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Start to listen. A Redis that is away does not matter: it is tried again until ``close``."""
        self._listener = asyncio.create_task(self._listen())

    async def close(self) -> None:
        if self._listener:
            self._listener.cancel()
            with suppress(asyncio.CancelledError):
                await self._listener
        await self._redis.aclose()

    async def publish(self, run_id: str, message: dict[str, Any]) -> bool:
        """Tell whoever watches this run. Never raises; False when Redis is away."""
        body = msgspec.json.encode(message)
        return await self._outage.attempt(lambda: self._redis.publish(PREFIX + run_id, body)) is not None

    @asynccontextmanager
    async def subscribe(self, run_id: str) -> AsyncIterator[Queue]:
        """A queue of the run's messages from here on: subscribe first, then read Postgres.

        A ``{"type": "lost"}`` in it means that messages may be missing before it.
        """
        name, queue = PREFIX + run_id, Queue(WAITING_MOST)
        watched = self._watched.setdefault(name, _Watched())
        watched.queues.add(queue)
        try:
            if len(watched.queues) == 1:
                await self._tell(name)
            await self._confirmation(watched)
            yield queue
        finally:
            watched.queues.discard(queue)
            if not watched.queues and self._watched.get(name) is watched:
                del self._watched[name]
                await self._tell(name)

    async def _tell(self, name: str) -> None:
        """Let Redis know whether this run is watched, by what is true when it is written."""
        async with self._writing:
            if self._pubsub is None:
                return
            with suppress(RedisError, OSError):  # the listener reads from the same connection and sees it too
                if name in self._watched:
                    await self._pubsub.subscribe(name)
                else:
                    await self._pubsub.unsubscribe(name)

    async def _confirmation(self, watched: _Watched) -> None:
        try:
            async with asyncio.timeout(CONFIRM_S):  # wait_for loses cancellations on Python 3.11
                await watched.confirmed.wait()
        except TimeoutError:
            watched.confirmed.set()  # go on without; what Redis confirms later is then a loss to tell of

    async def _listen(self) -> None:
        while True:
            try:
                await self._stay_connected()
            except (RedisError, OSError) as error:
                self._outage.began(error)
            except Exception:
                log.exception("channel.crashed")  # and goes on: a channel that fell silent would go unnoticed
            await asyncio.sleep(RETRY_S)

    async def _stay_connected(self) -> None:
        async with self._redis.pubsub() as pubsub:
            try:
                async with self._writing:
                    await pubsub.subscribe(ALWAYS, *self._watched)
                    self._pubsub = pubsub
                await self._read(pubsub)
            finally:
                async with self._writing:
                    self._pubsub = None

    async def _read(self, pubsub: PubSub) -> None:
        asked = False
        while True:
            message = await pubsub.get_message(timeout=QUIET_S)
            if message is not None:
                asked = False
                self._deliver(message)
            elif asked:
                raise TimeoutError("no answer to a ping")
            else:
                asked = True
                await pubsub.ping()

    def _deliver(self, message: dict[str, Any]) -> None:
        self._outage.ended()
        watched = self._watched.get((message["channel"] or b"").decode())
        if watched is None:
            return
        if message["type"] == "message":
            watched.put(msgspec.json.decode(message["data"]))
        elif message["type"] == "subscribe":
            if watched.confirmed.is_set():
                watched.put(LOST)
            watched.confirmed.set()
