"""Runs that a node of another run starts and waits for.

Locks are taken from parent to child and never back: a child only wakes its parent's parked step, and
the parent's own transaction looks at the child.
"""

from __future__ import annotations

from shared.contracts.records import Run, Step
from shared.db import runs, steps
from shared.domain.errors import Conflict, Rejected
from shared.domain.fold import CHILD_MOVED, CHILD_STARTED
from shared.domain.ids import run_id as new_run_id
from shared.domain.outcome import Child
from shared.domain.state import Draft

from .advance import Locked, advance, lock, wake_parent
from .control import cancel
from .pipeline import Pipeline, Transaction
from .start import start


async def await_child(pipeline: Pipeline, step: Step, child: Child) -> bool:
    """Park a step until its child run moves; the first time, start the child in the same transaction."""
    async with pipeline.transaction() as tx:
        locked = await lock(pipeline, tx, step.run_id)
        if not await steps.suspend(tx.db, step):
            return False
        known = locked.state.nodes[step.node_id].child_run_id
        seen = await runs.get(tx.db, known) if known else None
        drafts = []
        if seen is None or seen.parent_run_id != step.run_id:  # a fork inherits no children
            seen = await _spawn(pipeline, tx, locked, step, child)
            drafts.append(Draft(CHILD_STARTED, {"nodeId": step.node_id, "childRunId": seen.id}, step.node_id))
        drafts.append(Draft(CHILD_MOVED, {"nodeId": step.node_id, "status": seen.status}, step.node_id))
        await advance(tx, locked, drafts)
    await _look_again(pipeline, seen)
    return True


async def cancel_children(pipeline: Pipeline, run_id: str) -> None:
    """Carry a parent's end over to the runs that it started, one transaction each."""
    async with pipeline.database.connect() as db:
        found = await runs.children(db, run_id)
    for child in found:
        try:
            async with pipeline.transaction() as tx:
                await cancel(pipeline, tx, child.id, reason="parent-cancelled", parent_run_id=run_id)
        except Conflict:
            continue  # it has ended by itself
        await cancel_children(pipeline, child.id)


async def _spawn(pipeline: Pipeline, tx: Transaction, locked: Locked, step: Step, child: Child) -> Run:
    found = await pipeline.find_workflow(tx.db, child.workflow_id)
    if found is None:
        raise Rejected(f"node '{step.node_id}' starts the workflow '{child.workflow_id}', which is not known here")
    workflow, digest = found
    parent = locked.run
    return await start(
        tx,
        run_id=new_run_id(),
        principal_id=parent.principal_id,
        workflow=workflow,
        digest=digest,
        inputs=child.inputs,
        trace_id=parent.trace_id,
        priority=parent.priority,
        parent=(parent.id, step.node_id),
    )


async def _look_again(pipeline: Pipeline, seen: Run) -> None:
    """The child may have moved while the step was being parked, when nobody could be woken yet."""
    async with pipeline.transaction() as tx:
        now = await runs.get(tx.db, seen.id)
        if now is not None and now.status != seen.status:
            await wake_parent(tx, now)
