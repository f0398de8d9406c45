"""The queue's figures in Redis: all that the public queue page reads.

They are moved after each commit and rebuilt from Postgres by the sweeper, so they heal after a
crash between the two and after a flush. A rebuild is optimistic: it reads the epoch, counts in
Postgres, and is written only if no figure moved meanwhile.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import msgspec

from shared.contracts.states import Priority

from .connection import Outage, on_loop
from .figures import QueueStats, Snapshot, StatsDelta, shown, sums

__all__ = ["QueueStats", "Snapshot", "Stats", "StatsDelta"]

EPOCH = "pressrun:queue:epoch"
FIGURES = "pressrun:queue:figures"
DAY = "pressrun:queue:day:"
ALIVE = "pressrun:queue:alive"
KEEP_DAY_S = 3 * 86400
ALIVE_S = 15.0
"""A process that was not heard of for this long is dead."""

REBUILD = Path(__file__).with_name("rebuild.lua").read_text()


class Stats:
    """Each method is one round trip and never raises: a Redis that is away only makes the figures missing."""

    def __init__(self, redis_url: str) -> None:
        self._redis = on_loop(redis_url)
        self._outage = Outage("stats")
        self._write = self._redis.register_script(REBUILD)

    async def close(self) -> None:
        await self._redis.aclose()

    async def moved(self, deltas: Iterable[StatsDelta]) -> bool:
        """Carry committed moves into the figures, all or none."""
        figures, day = sums(deltas)
        today = _day()
        pipe = self._redis.pipeline(transaction=True)
        pipe.set(EPOCH, uuid4().hex)
        for field, by in figures.items():
            pipe.hincrby(FIGURES, field, by)
        for field, added in day.items():
            pipe.hincrbyfloat(today, field, added)
        pipe.expire(today, KEEP_DAY_S)
        return await self._outage.attempt(pipe.execute) is not None

    async def epoch(self) -> str:
        """What a rebuild must read before it counts in Postgres; empty when Redis is away."""
        fresh = uuid4().hex  # not a counter: after a flush an epoch must not come again
        pipe = self._redis.pipeline()
        pipe.set(EPOCH, fresh, nx=True)
        pipe.get(EPOCH)
        answer = await self._outage.attempt(pipe.execute)
        return answer[1].decode() if answer else ""

    async def rebuild(self, snapshot: Snapshot, *, epoch: str) -> bool:
        """Replace the figures by a recount. False when a figure moved since the epoch: count again later.

        A commit that was counted and whose move arrives only after the rebuild counts twice, until the next one.
        """
        figures: list[str | float] = ["rebuilt_at", time.time()]
        for priority in Priority:
            figures += f"pending:{priority}", snapshot.pending.get(priority, 0)
            figures += f"running:{priority}", snapshot.running.get(priority, 0)
            figures += f"parked:{priority}", snapshot.parked.get(priority, 0)
        day = [
            "completed",
            snapshot.completed_today,
            "failed",
            snapshot.failed_today,
            "seconds",
            snapshot.seconds_today,
        ]
        keys = [EPOCH, FIGURES, _day()]
        args: list[str | bytes | int] = [epoch, msgspec.json.encode(figures), msgspec.json.encode(day), KEEP_DAY_S]
        return bool(await self._outage.attempt(lambda: self._write(keys=keys, args=args)))

    async def alive(self, service: str, process_id: str, slots: int) -> bool:
        """A process says that it lives and how many steps it works on at once; repeat it every few seconds."""
        pipe = self._redis.pipeline()
        pipe.zadd(ALIVE, {f"{service}/{process_id}/{slots}": time.time()})
        pipe.zremrangebyscore(ALIVE, 0, time.time() - ALIVE_S)
        return await self._outage.attempt(pipe.execute) is not None

    async def gone(self, service: str, process_id: str, slots: int) -> bool:
        """A process stops, and need not be counted until its last sign of life is old."""
        member = f"{service}/{process_id}/{slots}"
        return await self._outage.attempt(lambda: self._redis.zrem(ALIVE, member)) is not None

    async def read(self) -> QueueStats | None:
        """The figures; None when Redis is away, or was flushed and is not yet rebuilt."""
        pipe = self._redis.pipeline()
        pipe.hgetall(FIGURES)
        pipe.hgetall(_day())
        pipe.hgetall(_day(ago=1))
        pipe.zrangebyscore(ALIVE, time.time() - ALIVE_S, "+inf")
        found = await self._outage.attempt(pipe.execute)
        return shown(*found) if found and b"rebuilt_at" in found[0] else None


def _day(ago: int = 0) -> str:
    return DAY + (datetime.now(UTC) - timedelta(days=ago)).date().isoformat()
