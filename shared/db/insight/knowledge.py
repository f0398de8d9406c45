"""What knowledge bases hold, how it was read, and how often it was asked for."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from shared.db.pool import Connection

from .view import View

S = TypeVar("S", bound=msgspec.Struct)

MOST_PASSAGES = 20_000
"""As many passages are counted for their terms at most."""

_BASES = "($1::uuid IS NULL OR base.principal_id = $1) AND ($2::uuid[] = '{}' OR base.id = ANY($2))"
_DOCUMENTS = (
    f"FROM knowledge_documents AS document JOIN knowledge_bases AS base ON base.id = document.base_id WHERE {_BASES}"
)


class Base(msgspec.Struct, frozen=True, kw_only=True):
    """One knowledge base with the sums of its documents."""

    name: str
    owner: str
    type: str
    status: str
    documents: int
    passages: int
    words: int
    bytes: int
    embedded: int
    """Documents whose passages have vectors."""
    query_count: int
    query_ms: float
    """Of all queries together."""
    updated_at: datetime


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """Documents of one kind."""

    kind: str
    documents: int
    bytes: int
    largest: int
    passages: int
    words: int


class Failed(msgspec.Struct, frozen=True, kw_only=True):
    """Documents that could not be read, by code."""

    code: str
    documents: int
    message: str
    """Of the last one."""
    last_at: datetime


class Added(msgspec.Struct, frozen=True, kw_only=True):
    """Documents that were added in one part of the period."""

    at: datetime
    documents: int


class Term(msgspec.Struct, frozen=True, kw_only=True):
    """A stem, in how many passages it stands, and how often."""

    term: str
    passages: int
    times: int


async def bases(db: Connection, view: View, only: list[UUID]) -> list[Base]:
    """The knowledge bases, the largest first."""
    return await _all(
        db,
        Base,
        f"""SELECT base.name, principal.name AS owner, base.type, base.status, count(document.id) AS documents,
                   coalesce(sum(document.passages), 0)::bigint AS passages,
                   coalesce(sum(document.words), 0)::bigint AS words,
                   coalesce(sum(document.size_bytes), 0)::bigint AS bytes,
                   count(document.embedding_model) AS embedded, base.query_count, base.query_ms, base.updated_at
              FROM knowledge_bases AS base JOIN principals AS principal ON principal.id = base.principal_id
              LEFT JOIN knowledge_documents AS document ON document.base_id = base.id
             WHERE {_BASES} GROUP BY base.id, principal.name ORDER BY 5 DESC, 1""",
        view.owner,
        only,
    )


async def kinds(db: Connection, view: View, only: list[UUID]) -> list[Kind]:
    """Documents by kind, most frequent first."""
    return await _all(
        db,
        Kind,
        f"""SELECT document.kind, count(*) AS documents, sum(size_bytes)::bigint AS bytes, max(size_bytes) AS largest,
                   sum(passages)::bigint AS passages, sum(words)::bigint AS words
            {_DOCUMENTS} GROUP BY 1 ORDER BY 2 DESC, 1""",
        view.owner,
        only,
    )


async def states(db: Connection, view: View, only: list[UUID]) -> dict[str, int]:
    """Documents by status."""
    rows = await db.fetch(
        f"SELECT document.status, count(*) {_DOCUMENTS} GROUP BY 1 ORDER BY 2 DESC, 1", view.owner, only
    )
    return {row["status"]: row["count"] for row in rows}


async def failures(db: Connection, view: View, only: list[UUID]) -> list[Failed]:
    """Documents that could not be read, by code, most frequent first."""
    return await _all(
        db,
        Failed,
        f"""SELECT coalesce(document.error_code, 'unknown') AS code, count(*) AS documents,
                   (array_agg(coalesce(document.error, '') ORDER BY document.updated_at DESC))[1] AS message,
                   max(document.updated_at) AS last_at
            {_DOCUMENTS} AND document.status = 'failed' GROUP BY 1 ORDER BY 2 DESC, 1""",
        view.owner,
        only,
    )


async def added(db: Connection, view: View, only: list[UUID]) -> list[Added]:
    """Documents by the part of the period in which they were added."""
    return await _all(
        db,
        Added,
        f"""SELECT date_trunc($5, document.created_at, 'UTC') AS at, count(*) AS documents
            {_DOCUMENTS} AND document.created_at >= $3 AND document.created_at < $4 GROUP BY 1 ORDER BY 1""",
        view.owner,
        only,
        view.start,
        view.end,
        view.unit,
    )


async def terms(db: Connection, view: View, only: list[UUID], *, limit: int) -> list[Term]:
    """The stems that most passages have, of at most ``MOST_PASSAGES`` passages."""
    return await _all(
        db,
        Term,
        f"""SELECT word.lexeme AS term, count(*) AS passages, sum(cardinality(word.positions))::bigint AS times
              FROM (SELECT passage.terms FROM knowledge_passages AS passage
                      JOIN knowledge_bases AS base ON base.id = passage.base_id
                     WHERE {_BASES} ORDER BY passage.document_id, passage.number LIMIT {MOST_PASSAGES}) AS read,
                   unnest(read.terms) AS word
             WHERE word.lexeme ~ '^[[:alpha:]]{{4,}}$'
             GROUP BY 1 ORDER BY 2 DESC, 3 DESC, 1 LIMIT $3""",
        view.owner,
        only,
        limit,
    )


async def _all(db: Connection, kind: type[S], query: str, *arguments: Any) -> list[S]:
    return [msgspec.convert(dict(row), kind) for row in await db.fetch(query, *arguments)]
