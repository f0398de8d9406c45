"""Writes down what came of a step: one transaction, guarded by the step's attempt."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog
from msgspec.structs import replace

from shared.contracts.records import Artifact, Interrupt, Step
from shared.db import artifacts, interrupts, runs, steps
from shared.domain import record as said
from shared.domain import replays
from shared.domain.errors import NotFound, Rejected
from shared.domain.ids import artifact_id, new_id
from shared.domain.outcome import ArtifactFile, Child, Done, Fail, Outcome, Recorded, Request, Retry, Wait

from .advance import Locked, advance, lock
from .answers import answer_as_recorded
from .children import await_child
from .pipeline import Pipeline, Transaction
from .results import digests, keep

log = structlog.get_logger()


async def record(pipeline: Pipeline, step: Step, outcome: Outcome | Recorded) -> bool:
    """Carry out an outcome. False when the step is no longer the caller's: nothing was changed.

    Raises:
        Unavailable: the database or the store does not answer; repeat it.
    """
    try:
        return await _carry_out(pipeline, step, outcome)
    except NotFound:
        return False  # its run was deleted meanwhile
    except Rejected as error:  # what the node wants cannot be had; nothing was written
        return await _fail(pipeline, step, Fail(error.code, error.message, error.details))


async def _carry_out(pipeline: Pipeline, step: Step, outcome: Outcome | Recorded) -> bool:
    match outcome:
        case Recorded():
            return await _again(pipeline, step, outcome)
        case Done():
            return await _done(pipeline, step, outcome)
        case Wait(request=Request() as request):
            return await _suspend(pipeline, step, request)
        case Wait(child=Child() as child):
            return await await_child(pipeline, step, child)
        case Wait():
            return await _later(pipeline, step, outcome.delay_s or 0)
        case Retry() if said.spent(step.stage, step.errors, outcome):
            return await _fail(pipeline, step, Fail(outcome.code, outcome.message))
        case Retry():
            return await _retry(pipeline, step, outcome)
        case Fail():
            return await _fail(pipeline, step, outcome)


async def _done(pipeline: Pipeline, step: Step, outcome: Done) -> bool:
    kept = await keep(pipeline.store, outcome.outputs, outcome.private)
    ids = [artifact_id(step.node_id, file.format, file.sha256) for file in outcome.artifacts]
    async with pipeline.transaction() as tx:
        locked = await lock(pipeline, tx, step.run_id)
        if not await steps.finish(tx.db, step, "done"):
            return False
        for row in kept.rows:
            await runs.store_result(tx.db, step.run_id, *row)
        for ident, file in zip(ids, outcome.artifacts, strict=True):
            await artifacts.insert(tx.db, _artifact(ident, step, file))
        shown = replace(outcome, outputs=kept.outputs)
        now_ms = await _clock(tx, locked, step) if outcome.writes else 0
        await advance(tx, locked, said.done(locked.state, step.node_id, step.slice, shown, ids, now_ms))
    return True


async def _again(pipeline: Pipeline, step: Step, outcome: Recorded) -> bool:
    async with pipeline.transaction() as tx:
        locked = await lock(pipeline, tx, step.run_id)
        if not await steps.finish(tx.db, step, "done"):
            return False
        if locked.run.source_run_id is not None:
            await runs.copy_results(tx.db, locked.run.source_run_id, step.run_id, digests(outcome.outputs))
        await advance(tx, locked, said.done(locked.state, step.node_id, step.slice, Done(outcome.outputs), []))
    return True


async def _clock(tx: Transaction, locked: Locked, step: Step) -> int:
    """Epoch milliseconds of a channel write; in a replay the source's, so that entries grow old as they did there."""
    run = locked.run
    if run.mode != "replay" or run.source_run_id is None:
        return _milliseconds(datetime.now(UTC))
    source = await runs.events(tx.db, run.source_run_id, types=[replays.WRITTEN])
    before = await runs.events(tx.db, run.id, types=[replays.WRITTEN])
    found = replays.written_at(source, before, step.node_id)
    return _milliseconds(run.created_at) if found is None else found


def _milliseconds(when: datetime) -> int:
    return int(when.timestamp() * 1000)


async def _fail(pipeline: Pipeline, step: Step, outcome: Fail) -> bool:
    log.warning("step.failed", code=outcome.code, error=outcome.message)
    async with pipeline.transaction() as tx:
        locked = await lock(pipeline, tx, step.run_id)
        if not await steps.finish(tx.db, step, "failed"):
            return False
        await advance(tx, locked, said.failed(locked.state, step.node_id, step.slice, outcome))
    return True


async def _retry(pipeline: Pipeline, step: Step, outcome: Retry) -> bool:
    delay_s = said.backoff(step.stage, len(step.errors), outcome)
    log.warning("step.retried", code=outcome.code, error=outcome.message, in_s=round(delay_s, 2))
    error = {"attempt": step.attempt, "code": outcome.code, "message": outcome.message}
    async with pipeline.transaction() as tx:
        locked = await lock(pipeline, tx, step.run_id)
        if not await steps.requeue(tx.db, step, delay_s=delay_s, error=error, resume=step.resume):
            return False
        await advance(tx, locked, said.retried(locked.state, step.node_id, step.slice, outcome))
    pipeline.ring_later(step.stage, delay_s)
    return True


async def _later(pipeline: Pipeline, step: Step, delay_s: float) -> bool:
    async with pipeline.transaction() as tx:
        if not await steps.requeue(tx.db, step, delay_s=delay_s, error=None, resume={"timer": True}):
            return False
    pipeline.ring_later(step.stage, delay_s)
    return True


async def _suspend(pipeline: Pipeline, step: Step, request: Request) -> bool:
    async with pipeline.transaction() as tx:
        locked = await lock(pipeline, tx, step.run_id)
        if not await steps.suspend(tx.db, step):
            return False
        interrupt = await _interrupt(tx, step, request)
        await interrupts.insert(tx.db, interrupt)
        locked = await advance(tx, locked, said.suspended(locked.state, step.node_id, interrupt.key, request))
        await answer_as_recorded(tx, locked, interrupt)
    return True


async def _interrupt(tx: Transaction, step: Step, request: Request) -> Interrupt:
    now = datetime.now(UTC)
    number = await runs.asked(tx.db, step.run_id, step.node_id)
    return Interrupt(
        id=new_id(),
        run_id=step.run_id,
        node_id=step.node_id,
        kind=request.kind,
        key=f"{step.node_id}:{number}",
        data=request.data,
        resume_schema=request.resume_schema,
        expires_at=None if request.timeout_s is None else now + timedelta(seconds=request.timeout_s),
        created_at=now,
    )


def _artifact(ident: UUID, step: Step, file: ArtifactFile) -> Artifact:
    return Artifact(
        id=ident,
        run_id=step.run_id,
        node_id=step.node_id,
        format=file.format,
        media_type=file.media_type,
        key=file.key,
        size_bytes=file.size_bytes,
        sha256=file.sha256,
        pages=file.pages,
        created_at=datetime.now(UTC),
    )
