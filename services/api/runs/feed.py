"""Live logs: one reader per watched run and process, however many subscribers.

The channel is only a doorbell. Every event comes from Postgres, is read once per process, and is kept
for all who watch. A subscriber has a cursor and nothing else, so a slow one slows nobody.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import structlog

from shared.contracts.records import Event
from shared.db import runs
from shared.db.pool import Database
from shared.domain.errors import Unavailable
from shared.queue.channel import Channel

KEPT = 2000
"""Events of one run held in memory; who lags further behind reads Postgres himself."""
RECHECK_S = 15.0
"""Postgres is asked at least this often, should a doorbell be lost."""
RETRY_S = 0.5
ENDS = frozenset({"run.completed", "run.failed", "run.cancelled"})

log = structlog.get_logger()


class Feed:
    """The log of one run as far as it is known here."""

    def __init__(self, run_id: str, database: Database) -> None:
        self._run_id = run_id
        self._database = database
        self._events: list[Event] = []
        self._grown = asyncio.Event()
        """Set, and replaced, with every growth: each of a thousand watchers wakes in one turn of the loop."""
        self._reading = asyncio.Lock()
        self._gone = False
        self._broken: Exception | None = None
        self.watchers = 0
        self._shared: dict[tuple[int, bool], bytes] = {}

    @property
    def ended(self) -> bool:
        """Nothing more will come: the run has ended, or was deleted."""
        return self._gone or (bool(self._events) and self._events[-1].type in ENDS)

    @property
    def last(self) -> int:
        """The newest sequence known, -1 before the first read."""
        return self._events[-1].sequence if self._events else -1

    def break_off(self, error: Exception) -> None:
        """Nobody reads any more: tell everybody who waits."""
        self._broken = error
        self._wake()

    def check(self) -> None:
        """Raises ``Unavailable`` when nobody reads any more."""
        if self._broken is not None:
            raise Unavailable("the run's events cannot be read just now; ask again") from self._broken

    async def after(self, sequence: int, *, wait_s: float) -> list[Event]:
        """Events behind a sequence; waits up to ``wait_s`` seconds for the first. Empty when none came.

        Raises:
            Unavailable: the database does not answer, or nobody reads any more.
        """
        if self.last <= sequence and not self.ended and wait_s > 0:
            try:
                async with asyncio.timeout(wait_s):
                    while self.last <= sequence and not self.ended and self._broken is None:
                        await self._grown.wait()
            except TimeoutError:
                return []
        if self.last <= sequence:
            self.check()
        if not self._events:
            return []
        first = self._events[0].sequence
        if first > sequence + 1:
            async with self._database.connect() as db:
                return await runs.events(db, self._run_id, after=sequence)
        return self._events[sequence + 1 - first :]  # sequences have no gaps

    def shared(self, key: tuple[int, bool], make: Callable[[], bytes]) -> bytes:
        """What all watchers send of an event in one form, made by the first of them."""
        found = self._shared.get(key)
        if found is None:
            found = make()
            if len(self._shared) < KEPT:
                self._shared[key] = found
        return found

    async def read(self) -> None:
        """Fetch what is new and wake everybody.

        Raises:
            Unavailable: the database does not answer.
        """
        async with self._reading:
            async with self._database.connect() as db:
                new = await runs.events(db, self._run_id, after=self.last)
                self._gone = not new and await runs.owner(db, self._run_id) is None
            if new:
                self._events = (self._events + new)[-KEPT:]
                self._shared = {}
            if new or self._gone:
                self._wake()

    def _wake(self) -> None:
        grown, self._grown = self._grown, asyncio.Event()
        grown.set()


class Feeds:
    """The feeds of this process."""

    def __init__(self, database: Database, channel: Channel) -> None:
        self._database = database
        self._channel = channel
        self._feeds: dict[str, tuple[Feed, asyncio.Task[None], asyncio.Event]] = {}

    @asynccontextmanager
    async def watch(self, run_id: str) -> AsyncIterator[Feed]:
        """A run's feed, read at least once.

        Raises:
            Unavailable: the database does not answer.
        """
        if run_id not in self._feeds:
            feed, ready = Feed(run_id, self._database), asyncio.Event()
            self._feeds[run_id] = (feed, asyncio.create_task(self._follow(feed, run_id, ready)), ready)
        feed, follower, ready = self._feeds[run_id]
        feed.watchers += 1
        try:
            await ready.wait()
            feed.check()
            yield feed
        finally:
            feed.watchers -= 1
            if feed.watchers == 0:
                self._let_go(feed, run_id)
                follower.cancel()

    async def _follow(self, feed: Feed, run_id: str, ready: asyncio.Event) -> None:
        try:
            await self._read_on(feed, run_id, ready)
        except Exception as error:
            log.warning("feed.broken", run_id=run_id, exc_info=error)
            self._let_go(feed, run_id)  # whoever comes next begins anew
            feed.break_off(error)
            ready.set()

    def _let_go(self, feed: Feed, run_id: str) -> None:
        if self._feeds.get(run_id, (None,))[0] is feed:
            del self._feeds[run_id]

    async def _read_on(self, feed: Feed, run_id: str, ready: asyncio.Event) -> None:
        async with self._channel.subscribe(run_id) as rung:
            await feed.read()
            ready.set()
            while not feed.ended:
                with suppress(TimeoutError):
                    async with asyncio.timeout(RECHECK_S):  # wait_for loses cancellations on Python 3.11
                        await rung.get()
                while not rung.empty():
                    rung.get_nowait()
                try:
                    await feed.read()
                except Unavailable as error:
                    log.warning("feed.late", run_id=run_id, error=error.message)
                    await asyncio.sleep(RETRY_S)
                    rung.put_nowait({"type": "lost"})
