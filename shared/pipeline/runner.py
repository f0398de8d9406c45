"""Claim, work, classify, record, ring: written once, for worker and renderer.

A bell means "there is work in this stage". Each bell claims one step; finding none is normal.
A held step's lease is renewed while its node's function runs; a step that is lost (its lease ran
out, its run was cancelled) is aborted, and its late result is fenced off by its attempt number.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import structlog

from shared.contracts.records import Step
from shared.contracts.states import Stage
from shared.db import steps
from shared.db.pool import patiently
from shared.domain.errors import PressrunError, Rejected, Unavailable
from shared.domain.outcome import Fail, NodeFunction, Outcome, Recorded, Retry
from shared.domain.stages import LIMITS

from .claims import Claim, claim
from .pipeline import Pipeline
from .recording import record

LEASE_S = 3.0
RENEW_S = 0.5
RECORD_PATIENCE_S = 60.0

log = structlog.get_logger()


class Held:
    """A step that this process is working on."""

    def __init__(self, step: Step, task: asyncio.Task[Outcome | Recorded]) -> None:
        self.step = step
        self.task = task
        self.lost = False


class Runner:
    """Works on the steps of some stages until it is drained."""

    def __init__(
        self,
        pipeline: Pipeline,
        *,
        functions: Mapping[str, NodeFunction],
        worker: str,
        most: Mapping[Stage, int] | None = None,
    ) -> None:
        """
        Args:
            functions: what each node type does.
            worker: this process's name, for operators.
            most: steps of a stage that may run at once over all workers.
        """
        self._pipeline = pipeline
        self._functions = functions
        self._worker = worker
        self._most = most or {}
        self._held: dict[UUID, Held] = {}
        self._draining = False
        self._busy = 0
        self._idle = asyncio.Event()
        self._idle.set()

    async def on_bell(self, stage: Stage) -> bool:
        """Claim one step and see it through. False when there was none."""
        if self._draining:
            return False
        self._enter()
        try:
            claimed = await claim(
                self._pipeline, stage, worker=self._worker, lease_s=LEASE_S, most=self._most.get(stage)
            )
            if claimed is None:
                return False
            await self._see_through(claimed)
        finally:
            self._leave()
        if stage in self._most:
            await self._pipeline.bell.ring(stage)  # a bell was refused while the stage was full
        return True

    async def keep_leases(self) -> None:
        """Renew what is held until cancelled; abort what is lost. Runs beside the consumers."""
        while True:
            await asyncio.sleep(RENEW_S)
            held = dict(self._held)
            if not held:
                continue
            try:
                async with self._pipeline.database.connect() as db:
                    kept = await steps.renew(db, {key: one.step.attempt for key, one in held.items()}, lease_s=LEASE_S)
            except Unavailable:
                continue
            except Exception:
                log.exception("leases.failed")
                continue
            for key in held.keys() - kept:
                held[key].lost = True
                held[key].task.cancel()

    async def drain(self, grace_s: float) -> None:
        """Claim nothing more; finish what is held, and hand back what takes longer than ``grace_s``."""
        self._draining = True
        try:
            await asyncio.wait_for(self._idle.wait(), grace_s)
        except TimeoutError:
            for held in list(self._held.values()):
                held.task.cancel()
            await self._idle.wait()

    async def _see_through(self, claimed: Claim) -> None:
        step = claimed.step
        structlog.contextvars.bind_contextvars(
            run_id=step.run_id, node_id=step.node_id, slice=step.slice, attempt=step.attempt, trace_id=claimed.trace_id
        )
        began = asyncio.get_running_loop().time()
        held = Held(step, asyncio.create_task(self._work(claimed)))
        self._held[step.id] = held
        try:
            outcome = await _outcome(held)
            await self._settle(claimed, held, outcome)
        finally:
            del self._held[step.id]
            seconds = round(asyncio.get_running_loop().time() - began, 3)
            log.info("step.left", stage=step.stage, type_id=step.type_id, seconds=seconds, lost=held.lost)
            structlog.contextvars.unbind_contextvars("run_id", "node_id", "slice", "attempt", "trace_id")

    async def _work(self, claimed: Claim) -> Outcome | Recorded:
        limits = LIMITS[claimed.step.stage]
        try:
            if (recorded := await claimed.recorded()) is not None:
                return recorded
            work = await claimed.work()
            function = self._functions[work.type_id]
            return await asyncio.wait_for(function(work), limits.time_s)
        except TimeoutError:
            return Retry(code="step_timeout", message=f"the step took longer than {limits.time_s:g} s", limit=2)
        except Rejected as error:
            return Fail(error.code, error.message, error.details)
        except PressrunError as error:
            return Retry(code=error.code, message=error.message)
        except Exception:
            log.exception("step.crashed", type_id=claimed.step.type_id)
            return Retry(code="internal_error", message="the step failed unexpectedly; the log has the cause", limit=3)

    async def _settle(self, claimed: Claim, held: Held, outcome: Outcome | Recorded | None) -> None:
        if held.lost:
            return
        if outcome is None:
            await self._insist(lambda: self._hand_back(held.step))
            return
        await self._insist(lambda: record(self._pipeline, claimed.step, outcome))

    async def _insist(self, write: Callable[[], Any]) -> None:
        """A result is not thrown away because the database is restarting; the fence makes repeating safe."""
        try:
            await patiently(write, seconds=RECORD_PATIENCE_S)
        except Unavailable as error:
            log.exception("step.unrecorded", error=error.message)  # its lease runs out and it runs again

    async def _hand_back(self, step: Step) -> None:
        async with self._pipeline.transaction() as tx:
            if await steps.requeue(tx.db, step, delay_s=0, error=None, resume=step.resume):
                tx.ring(step.stage)

    def _enter(self) -> None:
        self._busy += 1
        self._idle.clear()

    def _leave(self) -> None:
        self._busy -= 1
        if not self._busy:
            self._idle.set()


async def _outcome(held: Held) -> Outcome | Recorded | None:
    """The function's outcome; None when it was aborted."""
    try:
        return await held.task
    except asyncio.CancelledError:
        if not held.task.cancelled():  # it is this coroutine that is cancelled
            held.task.cancel()
            await asyncio.wait([held.task])
        return None
