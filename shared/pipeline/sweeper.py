"""Finds what was lost: leases of dead workers, bells that nobody heard, interrupts out of time, statistics.

Every worker and renderer runs one; each round is one process's, by an advisory lock.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import msgspec
import structlog

from shared.contracts.records import Interrupt, Step
from shared.db import interrupts, runs, steps
from shared.db.sweeps import elected
from shared.domain import record as said
from shared.domain.errors import PressrunError, Unavailable
from shared.domain.outcome import Fail, Retry
from shared.queue.stats import Snapshot

from .advance import advance, lock
from .answers import expire
from .children import cancel_children
from .control import overrun
from .pipeline import Pipeline

ROUND_S = 1.0
OVERDUE_S = 1.0
STATS_EVERY = 5
"""Rounds between two rebuilds of the queue statistics."""
LOST = Retry(code="worker_lost", message="the worker that held this step died", limit=4)

log = structlog.get_logger()


class Chore(msgspec.Struct, frozen=True):
    """Something to see to every so many rounds; its name is for the log."""

    name: str
    call: Callable[[], Awaitable[object]]
    every: int = 1


class Sweeper:
    """One round a second, until cancelled."""

    def __init__(self, pipeline: Pipeline, chores: Sequence[Chore] = ()) -> None:
        self._pipeline = pipeline
        self._chores = chores
        self._round = 0
        self._calm_since = 0.0

    async def run(self) -> None:
        """Never ends by itself; a database that is away only delays the next round."""
        while True:
            await asyncio.sleep(ROUND_S)
            try:
                async with self._pipeline.database.connect() as db, elected(db, "pressrun.sweeper") as mine:
                    if mine:
                        await self._sweep()
            except Unavailable as error:
                log.warning("sweeper.skipped", error=error.message)
                # After an outage workers need a moment to renew their leases.
                self._calm_since = asyncio.get_running_loop().time() + 3 * ROUND_S
            except Exception:
                log.exception("sweeper.crashed")

    async def _sweep(self) -> None:
        self._round += 1
        if asyncio.get_running_loop().time() >= self._calm_since:
            await self._see_to("steps.take_back", self._take_back)
        await self._see_to("runs.end", self._end_what_is_over)
        await self._see_to("stages.ring", self._ring)
        if self._round % STATS_EVERY == 1:
            await self._see_to("stats.rebuild", self._rebuild)
        for chore in self._chores:
            if self._round % chore.every == 0:
                await self._see_to(chore.name, chore.call)

    async def _see_to(self, name: str, call: Callable[..., Awaitable[object]], *of: object) -> None:
        """Do one thing; what goes wrong with it stops none of the others.

        Raises:
            Unavailable: the database is away, and everything else would wait for it in vain.
        """
        try:
            await call(*of)
        except PressrunError as error:
            log.warning("chore.failed", chore=name, error=error.message)
        except Exception:
            log.exception("chore.crashed", chore=name)
        else:
            return
        async with self._pipeline.database.connect() as db:
            await db.execute("SELECT 1")

    async def _take_back(self) -> None:
        """Steps whose worker died."""
        async with self._pipeline.database.connect() as db:
            lost = await steps.expired(db)
        for step in lost:
            await self._see_to("step.give_back", self._give_back, step)

    async def _end_what_is_over(self) -> None:
        """Interrupts and runs out of time, and runs on either side of one that ended."""
        async with self._pipeline.database.connect() as db:
            late = await interrupts.expired(db)
            overran = await runs.overdue(db)
            parents = await runs.bereft(db)
            parked = await steps.orphaned_parents(db)
        for interrupt in late:
            await self._see_to("interrupt.expire", self._expire, interrupt)
        for run_id in overran:
            await self._see_to("run.overrun", self._overrun, run_id)
        for run_id in parents:
            await self._see_to("run.cancel_children", cancel_children, self._pipeline, run_id)
        for run_id, node_id, child_run_id, status in parked:
            child = {"child": {"runId": child_run_id, "status": status}}
            await self._see_to("step.wake", self._wake, run_id, node_id, child)

    async def _ring(self) -> None:
        """For steps that waited although they were ready: as many bells as are missing."""
        async with self._pipeline.database.connect() as db:
            waiting = await steps.overdue(db, seconds=OVERDUE_S)
        for stage, count in waiting.items():
            missing = count - await self._pipeline.bell.waiting(stage)
            if missing > 0:
                await self._pipeline.bell.ring(stage, missing)

    async def _give_back(self, step: Step) -> None:
        """Queue a dead worker's step again, or fail its run when it kills one worker after the other."""
        async with self._pipeline.transaction() as tx:
            locked = await lock(self._pipeline, tx, step.run_id)
            if not await steps.still_expired(tx.db, step):
                return
            log.warning("step.lost", run_id=step.run_id, node_id=step.node_id, slice=step.slice, attempt=step.attempt)
            if said.spent(step.stage, step.errors, LOST):
                await steps.finish(tx.db, step, "failed")
                await advance(tx, locked, said.failed(locked.state, step.node_id, step.slice, _killer()))
                return
            error = {"attempt": step.attempt, "code": LOST.code, "message": LOST.message}
            await steps.requeue(tx.db, step, delay_s=0, error=error, resume=step.resume)
            await advance(tx, locked, said.retried(locked.state, step.node_id, step.slice, LOST))
            tx.ring(step.stage)

    async def _expire(self, interrupt: Interrupt) -> None:
        async with self._pipeline.transaction() as tx:
            await expire(self._pipeline, tx, interrupt)

    async def _overrun(self, run_id: str) -> None:
        async with self._pipeline.transaction() as tx:
            await overrun(self._pipeline, tx, run_id)

    async def _wake(self, run_id: str, node_id: str, resume: dict[str, Any]) -> None:
        async with self._pipeline.transaction() as tx:
            stage = await steps.wake(tx.db, run_id, node_id, resume)
            if stage is not None:
                tx.ring(stage)

    async def _rebuild(self) -> None:
        if epoch := await self._pipeline.stats.epoch():
            async with self._pipeline.database.connect() as db:
                counted = await runs.statistics(db)
            await self._pipeline.stats.rebuild(Snapshot(**counted), epoch=epoch)


def _killer() -> Fail:
    return Fail(LOST.code, "this step ended its worker several times; it was given up so that others can run")
