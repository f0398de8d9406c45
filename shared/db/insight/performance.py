"""How long reports and their steps took, what failed, and who worked."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

import msgspec

from shared.db.pool import Connection

from .view import RUNS, View

S = TypeVar("S", bound=msgspec.Struct)


class Quantiles(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds."""

    count: int
    p50: float
    p95: float
    p99: float


class Flow(msgspec.Struct, frozen=True, kw_only=True):
    """Runs that were asked for in one part of the period, by how they stand now."""

    at: datetime
    asked: int
    completed: int
    failed: int
    cancelled: int
    p50: float | None
    """Seconds from asking to completion; None when none was completed, or each of them waited for a person."""
    p95: float | None

    @property
    def open(self) -> int:
        """Not ended yet."""
        return self.asked - self.completed - self.failed - self.cancelled


class Turnaround(Quantiles, frozen=True, kw_only=True):
    """From asking to completion."""

    priority: str | None
    """None: of all priorities."""


class StageTime(msgspec.Struct, frozen=True, kw_only=True):
    """Finished steps of one stage: how long they waited to be taken, and how long they were in hand."""

    stage: str
    priority: str | None
    """None: of all priorities."""
    count: int
    wait_p50: float
    wait_p95: float
    wait_p99: float
    make_p50: float
    make_p95: float
    make_p99: float


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """Runs that failed with one code."""

    code: str
    count: int
    last_at: datetime
    message: str
    """Of the last one."""


class Retried(msgspec.Struct, frozen=True, kw_only=True):
    """Attempts that failed with one code and were followed by another attempt, or by a failure."""

    stage: str
    code: str
    attempts: int
    steps: int


class Hour(msgspec.Struct, frozen=True, kw_only=True):
    """One hour of the day, UTC."""

    hour: int
    asked: int
    steps: int


class Worker(msgspec.Struct, frozen=True, kw_only=True):
    """A process that finished steps."""

    name: str
    steps: int
    worked_s: float
    """All its steps' time added up."""
    busy_s: float
    """Time with at least one step in hand."""
    seen_s: float
    """From its first claim to its last result within the period."""


class Printing(Quantiles, frozen=True, kw_only=True):
    """Finished steps that printed."""

    pages: int
    bytes: int
    files: int
    """PDF files."""


async def flow(db: Connection, view: View) -> list[Flow]:
    """Runs per part of the period. Parts without runs are missing."""
    return await _all(
        db,
        Flow,
        f"""SELECT date_trunc($5, run.created_at, 'UTC') AS at, count(*) AS asked,
                   count(*) FILTER (WHERE run.status = 'completed') AS completed,
                   count(*) FILTER (WHERE run.status = 'failed') AS failed,
                   count(*) FILTER (WHERE run.status = 'cancelled') AS cancelled,
                   percentile_cont(0.5) WITHIN GROUP (ORDER BY {_TOOK}) FILTER (WHERE {_TIMED}) AS p50,
                   percentile_cont(0.95) WITHIN GROUP (ORDER BY {_TOOK}) FILTER (WHERE {_TIMED}) AS p95
              FROM runs AS run WHERE {RUNS} GROUP BY 1 ORDER BY 1""",
        *view.runs,
        view.unit,
    )


async def turnaround(db: Connection, view: View) -> list[Turnaround]:
    """Of completed runs that waited for no person: per priority, and over all."""
    return await _all(
        db,
        Turnaround,
        f"""SELECT run.priority, count(*), {_quantiles(_TOOK)}
              FROM runs AS run WHERE {RUNS} AND {_TIMED} GROUP BY GROUPING SETS ((run.priority), ())
            HAVING count(*) > 0""",
        *view.runs,
    )


async def interrupted(db: Connection, view: View) -> int:
    """Completed runs that waited for a person, which ``turnaround`` leaves out."""
    return await db.fetchval(
        f"""SELECT count(*) FROM runs AS run WHERE {RUNS} AND run.status = 'completed'
               AND EXISTS (SELECT FROM interrupts WHERE interrupts.run_id = run.id)""",
        *view.runs,
    )


async def stages(db: Connection, view: View) -> list[StageTime]:
    """Per stage and priority, and per stage."""
    return await _all(
        db,
        StageTime,
        f"""SELECT step.stage, step.priority, count(*), {_quantiles(_WAITED, "wait_")}, {_quantiles(_MADE, "make_")}
              FROM steps AS step JOIN runs AS run ON run.id = step.run_id
             WHERE {RUNS} AND step.status = 'done' AND step.claimed_at IS NOT NULL AND step.finished_at IS NOT NULL
             GROUP BY GROUPING SETS ((step.stage, step.priority), (step.stage)) ORDER BY 1, 2""",
        *view.runs,
    )


async def failures(db: Connection, view: View) -> list[Failure]:
    """Failed runs by their code, most frequent first."""
    return await _all(
        db,
        Failure,
        f"""SELECT coalesce(run.state -> 'error' ->> 'code', 'unknown') AS code, count(*),
                   max(coalesce(run.completed_at, run.created_at)) AS last_at,
                   (array_agg(coalesce(run.state -> 'error' ->> 'message', '') ORDER BY run.completed_at DESC))[1]
                       AS message
              FROM runs AS run WHERE {RUNS} AND run.status = 'failed' GROUP BY 1 ORDER BY 2 DESC, 1""",
        *view.runs,
    )


