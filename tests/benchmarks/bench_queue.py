"""The queue beside plain Dramatiq on Redis: waking up, throughput, urgency, fairness.

Both sides are real worker processes on the same Redis, measured in turns.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from uuid import UUID, uuid4

import dramatiq
import redis
from dramatiq.brokers.redis import RedisBroker

from shared.config import Core
from shared.contracts.states import Priority, Stage
from shared.db import runs
from shared.domain.definition import digest, read
from shared.domain.ids import new_id, run_id
from shared.pipeline.pipeline import Pipeline, Transaction
from shared.pipeline.resources import open_pipeline
from shared.pipeline.start import start

from .queue_ground import own, parts, process
from .queue_ours import STAMPS, STEP_S
from .table import Row, keep, table

NO_OPS = 5_000
LOW = 200
BACKLOG = 10_000
AT_ONCE = 250
ROUNDS = 3
LIMIT_S = 120
"""For a queue to be emptied: a worker that does nothing is no figure."""
DEFINITION = {
    "id": "bench",
    "name": "Bench",
    "version": "1",
    "nodes": [{"id": "step", "typeId": "core.noop"}],
    "edges": [],
}


async def run(database_url: str, redis_url: str, seconds: float) -> list[Row]:
    """All rows. ``seconds`` is for the idle samples; the rest takes about three minutes.

    It works in a database and a Redis database of its own, so services may be up beside it.
    """
    async with own(database_url, redis_url) as settings, open_pipeline(settings) as pipeline:
        bench = Bench(settings, pipeline)
        try:
            return [
                await bench.claiming(seconds / 2),
                await bench.waking(seconds / 2),
                await bench.throughput(),
                await bench.urgency(),
                await bench.fairness(),
            ]
        finally:
            bench.close()


class Bench:
    """Clients of both sides. Ours is ``pipeline``, theirs is ``plain``."""

    def __init__(self, settings: Core, pipeline: Pipeline) -> None:
        self.settings = settings
        self.pipeline = pipeline
        self.redis = redis.Redis.from_url(settings.redis_url, socket_timeout=120)
        self.plain = RedisBroker(url=settings.redis_url, namespace="rival")
        self._workflow, self._digest = read(DEFINITION), digest(DEFINITION)

    def close(self) -> None:
        self.redis.flushdb()
        self.redis.close()
        self.plain.client.close()

    async def claiming(self, seconds: float) -> Row:
        """From the commit of a run to its first step's function, which a worker has claimed from the database by then.

        Plain Dramatiq has no commit: from before the enqueue to the call.
        """
        owner = await self._principal()

        async def commit() -> int:
            async with self.pipeline.database.begin() as db:
                tx = Transaction(db)
                await self._begin_in(tx, owner, Priority.NORMAL)
            committed = time.monotonic_ns()
            await self.pipeline._after(tx)  # what leaving ``Pipeline.transaction`` does next
            return committed

        ours, theirs = await self._in_turns("steps", commit, seconds)
        await self._clear()
        return Row(
            "commit to claim, idle", "Dramatiq, enqueue to call", "ms", ours, theirs, "at least 5x while others work"
        )

    async def waking(self, seconds: float) -> Row:
        """From ring or enqueue to the call of the consumer's function: the bell alone, without a database."""

        async def ring() -> int:
            began = time.monotonic_ns()
            await self.pipeline.bell.ring(Stage.TEMPLATE)
            return began

        ours, theirs = await self._in_turns("bells", ring, seconds)
        return Row("bell to call, idle", "Dramatiq, enqueue to call", "ms", ours, theirs, "about 100x")

    async def throughput(self) -> Row:
        """Calls per second of functions that do nothing, by one process with eight threads."""
        ours, theirs = [], []
        for _ in range(ROUNDS):
            for _ in range(NO_OPS // AT_ONCE):
                await self.pipeline.bell.ring(Stage.DELIVER, AT_ONCE)
            with self._ours("bells"):
                ours.append(await self._drained("dramatiq:deliver.msgs"))
            for _ in range(NO_OPS):
                self.plain.enqueue(_message("nothing", "nothing"))
            with self._theirs("--processes", "1"):
                theirs.append(await self._drained("rival:nothing.msgs"))
        return Row("bells per second", "Dramatiq's async actors", "1/s", ours, theirs, "about 1x")

    async def urgency(self) -> Row:
        """How long an urgent step waits behind low ones, in steps of a worker that does one at a time."""
        ours, theirs = [], []
        owner = await self._principal()
        for _ in range(ROUNDS):
            await self._begin(owner, Priority.LOW, LOW)
            with self._ours("steps"):
                ours.append(await self._wait_in_steps(lambda: self._begin(owner, Priority.URGENT)))
            await self._clear()
            self._send("low", LOW)
            with self._theirs("--processes", "1", "--threads", "1"):
                theirs.append(await self._wait_in_steps(lambda: self._sent("urgent")))
            await self._clear()
        return Row(
            f"an urgent step behind {LOW} low",
            "Dramatiq's actor priority",
            "steps",
            ours,
            theirs,
            "about 200x: one step",
        )

    async def fairness(self) -> Row:
        """How long a step waits behind the backlog of another principal, at the same priority."""
        ours, theirs = [], []
        await self._begin(await self._principal(), Priority.NORMAL, BACKLOG)
        with self._ours("steps"):
            for _ in range(ROUNDS):
                other = await self._principal()
                ours.append(await self._wait_in_steps(lambda: self._begin(other, Priority.NORMAL)))  # noqa: B023
        await self._clear()
        self._send("low", BACKLOG, seconds=0.001)
        with self._theirs("--processes", "1", "--threads", "1"):
            theirs.append(await self._wait_in_steps(lambda: self._sent("low")))
        await self._clear()
        return Row(
            f"a step behind {BACKLOG:,} of another", "Dramatiq", "steps", ours, theirs, "thousands: a step or two"
        )

    async def _in_turns(
        self, kind: str, wake: Callable[[], Awaitable[int]], seconds: float
    ) -> tuple[list[float], list[float]]:
        """Milliseconds from what ``wake`` returns to the stamp, and Dramatiq's, each after two seconds of silence."""

        async def enqueue() -> int:
            began = time.monotonic_ns()
            self.plain.enqueue(_message("stamps", "stamp"))
            return began

        sides: list[tuple[Callable[[], Awaitable[int]], list[float]]] = [(wake, []), (enqueue, [])]
        with self._ours(kind), self._theirs():
            for call, _ in sides:
                await self._woken(call)
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                await asyncio.sleep(random.uniform(2, 3))  # noqa: S311 - in no rhythm with anybody's polling
                for call, samples in sides:
                    samples.append(await self._woken(call))
        (_, ours), (_, theirs) = sides
        return ours, theirs

    async def _woken(self, wake: Callable[[], Awaitable[int]]) -> float:
        began = await wake()
        _, at = await self._stamp()
        return (at - began) / 1e6

    async def _drained(self, key: str) -> float:
        """Messages per second until none is left, from the first hundred on: the process must be up."""
        async with asyncio.timeout(LIMIT_S):
            while (first := int(self.redis.hlen(key))) > NO_OPS - 100:
                await asyncio.sleep(0.001)
            began = time.perf_counter()
            while self.redis.hlen(key):
                await asyncio.sleep(0.001)
        return first / (time.perf_counter() - began)

    async def _wait_in_steps(self, begin: Callable[[], Awaitable[str]]) -> float:
        """Start one more step while a worker is busy: how many of its steps long does it wait?"""
        stamps = [await self._stamp() for _ in range(5)]
        began = time.monotonic_ns()
        mine = await begin()
        while stamps[-1][0] != mine:
            stamps.append(await self._stamp())
        step = (stamps[-1][1] - stamps[0][1]) / (len(stamps) - 1)
        return (stamps[-1][1] - began) / step

    async def _stamp(self) -> tuple[str, int]:
        found = await asyncio.to_thread(self.redis.blpop, [STAMPS], 60)
        if not found:
            raise TimeoutError("the worker process does nothing")
        name, at = found[1].decode().split()
        return name, int(at)

    async def _principal(self) -> UUID:
        principal = new_id()
        async with self.pipeline.database.begin() as db:
            await db.execute("INSERT INTO principals (id, name) VALUES ($1, 'bench')", principal)
        return principal

    async def _begin(self, principal: UUID, priority: Priority, count: int = 1) -> str:
        """Start runs of one step each; returns the last one's id."""
        name = ""
        for first in range(0, count, AT_ONCE):
            async with self.pipeline.transaction() as tx:
                for _ in range(first, min(first + AT_ONCE, count)):
                    name = await self._begin_in(tx, principal, priority)
        return name

    async def _begin_in(self, tx: Transaction, principal: UUID, priority: Priority) -> str:
        await runs.store_workflow(tx.db, self._digest, "bench", DEFINITION)
        name = run_id()
        await start(
            tx,
            run_id=name,
            principal_id=principal,
            workflow=self._workflow,
            digest=self._digest,
            inputs={},
            priority=priority,
            trace_id=uuid4().hex,
        )
        return name

    def _send(self, actor: str, count: int, name: str = "other", seconds: float = STEP_S) -> None:
        for _ in range(count):
            self.plain.enqueue(_message("steps", actor, name, seconds))

    async def _sent(self, actor: str) -> str:
        self._send(actor, 1, "mine")
        return "mine"

    async def _clear(self) -> None:
        async with self.pipeline.database.begin() as db:
            await db.execute("TRUNCATE runs CASCADE")
        self.redis.flushdb()

    def _ours(self, kind: str) -> AbstractContextManager[None]:
        return process([sys.executable, "-m", "tests.benchmarks.queue_ours", kind], self.settings)

    def _theirs(self, *options: str) -> AbstractContextManager[None]:
        command = [sys.executable, "-m", "dramatiq", "tests.benchmarks.queue_rival", "--skip-logging", *options]
        return process(command, self.settings)


def _message(queue: str, actor: str, *args: str | float) -> dramatiq.Message[None]:
    return dramatiq.Message(queue_name=queue, actor_name=actor, args=args, kwargs={}, options={})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=90.0, help="for the idle samples")
    seconds = parser.parse_args().seconds
    with parts() as (database_url, redis_url):
        rows = asyncio.run(run(database_url, redis_url, seconds))
    print(table(rows))  # noqa: T201
    print(f"raw samples: {keep('queue', rows)}")  # noqa: T201


if __name__ == "__main__":
    main()
