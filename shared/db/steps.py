"""Every query that reads or writes a step.

A step waits in a stage, ordered by ``rank``: a virtual start time plus a handicap by priority
(``HANDICAP``). The virtual start time is start-time fair queueing folded into one column. It is
that of the first waiting step of the same stage and priority, or now when none waits, so that a
newcomer joins at the head of the queue instead of behind everybody's backlog; and at least one
second (``QUANTUM``) after the owner's own last waiting step, so that the head is shared fairly.
Equal ranks go by id, which sorts by time: first in, first out. It lags the clock by five hours
at most (``LAG``), so that a step of low priority is never overtaken for ever.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec

from shared.contracts.records import Run, Step
from shared.contracts.states import Priority, Stage
from shared.domain.decide import Planned
from shared.domain.ids import new_id

from .pool import Connection

HANDICAP = {
    Priority.URGENT: timedelta(0),
    Priority.HIGH: timedelta(minutes=10),
    Priority.NORMAL: timedelta(hours=1),
    Priority.LOW: timedelta(hours=6),
}
QUANTUM = timedelta(seconds=1)
LAG = timedelta(hours=5)

_PLAN = """
    INSERT INTO steps (id, run_id, node_id, slice, type_id, stage, status, principal_id, priority, rank)
    SELECT $1, $2, $3, $4, $5, $6, 'queued', $7, $8, greatest(
        least(now() + $9::interval, (SELECT rank FROM steps
            WHERE stage = $6 AND priority = $8 AND status = 'queued' ORDER BY rank LIMIT 1)),
        now() + $9::interval - $11::interval,
        $10::interval + (SELECT rank FROM steps WHERE stage = $6 AND principal_id = $7 AND priority = $8
            AND status = 'queued' ORDER BY rank DESC LIMIT 1))
     WHERE NOT EXISTS (SELECT FROM steps WHERE run_id = $2 AND node_id = $3 AND slice = $4)
        ON CONFLICT (run_id, node_id, slice) DO NOTHING"""

_COLUMNS = """id, run_id, node_id, slice, type_id, stage, status, attempt, principal_id, priority,
    rank, ready_at, queued_at, resume, errors"""


async def plan(db: Connection, run: Run, planned: list[Planned]) -> list[Stage]:
    """Queue steps of a locked run; one that exists already is left alone. Returns the stage of each new step."""
    if not planned:
        return []
    missing = planned
    if len(planned) > 1:
        there = {tuple(row) for row in await db.fetch("SELECT node_id, slice FROM steps WHERE run_id = $1", run.id)}
        missing = [step for step in planned if (step.node_id, step.slice) not in there]
    values = [
        (
            new_id(),
            run.id,
            step.node_id,
            step.slice,
            step.type_id,
            step.stage,
            run.principal_id,
            run.priority,
            HANDICAP[run.priority],
            QUANTUM,
            LAG,
        )
        for step in missing
    ]
    if len(values) == 1:
        return [missing[0].stage] if await db.fetchval(f"{_PLAN} RETURNING true", *values[0]) else []
    if values:
        await db.executemany(_PLAN, values)  # one statement each: the rank of a slice looks at those before it
    return [step.stage for step in missing]


async def claim(db: Connection, stage: Stage, *, worker: str, lease_s: float, most: int | None = None) -> Step | None:
    """Take the best step that is ready, or None.

    Args:
        most: how many steps of this stage may run at once over all workers; None is no limit.
    """
    if most is not None:
        await db.execute("SELECT pg_advisory_xact_lock(hashtext('pressrun.stage.' || $1))", stage)
        if await db.fetchval("SELECT count(*) FROM steps WHERE stage = $1 AND status = 'running'", stage) >= most:
            return None
    row = await db.fetchrow(
        f"""
        UPDATE steps SET status = 'running', attempt = attempt + 1, worker = $2, claimed_at = now(),
               lease_until = now() + make_interval(secs => $3)
         WHERE id = (SELECT id FROM steps WHERE stage = $1 AND status = 'queued' AND ready_at <= now()
                     ORDER BY rank, id FOR UPDATE SKIP LOCKED LIMIT 1)
        RETURNING {_COLUMNS}
        """,
        stage,
        worker,
        lease_s,
    )
    return _step(row)


async def renew(db: Connection, held: dict[UUID, int], *, lease_s: float) -> set[UUID]:
    """Extend the leases of steps (id to attempt). Returns those still held; the others are lost.

    Steps are locked by id, here and wherever several are, so that nobody waits for one another.
    """
    rows = await db.fetch(
        """
        UPDATE steps SET lease_until = now() + make_interval(secs => $3)
         WHERE id IN (SELECT steps.id FROM steps JOIN unnest($1::uuid[], $2::int[]) AS mine (id, attempt)
                          ON steps.id = mine.id AND steps.attempt = mine.attempt
                       WHERE status = 'running' ORDER BY steps.id FOR UPDATE OF steps)
        RETURNING id
        """,
        list(held),
        list(held.values()),
        lease_s,
    )
    return {row["id"] for row in rows}


async def finish(db: Connection, step: Step, status: str) -> bool:
    """Leave ``running`` for a final status; who finished it stays on record. False when the step is another's now."""
    return await _leave(db, step, "status = $3, finished_at = now()", status)


async def requeue(db: Connection, step: Step, *, delay_s: float, error: dict[str, Any] | None, resume: Any) -> bool:
    """Put a held step back, ready after ``delay_s`` seconds, with the failure (if any) on its record."""
    return await _leave(
        db,
        step,
        """status = 'queued', worker = NULL, ready_at = now() + make_interval(secs => $3), resume = $4,
           errors = errors || $5::jsonb""",
        delay_s,
        resume,
        [error] if error else [],
    )


