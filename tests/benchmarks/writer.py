"""A process that commits events as a worker does; told what to do by lines of JSON on its standard input.

It holds one step of every run that waits, so that the runs stay open, and writes chunks of a model's text.
"""

from __future__ import annotations

import asyncio
import itertools
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import asyncpg
import msgspec
from redis.asyncio import Redis

from shared.config import Core, environment, load
from shared.contracts.states import Stage
from shared.domain.ids import new_id
from shared.domain.outcome import Work
from shared.observability.logging import configure
from shared.pipeline.chunks import ChunkStream
from shared.pipeline.claims import claim
from shared.pipeline.pipeline import Pipeline
from shared.pipeline.resources import open_pipeline

TEXT = "some twelve words of a section, as a language model writes them "
CHANNEL = "bench:"
LEASE_S = 3600
CREATE = """DROP TABLE IF EXISTS bench_events;
    CREATE TABLE bench_events
    (id uuid PRIMARY KEY, run_id text, sequence int, type text, payload jsonb, UNIQUE (run_id, sequence))"""
INSERT = "INSERT INTO bench_events VALUES ($1, $2, $3, 'output.chunk', $4)"

Write = Callable[[int], Awaitable[None]]
"""Write one event to the run with this place."""


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What to do next."""

    way: str
    """``engine``: through Pressrun; ``insert``: one bare INSERT; ``publish``: one bare PUBLISH in Redis."""
    runs: int
    seconds: float
    at_once: int = 1
    per_second: float = 0
    """0: as fast as it goes."""


class Wrote(msgspec.Struct, frozen=True):
    """What came of an order."""

    seconds: float
    stamps: list[tuple[int, int, int]]
    """(run's place, number, when it was committed), for ``time.monotonic_ns`` of any process."""


class Writer:
    """One process's connections and held steps."""

    def __init__(self, pipeline: Pipeline, plain: asyncpg.Pool, redis: Redis) -> None:
        self._pipeline = pipeline
        self._plain = plain
        self._redis = redis
        self._streams: list[ChunkStream] = []
        self._places: dict[str, int] = {}
        self._numbers = itertools.count()
        self._stamps: list[tuple[int, int, int]] = []
        self._publish = pipeline.channel.publish
        pipeline.channel.publish = self._stamped  # type: ignore[method-assign] # called when the commit is back

    async def hold(self) -> int:
        """Claim every step that waits, in the order in which their runs were started."""
        works: list[Work] = []
        while held := await claim(self._pipeline, Stage.TEMPLATE, worker="bench", lease_s=LEASE_S, most=None):
            works.append(await held.work())
        works.sort(key=lambda work: work.run_id)
        self._streams = [ChunkStream(self._pipeline, work) for work in works]
        self._places = {work.run_id: place for place, work in enumerate(works)}
        return len(works)

    async def carry_out(self, order: Order) -> Wrote:
        write: Write = {"engine": self._engine, "insert": self._insert, "publish": self._bare}[order.way]
        self._stamps = []
        began = time.monotonic()
        turns = self._turns(order, began)

        async def line() -> None:
            for number, at in turns:
                await asyncio.sleep(at - time.monotonic()) if at > time.monotonic() else None
                await write(number % order.runs)

        await asyncio.gather(*(line() for _ in range(order.at_once)))
        return Wrote(time.monotonic() - began, self._stamps)

    @staticmethod
    def _turns(order: Order, began: float) -> Iterator[tuple[int, float]]:
        """Numbers, and when each is due, until the time is over."""
        for number in itertools.count():
            due = began + number / order.per_second if order.per_second else 0.0
            if max(due, time.monotonic()) > began + order.seconds:
                return
            yield number, due

    async def _engine(self, place: int) -> None:
        await self._streams[place].write([TEXT])

    async def _insert(self, place: int) -> None:
        number = next(self._numbers)
        payload = msgspec.json.encode({"nodeId": "noop", "chunk": TEXT, "isLast": False}).decode()
        async with self._plain.acquire() as connection, connection.transaction():
            await connection.execute(INSERT, new_id(), f"run-{place}", number, payload)
        self._stamps.append((place, number, time.monotonic_ns()))

    async def _bare(self, place: int) -> None:
        number = next(self._numbers)
        self._stamps.append((place, number, time.monotonic_ns()))
        await self._redis.publish(f"{CHANNEL}{place}", f"id: {number}\n" + 5 * TEXT)

    async def _stamped(self, run_id: str, message: dict[str, Any]) -> bool:
        if run_id in self._places:
            self._stamps.append((self._places[run_id], message["sequence"], time.monotonic_ns()))
        return await self._publish(run_id, message)


async def main() -> None:
    settings = load(Core, environment())
    configure("warning", "json", "bench")
    async with (
        open_pipeline(settings) as pipeline,
        asyncpg.create_pool(settings.database_url, min_size=8, max_size=8) as plain,
        Redis.from_url(settings.redis_url) as redis,
    ):
        await plain.execute(CREATE)
        writer = Writer(pipeline, plain, redis)
        _say({"held": await writer.hold()})
        async for line in _orders():
            _say(await writer.carry_out(msgspec.json.decode(line, type=Order)))


async def _orders() -> AsyncIterator[str]:
    while line := await asyncio.to_thread(sys.stdin.readline):
        yield line


def _say(what: Any) -> None:
    sys.stdout.write(msgspec.json.encode(what).decode() + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main())
