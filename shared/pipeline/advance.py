"""Carries out what the domain decides: append to the log, fold, decide, plan steps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from shared.contracts.records import Run
from shared.contracts.states import RunStatus, Stage
from shared.contracts.workflow import Workflow
from shared.db import deliveries, interrupts, runs, steps
from shared.domain import replays
from shared.domain.decide import decide
from shared.domain.errors import NotFound
from shared.domain.fold import fold
from shared.domain.state import Draft, RunState
from shared.domain.values import variables

from .pipeline import Pipeline, Transaction, message


class Locked:
    """A run whose row this transaction holds, with its fold and its definition."""

    def __init__(self, run: Run, state: RunState, workflow: Workflow) -> None:
        self.run = run
        self.state = state
        self.workflow = workflow

    @property
    def known(self) -> dict[str, Any]:
        return variables(self.workflow, self.run.inputs)


async def lock(pipeline: Pipeline, tx: Transaction, run_id: str) -> Locked:
    """Hold a run: every change to one run is made by one transaction at a time.

    Raises:
        NotFound: there is no such run.
    """
    found = await runs.with_state(tx.db, run_id, lock=True)
    if found is None:
        raise NotFound("Run not found")
    run, state = found
    return Locked(run, state, await pipeline.workflow(tx.db, run.workflow_digest))


async def advance(tx: Transaction, locked: Locked, drafts: Sequence[Draft]) -> Locked:
    """Append drafts and everything that follows from them; queue the steps that must exist now."""
    decision = decide(locked.workflow, fold(drafts, locked.state), locked.known)
    entries, state, planned = [*drafts, *decision.events], decision.state, decision.steps
    run = locked.run
    if run.mode == "replay" and run.source_run_id is not None:
        source = await runs.events(tx.db, run.source_run_id, types=replays.LOOKED_AT)
        before = await runs.events(tx.db, run.id, types=replays.LOOKED_AT)
        entries = replays.follow(source, before, entries, locked.state, idle=not planned)
        state = fold(entries, locked.state)
        planned = replays.one_at_a_time(source, [*before, *entries], planned, state)
    if entries:
        now = datetime.now(UTC)
        run, heard = await runs.append(tx.db, locked.run, state, entries, now)
        tx.publish(run.id, message("event", sequence=state.next_sequence - 1, status=run.status))
        placed = list(enumerate(entries, state.next_sequence - len(entries)))
        if heard and (hears := await deliveries.enqueue(tx.db, run, placed, suppressed=run.mode == "replay")):
            tx.ring(Stage.DELIVER, hears)
        count(tx, locked.run, run)
        if run.status != locked.run.status:
            await wake_parent(tx, run)
    if run.status.terminal:
        await steps.cancel(tx.db, run.id)
        await interrupts.cancel(tx.db, run.id)
        return Locked(run, state, locked.workflow)
    for stage in await steps.plan(tx.db, run, planned):
        tx.ring(stage)
    return Locked(run, state, locked.workflow)


async def wake_parent(tx: Transaction, child: Run) -> None:
    """A run that another one waits for has moved: the parent's parked step looks at it.

    Only the step's row is touched, never the parent's run: locks are taken from parent to child.
    """
    if child.parent_run_id is None or child.parent_node_id is None:
        return
    told = {"runId": child.id, "status": child.status}
    stage = await steps.wake(tx.db, child.parent_run_id, child.parent_node_id, {"child": told})
    if stage is not None:
        tx.ring(stage)


def count(tx: Transaction, before: Run | None, after: Run) -> None:
    """Tell the queue statistics that a report's run moved."""
    if after.report_id is None:
        return
    seconds = None
    if after.status is RunStatus.COMPLETED and after.completed_at and after.started_at:
        seconds = (after.completed_at - after.started_at).total_seconds()
    tx.moved(after.priority, before.status if before else None, after.status, seconds)
