"""Queries about waiting: who is before whom, and how long reports take."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from .pool import Connection


class Spread(msgspec.Struct, frozen=True):
    """Seconds that something takes: on the mean, and between which bounds nearly always."""

    mean: float = 0.0
    low: float = 0.0
    high: float = 0.0

    def __add__(self, other: Spread) -> Spread:
        return Spread(self.mean + other.mean, self.low + other.low, self.high + other.high)


class Place(msgspec.Struct, frozen=True):
    """A place in the queue (1 is claimed next), and the work of all reports before it."""

    position: int
    ahead: Spread = Spread()
    longest: float = 0.0
    """The upper bound of the report before it that may take longest."""


async def place(db: Connection, run_id: str, known: Mapping[UUID, Spread]) -> Place | None:
    """The place in the queue of one report's run; None when it has begun. As ``places``, and cheaper for one."""
    row = await db.fetchrow(
        f"""
        SELECT 1 + count(other.id) AS position, {_SUMS}
          FROM (SELECT steps.stage, steps.rank, steps.id
                  FROM steps JOIN runs ON runs.id = steps.run_id
                 WHERE steps.run_id = $1 AND steps.status = 'queued' AND runs.status = 'pending'
                   AND runs.report_id IS NOT NULL
                 ORDER BY steps.rank, steps.id LIMIT 1) AS mine
          LEFT JOIN (steps AS other JOIN runs ON runs.id = other.run_id AND runs.status = 'pending'
                     JOIN reports ON reports.id = runs.report_id {_PACE})
            ON other.stage = mine.stage AND other.status = 'queued' AND (other.rank, other.id) < (mine.rank, mine.id)
         GROUP BY mine.id
        """,
        run_id,
        *_columns(known),
    )
    return _place(row) if row else None


async def places(db: Connection, run_ids: Collection[str], known: Mapping[UUID, Spread]) -> dict[str, Place]:
    """The place in the queue of each of these reports' runs that has not begun.

    It is the order in which first steps are claimed: by priority, first in, first out inside a
    priority, interleaved fairly between owners.

    Args:
        known: how long the reports of each template take; of others nothing is reckoned.
    """
    if not run_ids:
        return {}
    rows = await db.fetch(
        f"""
        SELECT * FROM (
            SELECT first.run_id, row_number() OVER (ORDER BY first.rank, first.id) AS position,
                   sum(pace.mean) OVER before AS mean, sum(pace.low) OVER before AS low,
                   sum(pace.high) OVER before AS high, max(pace.high) OVER before AS longest
              FROM (SELECT DISTINCT ON (steps.run_id) steps.run_id, steps.rank, steps.id, runs.report_id
                      FROM steps JOIN runs ON runs.id = steps.run_id
                     WHERE steps.status = 'queued' AND runs.status = 'pending' AND runs.report_id IS NOT NULL
                     ORDER BY steps.run_id, steps.rank, steps.id) AS first
              JOIN reports ON reports.id = first.report_id {_PACE}
            WINDOW before AS (ORDER BY first.rank, first.id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
            ) AS waiting WHERE run_id = ANY($1)
        """,
        list(run_ids),
        *_columns(known),
    )
    return {row["run_id"]: _place(row) for row in rows}


async def durations(db: Connection) -> dict[UUID, Spread]:
    """How long reports took from start to completion, per template, over the last seven days.

    Without those that a person had to answer for, and without retries, which do only a part of the work. The
    bounds are wider where little was measured.
    """
    rows = await db.fetch(
        """SELECT template_id, count(*) AS many, avg(seconds) AS mean,
                  percentile_cont(0.05) WITHIN GROUP (ORDER BY seconds) AS low,
                  percentile_cont(0.95) WITHIN GROUP (ORDER BY seconds) AS high
             FROM (SELECT reports.template_id,
                          extract(epoch FROM runs.completed_at - runs.started_at)::float8 AS seconds
                     FROM runs JOIN reports ON reports.id = runs.report_id
                    WHERE runs.status = 'completed' AND runs.completed_at > now() - interval '7 days'
                      AND runs.started_at IS NOT NULL AND runs.mode = 'new'
                      AND NOT EXISTS (SELECT FROM interrupts WHERE interrupts.run_id = runs.id)) AS made
            GROUP BY template_id"""
    )
    return {
        row["template_id"]: Spread(
            row["mean"], row["low"] * (1 - 1 / (row["many"] + 1)), row["high"] * (1 + 1 / row["many"])
        )
        for row in rows
    }


async def under_way(db: Connection) -> list[tuple[UUID, float]]:
    """Template and seconds since the start of each report that is being made (up to 1,000)."""
    rows = await db.fetch(
        """SELECT reports.template_id, extract(epoch FROM now() - runs.started_at)::float8 AS seconds
             FROM runs JOIN reports ON reports.id = runs.report_id
            WHERE runs.status = 'running' AND runs.started_at IS NOT NULL
            LIMIT 1000"""
    )
    return [(row["template_id"], row["seconds"]) for row in rows]


_PACE = """LEFT JOIN unnest($2::uuid[], $3::float8[], $4::float8[], $5::float8[]) AS pace (template_id, mean, low, high)
    ON pace.template_id = reports.template_id"""
_SUMS = "sum(pace.mean) AS mean, sum(pace.low) AS low, sum(pace.high) AS high, max(pace.high) AS longest"


def _columns(known: Mapping[UUID, Spread]) -> tuple[list[Any], ...]:
    spreads = list(known.values())
    return (list(known), [one.mean for one in spreads], [one.low for one in spreads], [one.high for one in spreads])


def _place(row: asyncpg.Record) -> Place:
    ahead = Spread(row["mean"] or 0.0, row["low"] or 0.0, row["high"] or 0.0)
    return Place(row["position"], ahead, row["longest"] or 0.0)
