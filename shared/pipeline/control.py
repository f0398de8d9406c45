"""What people do to a run from outside: cancel it, retry it, pause it."""

from __future__ import annotations

from datetime import UTC, datetime

from shared.contracts.records import Run
from shared.contracts.states import RunStatus
from shared.db import runs, steps
from shared.domain import deadlines
from shared.domain.decide import cancel_nodes
from shared.domain.errors import Conflict
from shared.domain.fold import PARKING
from shared.domain.ids import run_id as new_run_id
from shared.domain.record import breached
from shared.domain.state import Draft

from .advance import advance, lock
from .pipeline import Pipeline, Transaction, message
from .start import resume


async def cancel(
    pipeline: Pipeline,
    tx: Transaction,
    run_id: str,
    *,
    reason: str | None = None,
    by: str | None = None,
    parent_run_id: str | None = None,
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
    why = {"reason": reason, "cancelledBy": by, "parentRunId": parent_run_id}
    why = {key: value for key, value in why.items() if value}
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


async def pause(
    pipeline: Pipeline, tx: Transaction, run_id: str, *, drain: bool = True, reason: str | None = None
) -> Run:
    """Stop a run until it is resumed.

    Args:
        drain: let the nodes under way finish first (the run shows ``paused`` when they have); otherwise
            abort them, and start them again from their beginning on resume.

    Raises:
        NotFound: there is no such run.
        Conflict: it has ended (code ``run_terminal``), waits for an answer, or is paused already.
    """
    locked = await lock(pipeline, tx, run_id)
    status = locked.state.status
    if status.terminal:
        raise Conflict(f"the run is {status} already", code="run_terminal", details={"runStatus": status})
    if status not in {RunStatus.PENDING, RunStatus.RUNNING} or locked.state.parking:
        shown = RunStatus.PAUSED if locked.state.parking else status
        raise Conflict(f"the run is {shown}", details={"runStatus": shown})
    told = {"reason": reason} if reason else {}
    if drain:
        return (await advance(tx, locked, [Draft(PARKING, told)])).run
    await steps.withdraw(tx.db, run_id)
    return (await advance(tx, locked, [Draft("run.paused", told | {"drainPolicy": "immediate"})])).run


async def unpause(pipeline: Pipeline, tx: Transaction, run_id: str) -> Run:
    """Let a paused run go on.

    Raises:
        NotFound: there is no such run.
        Conflict: it is not paused.
    """
    locked = await lock(pipeline, tx, run_id)
    status = locked.state.status
    if status is not RunStatus.PAUSED and not locked.state.parking:
        code = "run_terminal" if status.terminal else None
        raise Conflict(f"the run is {status}, not paused", code=code, details={"runStatus": status})
    return (await advance(tx, locked, [Draft("run.resumed")])).run


async def overrun(pipeline: Pipeline, tx: Transaction, run_id: str) -> None:
    """End a run whose time is up, or put its deadline off by what it waited."""
    locked = await lock(pipeline, tx, run_id)
    if locked.state.status.terminal or locked.run.deadline_at is None:
        return
    log = await runs.events(tx.db, run_id)
    found = deadlines.look(locked.run, locked.workflow, log, datetime.now(UTC))
    if isinstance(found, datetime):
        await runs.put_off(tx.db, run_id, found)
        return
    breach = {"kind": "run-duration", "limit": found.limit, "observed": found.observed}
    drafts = breached(locked.state, breach, "run_timeout", f"the run took longer than {found.limit} ms")
    await advance(tx, locked, drafts)
    tx.publish(run_id, message("cancelled"))