async def retries(db: Connection, view: View) -> list[Retried]:
    """Failed attempts of steps by stage and code, most frequent first."""
    return await _all(
        db,
        Retried,
        f"""SELECT step.stage, coalesce(error ->> 'code', 'unknown') AS code, count(*) AS attempts,
                   count(DISTINCT step.id) AS steps
              FROM steps AS step JOIN runs AS run ON run.id = step.run_id
             CROSS JOIN LATERAL jsonb_array_elements(step.errors) AS error
             WHERE {RUNS} GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2""",
        *view.runs,
    )


async def steps(db: Connection, view: View) -> tuple[int, int]:
    """How many steps were claimed, and how many of them had a failed attempt."""
    row = await db.fetchrow(
        f"""SELECT count(*) AS claimed, count(*) FILTER (WHERE step.errors <> '[]') AS troubled
              FROM steps AS step JOIN runs AS run ON run.id = step.run_id WHERE {RUNS} AND step.attempt > 0""",
        *view.runs,
    )
    return (row["claimed"], row["troubled"]) if row else (0, 0)


async def hours(db: Connection, view: View) -> list[Hour]:
    """Runs asked for and steps finished, by hour of the day (UTC). Hours without either are missing."""
    return await _all(
        db,
        Hour,
        f"""SELECT hour::int, sum(asked)::int AS asked, sum(steps)::int AS steps FROM (
                SELECT extract(hour FROM run.created_at AT TIME ZONE 'UTC') AS hour, 1 AS asked, 0 AS steps
                  FROM runs AS run WHERE {RUNS}
                 UNION ALL
                SELECT extract(hour FROM step.finished_at AT TIME ZONE 'UTC'), 0, 1
                  FROM steps AS step JOIN runs AS run ON run.id = step.run_id WHERE {RUNS} AND step.status = 'done'
            ) AS happened GROUP BY 1 ORDER BY 1""",
        *view.runs,
    )


async def workers(db: Connection, view: View) -> list[Worker]:
    """Who finished steps, and for how much of the time they had some in hand; the busiest first."""
    return await _all(
        db,
        Worker,
        f"""WITH mine AS (
                SELECT step.worker AS name, step.claimed_at AS took, step.finished_at AS gave
                  FROM steps AS step JOIN runs AS run ON run.id = step.run_id
                 WHERE {RUNS} AND step.worker IS NOT NULL AND step.finished_at > step.claimed_at),
            held AS (SELECT name, range_agg(tstzrange(took, gave)) AS spans FROM mine GROUP BY 1)
            SELECT mine.name, count(*) AS steps, sum({_seconds("gave - took")}) AS worked_s,
                   (SELECT sum({_seconds("upper(span) - lower(span)")}) FROM unnest(held.spans) AS span) AS busy_s,
                   {_seconds("max(gave) - min(took)")} AS seen_s
              FROM mine JOIN held USING (name) GROUP BY mine.name, held.spans ORDER BY 4 DESC, 1""",
        *view.runs,
    )


async def printing(db: Connection, view: View) -> Printing | None:
    """What was printed; None when nothing was."""
    found = await _all(
        db,
        Printing,
        f"""SELECT count(*), {_quantiles(_MADE)}, coalesce(sum(file.pages), 0)::bigint AS pages,
                   coalesce(sum(file.bytes), 0)::bigint AS bytes, coalesce(sum(file.files), 0)::int AS files
              FROM steps AS step JOIN runs AS run ON run.id = step.run_id
              LEFT JOIN LATERAL (SELECT sum(pages) AS pages, sum(size_bytes) AS bytes, count(*) AS files FROM artifacts
                                  WHERE run_id = run.id AND node_id = step.node_id AND format = 'pdf') AS file ON true
             WHERE {RUNS} AND step.type_id = 'report.render' AND step.status = 'done'
               AND step.claimed_at IS NOT NULL AND step.finished_at IS NOT NULL HAVING count(*) > 0""",
        *view.runs,
    )
    return found[0] if found else None


async def pages(db: Connection, view: View) -> dict[int, int]:
    """How many PDF files have how many pages."""
    rows = await db.fetch(
        f"""SELECT file.pages, count(*) FROM artifacts AS file JOIN runs AS run ON run.id = file.run_id
             WHERE {RUNS} AND file.format = 'pdf' AND file.pages IS NOT NULL GROUP BY 1 ORDER BY 1""",
        *view.runs,
    )
    return {row["pages"]: row["count"] for row in rows}


def _seconds(interval: str) -> str:
    return f"extract(epoch FROM {interval})::float8"


_TOOK = _seconds("run.completed_at - run.created_at")
_TIMED = """run.status = 'completed' AND run.completed_at IS NOT NULL
    AND NOT EXISTS (SELECT FROM interrupts WHERE interrupts.run_id = run.id)"""
_WAITED = f"greatest({_seconds('step.claimed_at - greatest(step.queued_at, step.ready_at)')}, 0)"
_MADE = _seconds("step.finished_at - step.claimed_at")


def _quantiles(of: str, prefix: str = "") -> str:
    return ", ".join(
        f"percentile_cont({share}) WITHIN GROUP (ORDER BY {of}) AS {prefix}{name}"
        for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))
    )


async def _all(db: Connection, kind: type[S], query: str, *arguments: Any) -> list[S]:
    return [msgspec.convert(dict(row), kind) for row in await db.fetch(query, *arguments)]
