"""What people do to a run from outside: cancel it, retry it, answer its interrupt."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from shared.contracts.records import Interrupt, Run
from shared.contracts.states import RunStatus
from shared.db import interrupts, steps
from shared.domain.decide import cancel_nodes
from shared.domain.errors import Conflict, NotFound
from shared.domain.ids import run_id as new_run_id
from shared.domain.state import Draft

from .advance import advance, lock
from .pipeline import Pipeline, Transaction, message
from .start import resume


async def cancel(
    pipeline: Pipeline, tx: Transaction, run_id: str, *, reason: str | None = None, by: str | None = None
) -> Run:
    """End a run now. Queued steps vanish, running ones are aborted and their results fenced off.

    Cancelling a cancelled run changes nothing.

    Raises:
        NotFound: there is no such run.
        Conflict: it is completed or failed (code ``run_terminal``).
    """
    locked = await lock(pipeline, tx, run_id)
    if locked.state.status is RunStatus.CANCELLED:
        return locked.run
    if locked.state.status.terminal:
        raise Conflict(f"the run is {locked.state.status} already", code="run_terminal")
    why = {key: value for key, value in (("reason", reason), ("cancelledBy", by)) if value}
    ended = await advance(tx, locked, [*cancel_nodes(locked.state), Draft("run.cancelled", why)])
    tx.publish(run_id, message("cancelled"))
    return ended.run


async def retry(pipeline: Pipeline, tx: Transaction, run: Run, *, trace_id: str) -> Run:
    """A new run that continues after the last finished step of a failed or cancelled one.

    Raises:
        Conflict: the run is not failed or cancelled.
    """
    locked = await lock(pipeline, tx, run.id)
    if locked.state.status not in {RunStatus.FAILED, RunStatus.CANCELLED}:
        raise Conflict(f"the run is {locked.state.status}; only a failed or cancelled one can be retried")
    return await resume(tx, locked.run, locked.workflow, run_id=new_run_id(), trace_id=trace_id)


async def resolve(pipeline: Pipeline, tx: Transaction, run_id: str, node_id: str, value: Any, *, by: str | None) -> Run:
    """Answer a node's open interrupt; its step runs again with ``Work.resume`` set to the value.

    Raises:
        NotFound: the node waits for nothing (code ``interrupt_not_found``).
        Conflict: it was answered before, or its time is up, or the run was cancelled.
    """
    locked = await lock(pipeline, tx, run_id)
    interrupt = await interrupts.latest(tx.db, run_id, node_id)
    if interrupt is None:
        raise NotFound("the node has no open interrupt", code="interrupt_not_found")
    if interrupt.status != "open":
        raise Conflict(f"the interrupt is {interrupt.status} already", code=_CLOSED[interrupt.status])
    await _close(tx, interrupt, "resolved", value, by)
    drafts = _answered(interrupt, value, by)
    resumed = await advance(tx, locked, drafts)
    stage = await steps.wake(tx.db, run_id, node_id, {"value": value, "by": by})
    if stage is not None:
        tx.ring(stage)
    return resumed.run


async def expire(pipeline: Pipeline, tx: Transaction, interrupt: Interrupt) -> None:
    """Time is up: fail closed. An approval that nobody gave counts as a rejection."""
    locked = await lock(pipeline, tx, interrupt.run_id)
    current = await interrupts.latest(tx.db, interrupt.run_id, interrupt.node_id)
    if current is None or current.status != "open":
        return
    await _close(tx, current, "expired", None, None)
    code, said = (
        ("approval_rejected", "nobody approved in time")
        if current.kind == "approval"
        else (
            "interrupt_timeout",
            "nobody answered in time",
        )
    )
    error = {"code": code, "message": f"{said} ({current.kind} of node '{current.node_id}')"}
    drafts = [Draft("node.failed", {"nodeId": current.node_id, "error": error}, current.node_id)]
    if current.kind == "approval":
        drafts.insert(0, Draft("approval.received", {"nodeId": current.node_id, "action": "timeout"}, current.node_id))
    await advance(tx, locked, drafts)


_CLOSED = {
    "resolved": "interrupt_already_resolved",
    "expired": "interrupt_expired",
    "cancelled": "interrupt_cancelled",
}


async def _close(tx: Transaction, interrupt: Interrupt, status: str, value: Any, by: str | None) -> None:
    await interrupts.close(tx.db, interrupt, status=status, resolution=value, by=by, now=datetime.now(UTC))


def _answered(interrupt: Interrupt, value: Any, by: str | None) -> list[Draft]:
    node, ident = interrupt.node_id, str(interrupt.id)
    drafts = []
    if interrupt.kind == "approval" and isinstance(value, dict):
        told = {key: value[key] for key in ("feedback", "refineFeedback", "editedArtifactData") if key in value}
        received = {"nodeId": node, "action": value.get("action"), "decidedBy": by, **told}
        drafts.append(Draft("approval.received", received, node))
    elif interrupt.kind == "clarification" and isinstance(value, dict):
        answers = {"nodeId": node, "answers": value.get("answers", {}), "answeredBy": by}
        drafts.append(Draft("clarification.resolved", answers, node))
    resolved = {"nodeId": node, "interruptId": ident, "kind": interrupt.kind, "resolvedBy": by}
    return [
        *drafts,
        Draft("interrupt.resolved", resolved, node),
        Draft("node.resumed", {"nodeId": node, "interruptId": ident}, node),
    ]
