"""A new run from a prefix of another one's log."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from msgspec.structs import replace

from shared.contracts.records import Run
from shared.contracts.states import RunStatus
from shared.contracts.workflow import Workflow
from shared.db import interrupts, runs
from shared.domain import deadlines
from shared.domain.errors import NotFound, Unprocessable
from shared.domain.fold import CHILD_MOVED, fold
from shared.domain.ids import new_id
from shared.domain.ids import run_id as new_run_id
from shared.domain.state import Draft, RunState

from .advance import Locked, advance, count
from .answers import answer_as_recorded
from .pipeline import Pipeline, Transaction
from .start import inherit


async def fork(
    pipeline: Pipeline,
    tx: Transaction,
    source: Run,
    *,
    mode: str,
    from_sequence: int,
    trace_id: str,
    overlay: dict[str, Any] | None = None,
) -> Run:
    """Copy the log below ``from_sequence`` and go on from there. The source is not touched.

    Args:
        mode: ``replay`` (the same again, effects taken from the source) or ``branch`` (another way on).
        overlay: a branch's ``configurable``, ``tags`` and ``metadata``; ``inputs`` in place of the source's.

    Raises:
        Unprocessable: ``from_sequence`` is beyond the log, or behind the source's end.
    """
    log = await runs.events(tx.db, source.id)
    if from_sequence > (log[-1].sequence if log else 0):
        raise Unprocessable(f"fromSeq {from_sequence} is beyond the log, which ends at {log[-1].sequence}")
    workflow = await pipeline.workflow(tx.db, source.workflow_digest)
    run = _forked(source, workflow, mode, from_sequence, trace_id, overlay or {})
    await runs.insert(tx.db, run)
    history = [Draft(event.type, event.payload, event.node_id) for event in log[:from_sequence]]
    if not history:
        history = [Draft("run.started", {"workflowId": run.workflow_id})]
    elif fold(history).status.terminal:
        raise Unprocessable("the run had ended by then; choose an earlier fromSeq")
    await inherit(tx, run, history)
    count(tx, None, run)
    begun = await advance(tx, Locked(run, RunState(), workflow), [*history, *_forget_children(fold(history))])
    return (await _ask_again(tx, source, begun)).run


def _forked(
    source: Run, workflow: Workflow, mode: str, from_sequence: int, trace_id: str, overlay: dict[str, Any]
) -> Run:
    now = datetime.now(UTC)
    configurable = source.configurable | (overlay.get("configurable") or {})
    return replace(
        source,
        id=new_run_id(),
        status=RunStatus.PENDING,
        source_run_id=source.id,
        mode=mode,
        from_sequence=from_sequence,
        inputs=overlay.get("inputs", source.inputs),
        configurable=configurable,
        tags=list(overlay["tags"]) if overlay.get("tags") is not None else source.tags,
        metadata=source.metadata | (overlay.get("metadata") or {}),
        scope_id=None,
        trace_id=trace_id,
        created_at=now if mode == "branch" else source.created_at,
        started_at=None,
        completed_at=None,
        deadline_at=deadlines.first(workflow, configurable, now, mode=mode),
    )


def _forget_children(state: RunState) -> list[Draft]:
    """Nodes that wait for a child of the source start one of their own."""
    return [
        Draft(CHILD_MOVED, {"nodeId": node_id, "status": RunStatus.RUNNING}, node_id)
        for node_id, node in state.nodes.items()
        if node.status == "waiting" and node.interrupt_id is None
    ]


async def _ask_again(tx: Transaction, source: Run, begun: Locked) -> Locked:
    """Interrupts that are open at the fork's beginning are open in the fork; a replay answers them as before."""
    for node_id, node in begun.state.nodes.items():
        if node.status != "waiting" or node.interrupt_id is None:
            continue
        asked = await interrupts.by_key(tx.db, source.id, node.interrupt_id)
        if asked is None:
            raise NotFound(f"the interrupt of node '{node_id}' is gone")
        now = datetime.now(UTC)
        expires_at = None if asked.expires_at is None else now + (asked.expires_at - asked.created_at)
        again = replace(
            asked,
            id=new_id(),
            run_id=begun.run.id,
            status="open",
            votes=[],
            resolution=None,
            resolved_by=None,
            created_at=now,
            expires_at=expires_at,
        )
        await interrupts.insert(tx.db, again)
        begun = await answer_as_recorded(tx, begun, again)
    return begun
