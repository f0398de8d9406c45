"""Every query that reads or writes what a language model answered, and what that cost."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from .pool import Connection

_LINE = """WITH RECURSIVE line AS (
    SELECT id, root_run_id, source_run_id, mode FROM runs WHERE id = $1
     UNION ALL
    SELECT before.id, before.root_run_id, before.source_run_id, before.mode
      FROM runs AS before JOIN line ON line.mode = 'retry' AND before.id = line.source_run_id)"""
"""A run and those that it is a retry of: they make one report. A branch is a report of its own."""


class Payer(msgspec.Struct, frozen=True):
    """The step that a call was made for."""

    run_id: str
    node_id: str
    slice: int


class Paid(msgspec.Struct, frozen=True, kw_only=True):
    """What one call used."""

    model: str | None
    prompt_tokens: int
    completion_tokens: int
    cost: Decimal | None = None
    currency: str | None = None


class NodeUsage(msgspec.Struct, frozen=True, kw_only=True):
    """What one node's calls to one model used."""

    node_id: str
    model: str
    calls: int
    prompt_tokens: int
    completion_tokens: int
    estimated: bool
    """At least one call's tokens were counted from its characters."""
    cost: Decimal | None
    """None: of at least one call no price was known."""
    currency: str | None


async def known(db: Connection, root_run_id: str, digest: str) -> dict[str, Any] | None:
    """What was answered to this very call in this family of runs."""
    return await db.fetchval("SELECT answer FROM answers WHERE root_run_id = $1 AND digest = $2", root_run_id, digest)


async def store(
    db: Connection, root_run_id: str, digest: str, answer: dict[str, Any], payer: Payer, paid: Paid
) -> None:
    await db.execute(
        """INSERT INTO answers (root_run_id, digest, answer, run_id, node_id, slice, model, prompt_tokens,
                                completion_tokens, cost, currency)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING""",
        root_run_id,
        digest,
        answer,
        payer.run_id,
        payer.node_id,
        payer.slice,
        paid.model,
        paid.prompt_tokens,
        paid.completion_tokens,
        paid.cost,
        paid.currency,
    )


async def written(db: Connection, run_id: str) -> int:
    """Tokens that models have written for a run and for those that it is a retry of."""
    found: int = await db.fetchval(
        f"""{_LINE} SELECT coalesce(sum(completion_tokens), 0)::bigint FROM answers
             WHERE root_run_id = (SELECT root_run_id FROM line LIMIT 1) AND run_id IN (SELECT id FROM line)""",
        run_id,
    )
    return found


async def usage(db: Connection, run_id: str) -> list[NodeUsage]:
    """What a run and those that it is a retry of have used so far, by node and model."""
    rows = await db.fetch(
        f"""{_LINE} SELECT coalesce(node_id, '') AS node_id, coalesce(model, '') AS model, count(*) AS calls,
                           sum(prompt_tokens)::bigint AS prompt_tokens,
                           sum(completion_tokens)::bigint AS completion_tokens,
                           bool_or(coalesce((answer->'usage'->>'estimated')::boolean, false)) AS estimated,
                           CASE WHEN bool_and(cost IS NOT NULL) THEN sum(cost) END AS cost,
                           min(currency) AS currency
               FROM answers
              WHERE root_run_id = (SELECT root_run_id FROM line LIMIT 1) AND run_id IN (SELECT id FROM line)
              GROUP BY node_id, model ORDER BY min(created_at)""",
        run_id,
    )
    return [NodeUsage(**dict(row)) for row in rows]
