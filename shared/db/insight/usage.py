"""What was asked for, by whom, and what became of it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

import msgspec

from shared.db.pool import Connection

from .view import View

S = TypeVar("S", bound=msgspec.Struct)

_REPORTS = """report.created_at >= $2 AND report.created_at < $3 AND ($1::uuid IS NULL OR report.principal_id = $1)
    AND report.priority = ANY($4)"""
_FROM = f"""FROM reports AS report JOIN runs AS run ON run.id = report.run_id
    JOIN templates AS template ON template.id = report.template_id
    JOIN principals AS principal ON principal.id = report.principal_id
    LEFT JOIN LATERAL (SELECT sum(size_bytes)::bigint AS bytes FROM artifacts WHERE run_id = run.id) AS file ON true
   WHERE {_REPORTS}"""
_SUMS = """count(*) AS asked, count(*) FILTER (WHERE run.status = 'completed') AS completed,
    count(*) FILTER (WHERE run.status = 'failed') AS failed, sum(report.download_count)::bigint AS downloads,
    count(*) FILTER (WHERE run.status = 'completed' AND report.download_count = 0) AS unread,
    sum(report.retry_count)::bigint AS retries, coalesce(sum(file.bytes), 0)::bigint AS bytes"""
_BY = {
    "template": "template.name",
    "priority": "report.priority",
    "format": "report.output_format",
    "owner": "principal.name",
    "hour": "to_char(report.created_at AT TIME ZONE 'UTC', 'HH24')",
    "nothing": "'all'::text",
}


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """Reports of one kind."""

    name: str
    asked: int
    completed: int
    failed: int
    downloads: int
    unread: int
    """Completed, and never downloaded."""
    retries: int
    bytes: int
    """Of the files of their current runs."""


class Demand(msgspec.Struct, frozen=True, kw_only=True):
    """Reports of one template that were asked for in one part of the period."""

    at: datetime
    template: str
    asked: int


class Tokens(msgspec.Struct, frozen=True, kw_only=True):
    """Answers of one model, at prices in one currency, that were given in the period."""

    model: str
    calls: int
    prompt: int
    completion: int
    currency: str
    """Empty: no price was known."""
    cost: Decimal


class File(msgspec.Struct, frozen=True, kw_only=True):
    """Files of one format."""

    format: str
    files: int
    bytes: int
    largest: int


async def uses(db: Connection, view: View, by: str) -> list[Use]:
    """Reports by ``template``, ``priority``, ``format``, ``owner`` or ``hour``; ``nothing`` for all in one row."""
    name = _BY[by]
    return await _all(
        db,
        Use,
        f"SELECT {name} AS name, {_SUMS} {_FROM} GROUP BY {name} {'' if by != 'owner' else ', principal.id'} ORDER BY 2 DESC, 1",
        *view.runs,
    )


async def own(db: Connection, view: View, principal_id: Any) -> int:
    """How many of the reports are this principal's."""
    return await db.fetchval(
        f"SELECT count(*) FROM reports AS report WHERE {_REPORTS} AND report.principal_id = $5",
        *view.runs,
        principal_id,
    )


async def demand(db: Connection, view: View) -> list[Demand]:
    """Reports by part of the period and template."""
    return await _all(
        db,
        Demand,
        f"""SELECT date_trunc($5, report.created_at, 'UTC') AS at, template.name AS template, count(*) AS asked
              FROM reports AS report JOIN templates AS template ON template.id = report.template_id
             WHERE {_REPORTS} GROUP BY 1, 2 ORDER BY 1, 2""",
        *view.runs,
        view.unit,
    )


async def tokens(db: Connection, view: View) -> list[Tokens]:
    """What models read and wrote in the period, by model and currency; an answer that was used again counts once."""
    return await _all(
        db,
        Tokens,
        """SELECT coalesce(answer.model, '') AS model, count(*) AS calls, sum(answer.prompt_tokens)::bigint AS prompt,
                  sum(answer.completion_tokens)::bigint AS completion, coalesce(sum(answer.cost), 0) AS cost,
                  CASE WHEN answer.cost IS NULL THEN '' ELSE coalesce(answer.currency, '') END AS currency
             FROM answers AS answer JOIN runs AS run ON run.id = answer.root_run_id
            WHERE answer.created_at >= $2 AND answer.created_at < $3
              AND ($1::uuid IS NULL OR run.principal_id = $1) AND run.priority = ANY($4)
            GROUP BY 1, 6 ORDER BY 4 DESC, 1, 6""",
        *view.runs,
    )


async def files(db: Connection, view: View) -> list[File]:
    """Files of the reports' current runs, by format."""
    return await _all(
        db,
        File,
        f"""SELECT file.format, count(*) AS files, sum(file.size_bytes)::bigint AS bytes,
                   max(file.size_bytes) AS largest
              FROM artifacts AS file JOIN reports AS report ON report.run_id = file.run_id
             WHERE {_REPORTS} GROUP BY 1 ORDER BY 3 DESC, 1""",
        *view.runs,
    )


async def _all(db: Connection, kind: type[S], query: str, *arguments: Any) -> list[S]:
    return [msgspec.convert(dict(row), kind) for row in await db.fetch(query, *arguments)]
