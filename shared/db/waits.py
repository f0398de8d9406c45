"""Queries about waiting: who is before whom, and how long reports take."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from .pool import Connection


async def position(db: Connection, run_id: str) -> int | None:
    """The place in the queue of one report's run; None when it has begun. As ``positions``, and cheaper for one."""
    return await db.fetchval(
        """
        SELECT 1 + (SELECT count(*) FROM steps AS other
                     WHERE other.stage = mine.stage AND other.status = 'queued'
                       AND (other.rank, other.id) < (mine.rank, mine.id)
                       AND EXISTS (SELECT FROM runs WHERE runs.id = other.run_id AND runs.status = 'pending'
                                      AND runs.report_id IS NOT NULL))
          FROM steps AS mine JOIN runs ON runs.id = mine.run_id
         WHERE mine.run_id = $1 AND mine.status = 'queued' AND runs.status = 'pending' AND runs.report_id IS NOT NULL
         ORDER BY mine.rank, mine.id LIMIT 1
        """,
        run_id,
    )


async def positions(db: Connection, run_ids: Collection[str]) -> dict[str, int]:
    """The place in the queue of each of these reports' runs that has not begun; 1 is claimed next.

    It is the order in which first steps are claimed: by priority, first in, first out inside a
    priority, interleaved fairly between owners.
    """
    if not run_ids:
        return {}
    rows = await db.fetch(
        """
        SELECT run_id, position FROM (
            SELECT run_id, row_number() OVER (ORDER BY rank, id) AS position FROM (
                SELECT DISTINCT ON (steps.run_id) steps.run_id, steps.rank, steps.id
                  FROM steps JOIN runs ON runs.id = steps.run_id
                 WHERE steps.status = 'queued' AND runs.status = 'pending' AND runs.report_id IS NOT NULL
                 ORDER BY steps.run_id, steps.rank, steps.id) AS first
            ) AS waiting WHERE run_id = ANY($1)
        """,
        list(run_ids),
    )
    return {row["run_id"]: row["position"] for row in rows}


async def durations(db: Connection) -> dict[UUID, float]:
    """Mean seconds from start to completion per template, over the last seven days."""
    rows = await db.fetch(
        """SELECT reports.template_id, extract(epoch FROM avg(runs.completed_at - runs.started_at))::float8 AS seconds
             FROM runs JOIN reports ON reports.id = runs.report_id
            WHERE runs.status = 'completed' AND runs.completed_at > now() - interval '7 days'
              AND runs.started_at IS NOT NULL
            GROUP BY reports.template_id"""
    )
    return {row["template_id"]: row["seconds"] for row in rows}


async def under_way(db: Connection) -> list[tuple[UUID, float]]:
    """Template and seconds since the start of each report that is being made (up to 1,000)."""
    rows = await db.fetch(
        """SELECT reports.template_id, extract(epoch FROM now() - runs.started_at)::float8 AS seconds
             FROM runs JOIN reports ON reports.id = runs.report_id
            WHERE runs.status = 'running' AND runs.started_at IS NOT NULL
            LIMIT 1000"""
    )
    return [(row["template_id"], row["seconds"]) for row in rows]
