"""Answers to a run's interrupts: by people, by time, and by the record when a run is replayed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from shared.contracts.records import Interrupt, Run
from shared.contracts.states import RunStatus
from shared.db import interrupts, steps
from shared.document.blocks import Document
from shared.domain import approvals, revisions
from shared.domain.errors import Conflict, NotFound, Rejected

from .advance import Locked, advance, lock
from .pipeline import Pipeline, Transaction

DOCUMENT = "report.document"
"""The ``artifactType`` of a drafted report."""
CLOSED = {
    "resolved": "interrupt_already_resolved",
    "expired": "interrupt_expired",
    "cancelled": "interrupt_cancelled",
}


async def resolve(pipeline: Pipeline, tx: Transaction, run_id: str, node_id: str, value: Any, *, by: str) -> Run:
    """Answer a node's open interrupt; its step runs again with ``Work.resume`` set.

    Args:
        value: checked by ``approvals.check`` against what was asked.
        by: who answers, opaque.

    Raises:
        NotFound: the node waits for nothing (code ``interrupt_not_found``).
        Conflict: it was answered before, its time is up, or the run was cancelled (code says which); or the
            run is paused.
        Forbidden: the gate names its approvers, and ``by`` is none of them.
        Rejected: the value does not fit what was asked.
    """
    locked = await lock(pipeline, tx, run_id)
    interrupt = await interrupts.latest(tx.db, run_id, node_id)
    if interrupt is None:
        raise NotFound("the node has no open interrupt", code="interrupt_not_found")
    if interrupt.status == "cancelled" and locked.run.parent_run_id is not None:
        raise Conflict("the interrupt went down with the run that started this one", code="interrupt_gone")
    if interrupt.status != "open":
        raise Conflict(f"the interrupt is {interrupt.status} already", code=CLOSED[interrupt.status])
    if interrupt.expires_at is not None and interrupt.expires_at <= datetime.now(UTC):
        raise Conflict("the time to answer is over", code="interrupt_expired")
    if locked.state.status is RunStatus.PAUSED:
        raise Conflict("the run is paused; resume it first", details={"runStatus": RunStatus.PAUSED})
    approvals.check_approver(interrupt, by)
    checked = approvals.check(interrupt, value)
    _check_edit(interrupt, checked)
    if interrupt.kind == "approval" and checked["action"] == "ask":
        return (await advance(tx, locked, [approvals.asked(interrupt, checked, by)])).run
    if approvals.wants_quorum(interrupt) and checked["action"] in approvals.VOTES:
        return (await _vote(tx, locked, interrupt, checked, by)).run
    return (await _answer(tx, locked, interrupt, checked, by)).run


async def expire(pipeline: Pipeline, tx: Transaction, interrupt: Interrupt) -> None:
    """Time is up: fail closed. An approval that nobody gave counts as a rejection."""
    locked = await lock(pipeline, tx, interrupt.run_id)
    current = await interrupts.by_key(tx.db, interrupt.run_id, interrupt.key)
    if current is not None and current.status == "open":
        await _time_out(tx, locked, current)


async def answer_as_recorded(tx: Transaction, locked: Locked, interrupt: Interrupt) -> Locked:
    """In a replay, give the answer that the source run got, or let the time be up as it was there."""
    if locked.run.mode != "replay" or locked.run.source_run_id is None or locked.state.status.terminal:
        return locked
    recorded = await interrupts.by_key(tx.db, locked.run.source_run_id, interrupt.key)
    if recorded is not None and recorded.status == "expired":
        return await _time_out(tx, locked, interrupt)
    if recorded is not None and recorded.status == "resolved":
        return await _answer(tx, locked, interrupt, recorded.resolution, recorded.resolved_by)
    return locked


async def _time_out(tx: Transaction, locked: Locked, interrupt: Interrupt) -> Locked:
    await _close(tx, interrupt, "expired", None, None)
    return await advance(tx, locked, approvals.timed_out(interrupt))


async def _vote(tx: Transaction, locked: Locked, interrupt: Interrupt, value: dict[str, Any], by: str) -> Locked:
    """One vote of several; the one that decides is the answer."""
    votes = approvals.with_vote(interrupt, value, by)
    await interrupts.vote(tx.db, interrupt, votes)
    locked = await advance(tx, locked, [approvals.voted(interrupt, votes, value["action"])])
    verdict = approvals.verdict(interrupt, votes)
    if verdict is None:
        return locked
    return await _answer(tx, locked, interrupt, approvals.decided(verdict, votes, value), by)


async def _answer(tx: Transaction, locked: Locked, interrupt: Interrupt, value: Any, by: str | None) -> Locked:
    await _close(tx, interrupt, "resolved", value, by)
    if interrupt.kind == "approval" and value["action"] == "refine":
        return await _send_back(tx, locked, interrupt, value, by)
    resumed = await advance(tx, locked, approvals.answered(interrupt, value, by))
    stage = await steps.wake(tx.db, locked.run.id, interrupt.node_id, {"value": value, "by": by})
    if stage is not None:
        tx.ring(stage)
    return resumed


def _check_edit(interrupt: Interrupt, value: Any) -> None:
    """An edited draft must be a document before anybody says that it is released."""
    if interrupt.data.get("artifactType") != DOCUMENT or value.get("action") != "edit-accept":
        return
    try:
        msgspec.convert(value["editedArtifactData"], Document)
    except msgspec.ValidationError as error:
        raise Rejected(f"resumeValue.editedArtifactData is not a document: {error}") from None


async def _send_back(
    tx: Transaction, locked: Locked, interrupt: Interrupt, value: dict[str, Any], by: str | None
) -> Locked:
    """Run again what the reviewer wants changed, and what follows from it up to the gate. The rest is kept."""
    revision = revisions.revision(locked.workflow, locked.state, interrupt, value)
    for node_id, slices in revision.payload["nodes"].items():
        await steps.forget(tx.db, locked.run.id, node_id, slices)
    return await advance(tx, locked, [*approvals.answered(interrupt, value, by), revision])


async def _close(tx: Transaction, interrupt: Interrupt, status: str, value: Any, by: str | None) -> None:
    await interrupts.close(tx.db, interrupt, status=status, resolution=value, by=by, now=datetime.now(UTC))
