"""The queue's figures for this process: one read of Redis at a time, shared by all who ask."""

from __future__ import annotations

import asyncio

import structlog

from shared.db import runs
from shared.domain.errors import Unavailable
from shared.pipeline.pipeline import Pipeline
from shared.queue.stats import QueueStats, Snapshot

HEAL_EVERY_S = 1.0

log = structlog.get_logger()


class Figures:
    """Reads the statistics; when there are none (a flush, a first start) it recounts them, now and then."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._reading: asyncio.Task[QueueStats | None] | None = None
        self._healed_at = float("-inf")

    async def read(self) -> QueueStats | None:
        """The figures, or None when Redis is away. Callers at the same time share one read."""
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read())
        return await asyncio.shield(self._reading)

    async def _read(self) -> QueueStats | None:
        found = await self._pipeline.stats.read()
        now = asyncio.get_running_loop().time()
        if found is not None or now - self._healed_at < HEAL_EVERY_S:
            return found
        self._healed_at = now
        await self._heal()
        return await self._pipeline.stats.read()

    async def _heal(self) -> None:
        epoch = await self._pipeline.stats.epoch()
        if not epoch:
            return
        try:
            async with self._pipeline.database.connect() as db:
                counted = await runs.statistics(db)
        except Unavailable as error:
            log.warning("figures.missing", error=error.message)
            return
        await self._pipeline.stats.rebuild(Snapshot(**counted), epoch=epoch)


def wait_seconds(stats: QueueStats, average_s: float) -> float:
    """How long it takes until a report that is asked for now has its turn, with as many made at once as now.

    Those wait before it that have not begun, and those that have begun and share the workers: a worker begins
    more reports than it can finish at a time. Those that wait for a person hold up nobody.
    """
    pending, running = sum(stats.pending.values()), sum(stats.running.values())
    before = pending + max(0, running - max(1, stats.workers_alive))
    return before * average_s / max(1, running)
