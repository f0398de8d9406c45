"""Starts a run: from nothing, or where another one stopped."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from shared.contracts.records import Run
from shared.contracts.states import Priority, RunStatus
from shared.contracts.workflow import Workflow
from shared.db import artifacts, runs
from shared.domain import deadlines
from shared.domain.retries import kept
from shared.domain.state import Draft, RunState

from .advance import Locked, advance, count
from .pipeline import Transaction


async def start(
    tx: Transaction,
    *,
    run_id: str,
    principal_id: UUID,
    workflow: Workflow,
    digest: str,
    inputs: dict[str, Any],
    trace_id: str,
    priority: Priority = Priority.NORMAL,
    report_id: UUID | None = None,
    configurable: dict[str, Any] | None = None,
    tags: list[str] | None = None,
    metadata: dict[str, Any] | None = None,
    scope_id: str | None = None,
    callback_url: str | None = None,
    limited: bool = False,
    parent: tuple[str, str] | None = None,
) -> Run:
    """Store a new run with its first event and queue its first steps.

    Args:
        digest: the definition's, already stored by ``runs.store_workflow``.
        trace_id: 32 hex digits; it follows the run into every log line.
        scope_id: what must not run twice at a time, if the client asks for that.
        limited: end it by force when its time is up (``deadlines``).
        parent: the run and node that wait for this one.
    """
    parent_run_id, parent_node_id = parent or (None, None)
    now = datetime.now(UTC)
    run = Run(
        id=run_id,
        principal_id=principal_id,
        report_id=report_id,
        workflow_id=workflow.id,
        workflow_digest=digest,
        status=RunStatus.PENDING,
        priority=priority,
        inputs=inputs,
        configurable=configurable or {},
        tags=tags or [],
        metadata=metadata or {},
        scope_id=scope_id,
        callback_url=callback_url,
        parent_run_id=parent_run_id,
        parent_node_id=parent_node_id,
        deadline_at=deadlines.first(workflow, configurable or {}, now) if limited else None,
        root_run_id=run_id,
        trace_id=trace_id,
        created_at=now,
    )
    return await _begin(tx, run, workflow, [])


async def resume(tx: Transaction, source: Run, workflow: Workflow, *, run_id: str, trace_id: str) -> Run:
    """A new run of the same inputs and limits that keeps every finished node and slice of ``source``."""
    now = datetime.now(UTC)
    limited = source.deadline_at is not None
    run = Run(
        id=run_id,
        principal_id=source.principal_id,
        report_id=source.report_id,
        workflow_id=source.workflow_id,
        workflow_digest=source.workflow_digest,
        status=RunStatus.PENDING,
        priority=source.priority,
        inputs=source.inputs,
        configurable=source.configurable,
        tags=source.tags,
        metadata=source.metadata,
        callback_url=source.callback_url,
        source_run_id=source.id,
        root_run_id=source.root_run_id,
        mode="retry",
        deadline_at=deadlines.first(workflow, source.configurable, now) if limited else None,
        trace_id=trace_id,
        created_at=now,
    )
    return await _begin(tx, run, workflow, kept(await runs.events(tx.db, source.id)))


async def _begin(tx: Transaction, run: Run, workflow: Workflow, history: Sequence[Draft]) -> Run:
    await runs.insert(tx.db, run)
    await inherit(tx, run, history)
    count(tx, None, run)
    first = Draft("run.started", {"workflowId": run.workflow_id})
    begun = await advance(tx, Locked(run, RunState(), workflow), [first, *history])
    return begun.run


async def inherit(tx: Transaction, run: Run, history: Sequence[Draft]) -> None:
    """Give a run what the history that it begins with refers to: stored outputs and artifacts."""
    if run.source_run_id is None:
        return
    await runs.copy_results(tx.db, run.source_run_id, run.id)
    made = [UUID(draft.payload["artifactId"]) for draft in history if draft.type == "artifact.created"]
    if made:
        await artifacts.copy(tx.db, run.source_run_id, run.id, made)
