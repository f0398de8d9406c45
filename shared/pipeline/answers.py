"""Answers to a run's interrupts: by people, by time, and by the record when a run is replayed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from shared.contracts.records import Interrupt, Run
from shared.db import interrupts, steps
from shared.domain import approvals
from shared.domain.errors import Conflict, NotFound
from shared.domain.state import Draft

from .advance import Locked, advance, lock
from .pipeline import Pipeline, Transaction

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
        Conflict: it was answered before, its time is up, or the run was cancelled (code says which).
        Rejected: the value does not fit what was asked.
    """
    locked = await lock(pipeline, tx, run_id)
    interrupt = await interrupts.latest(tx.db, run_id, node_id)
    if interrupt is None:
        raise NotFound("the node has no open interrupt", code="interrupt_not_found")
    if interrupt.status != "open":
        raise Conflict(f"the interrupt is {interrupt.status} already", code=CLOSED[interrupt.status])
    checked = approvals.check(interrupt, value)
    if approvals.wants_quorum(interrupt):
        votes = approvals.with_vote(interrupt, checked, by)
        verdict = approvals.verdict(interrupt, votes)
        if verdict is None:
            await interrupts.vote(tx.db, interrupt, votes)
            return locked.run
        checked = {"action": verdict, "votes": len(votes)}
    return (await _answer(tx, locked, interrupt, checked, by)).run


async def expire(pipeline: Pipeline, tx: Transaction, interrupt: Interrupt) -> None:
    """Time is up: fail closed. An approval that nobody gave counts as a rejection."""
    locked = await lock(pipeline, tx, interrupt.run_id)
    current = await interrupts.by_key(tx.db, interrupt.run_id, interrupt.key)
    if current is None or current.status != "open":
        return
    await _close(tx, current, "expired", None, None)
    approval = current.kind == "approval"
    code = "approval_rejected" if approval else "interrupt_timeout"
    error = {"code": code, "message": f"nobody answered the {current.kind} of node '{current.node_id}' in time"}
    node = current.node_id
    drafts = [Draft("node.failed", {"nodeId": node, "error": error}, node)]
    if approval:
        drafts.insert(0, Draft("approval.received", {"nodeId": node, "action": "timeout"}, node))
    await advance(tx, locked, drafts)


async def answer_as_recorded(tx: Transaction, locked: Locked, interrupt: Interrupt) -> Locked:
    """In a replay, give the answer that the source run got, if it got one."""
    if locked.run.mode != "replay" or locked.run.source_run_id is None:
        return locked
    recorded = await interrupts.resolution(tx.db, locked.run.source_run_id, interrupt.key)
    if recorded is None:
        return locked
    return await _answer(tx, locked, interrupt, *recorded)


async def _answer(tx: Transaction, locked: Locked, interrupt: Interrupt, value: Any, by: str | None) -> Locked:
    await _close(tx, interrupt, "resolved", value, by)
    resumed = await advance(tx, locked, approvals.answered(interrupt, value, by))
    stage = await steps.wake(tx.db, locked.run.id, interrupt.node_id, {"value": value, "by": by})
    if stage is not None:
        tx.ring(stage)
    return resumed


async def _close(tx: Transaction, interrupt: Interrupt, status: str, value: Any, by: str | None) -> None:
    await interrupts.close(tx.db, interrupt, status=status, resolution=value, by=by, now=datetime.now(UTC))