async def suspend(db: Connection, step: Step) -> bool:
    """Park a held step until its interrupt is answered."""
    return await _leave(db, step, "status = $3, worker = NULL", "waiting")


async def wake(db: Connection, run_id: str, node_id: str, resume: Any) -> Stage | None:
    """Queue a parked step, or one that was planned just now, with the answer. None when there is none."""
    found = await db.fetchval(
        """UPDATE steps SET status = 'queued', ready_at = now(), queued_at = now(), resume = $3
            WHERE run_id = $1 AND node_id = $2 AND (status = 'waiting' OR (status = 'queued' AND attempt = 0))
            RETURNING stage""",
        run_id,
        node_id,
        resume,
    )
    return Stage(found) if found else None


async def cancel(db: Connection, run_id: str) -> None:
    """Cancel what is not finished, in a run that is locked. Results of running steps are fenced off.

    A queued step that is being claimed at this moment is left to its claimer, which waits for the run's
    lock while it holds the step's, and looks at the run again.
    """
    await db.execute(
        """UPDATE steps SET status = 'cancelled', finished_at = now()
            WHERE id IN (SELECT id FROM steps WHERE run_id = $1 AND status = 'running' ORDER BY id FOR UPDATE)""",
        run_id,
    )
    await db.execute(
        """UPDATE steps SET status = 'cancelled', finished_at = now()
            WHERE id IN (SELECT id FROM steps WHERE run_id = $1 AND status IN ('queued', 'waiting')
                         FOR UPDATE SKIP LOCKED)""",  # who skips waits for nobody: no order is needed
        run_id,
    )


async def withdraw(db: Connection, run_id: str) -> None:
    """Forget the unfinished steps of a locked run: it is paused. They are planned again when it resumes."""
    await db.execute(
        """DELETE FROM steps WHERE id IN (SELECT id FROM steps WHERE run_id = $1 AND status = 'running'
                                           ORDER BY id FOR UPDATE)""",
        run_id,
    )
    await db.execute(
        """DELETE FROM steps WHERE id IN (SELECT id FROM steps WHERE run_id = $1 AND status = 'queued'
                                           FOR UPDATE SKIP LOCKED)""",
        run_id,
    )


async def drop(db: Connection, step: Step) -> None:
    """Forget a step that was claimed in vain."""
    await db.execute("DELETE FROM steps WHERE id = $1", step.id)


async def held(db: Connection, run_id: str, node_id: str, index: int, attempt: int) -> bool:
    """Whether this attempt of a step is still the one that runs."""
    found = await db.fetchval(
        """SELECT true FROM steps WHERE run_id = $1 AND node_id = $2 AND slice = $3 AND attempt = $4
              AND status = 'running'""",
        run_id,
        node_id,
        index,
        attempt,
    )
    return bool(found)


async def forget(db: Connection, run_id: str, node_id: str, slices: list[int] | None) -> None:
    """Remove a node's steps, or some of its slices, so that they can be planned again."""
    await db.execute(
        """DELETE FROM steps WHERE id IN (SELECT id FROM steps WHERE run_id = $1 AND node_id = $2
              AND ($3::int[] IS NULL OR slice = ANY($3)) ORDER BY id FOR UPDATE)""",
        run_id,
        node_id,
        slices,
    )


async def orphaned_parents(db: Connection) -> list[tuple[str, str, str, str]]:
    """Parked steps whose child run has ended without waking them: (run, node, child run, its status)."""
    rows = await db.fetch(
        """SELECT steps.run_id, steps.node_id, child.id, child.status FROM steps
             JOIN runs AS child ON child.parent_run_id = steps.run_id AND child.parent_node_id = steps.node_id
            WHERE steps.status = 'waiting' AND child.status IN ('completed', 'failed', 'cancelled') LIMIT 100"""
    )
    return [(row["run_id"], row["node_id"], row["id"], row["status"]) for row in rows]


async def expired(db: Connection) -> list[Step]:
    """Running steps whose lease ran out, not locked: the run is locked first, then ``still_expired`` asked."""
    rows = await db.fetch(
        f"""SELECT {_COLUMNS} FROM steps WHERE status = 'running' AND lease_until < now()
            ORDER BY lease_until LIMIT 100"""
    )
    return [step for row in rows if (step := _step(row)) is not None]


async def still_expired(db: Connection, step: Step) -> bool:
    """Whether nobody renewed, finished or re-queued the step meanwhile."""
    found = await db.fetchval(
        "SELECT true FROM steps WHERE id = $1 AND attempt = $2 AND status = 'running' AND lease_until < now()",
        step.id,
        step.attempt,
    )
    return bool(found)


async def overdue(db: Connection, *, seconds: float) -> dict[Stage, int]:
    """Ready steps that have waited at least this long, counted per stage (up to 100 each)."""
    rows = await db.fetch(
        """SELECT stage, (SELECT count(*) FROM (SELECT FROM steps WHERE steps.stage = stages.stage
                           AND status = 'queued' AND ready_at <= now() - make_interval(secs => $2) LIMIT 100) AS few)
             AS waiting FROM unnest($1::text[]) AS stages (stage)""",
        [str(stage) for stage in Stage],
        seconds,
    )
    return {Stage(row["stage"]): row["waiting"] for row in rows if row["waiting"]}


async def _leave(db: Connection, step: Step, change: str, *values: Any) -> bool:
    found = await db.fetchval(
        f"""UPDATE steps SET lease_until = NULL, {change}
             WHERE id = $1 AND attempt = $2 AND status = 'running' RETURNING true""",
        step.id,
        step.attempt,
        *values,
    )
    return bool(found)


def _step(row: Any) -> Step | None:
    return msgspec.convert(dict(row), Step) if row else None
