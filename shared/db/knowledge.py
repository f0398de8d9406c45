"""Every query on knowledge bases and their documents. Passages are in ``shared/db/passages.py``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from shared.contracts.knowledge import Base, BaseView, Document

from .pool import Connection
from .rows import columns, part

_BASE = Base.__struct_fields__
_LATE = """CASE WHEN document.status IN ('pending', 'processing') AND run.status IN ('failed', 'cancelled')
                THEN {then} ELSE {otherwise} END"""
_DERIVED = {
    # A document whose run ended without a word (its worker died again and again, it was cancelled) has failed.
    "status": _LATE.format(then="'failed'", otherwise="document.status"),
    "error_code": _LATE.format(
        then="coalesce(run.state -> 'error' ->> 'code', run.status)", otherwise="document.error_code"
    ),
    "error": _LATE.format(
        then="coalesce(run.state -> 'error' ->> 'message', 'indexing was cancelled; send the document again')",
        otherwise="document.error",
    ),
}
_DOCUMENT = ", ".join(f"{_DERIVED.get(name, f'document.{name}')} AS {name}" for name in Document.__struct_fields__)
_FROM = "FROM knowledge_documents AS document LEFT JOIN runs AS run ON run.id = document.run_id"
_SUMS = f"""LEFT JOIN LATERAL (
        SELECT count(*) AS documents, count(*) FILTER (WHERE said.status IN ('pending', 'processing')) AS busy,
               count(*) FILTER (WHERE said.status = 'failed') AS failed,
               coalesce(sum(said.passages) FILTER (WHERE said.status = 'completed'), 0) AS passages,
               coalesce(sum(said.passages) FILTER (WHERE said.embedding_model IS NOT NULL), 0) AS embedded,
               coalesce(sum(said.size_bytes), 0) AS size_bytes
          FROM (SELECT {_DERIVED["status"]} AS status, document.passages, document.embedding_model, document.size_bytes
                  {_FROM} WHERE document.base_id = base.id) AS said) AS sums ON true"""
_VIEW = f"{columns('base', Base)}, sums.*"
_READABLE = """($1::boolean OR base.principal_id = $2 OR $2 = ANY(base.writers)
    OR (base.status <> 'draft' AND (base.type = 'public' OR $2 = ANY(base.readers))))"""


async def insert(db: Connection, base: Base) -> None:
    places = ", ".join(f"${number}" for number in range(1, len(_BASE) + 1))
    await db.execute(
        f"INSERT INTO knowledge_bases ({', '.join(_BASE)}) VALUES ({places})", *msgspec.structs.astuple(base)
    )


async def find(db: Connection, base_id: UUID, *, lock: bool = False) -> Base | None:
    """A knowledge base, whoever owns it.

    Args:
        lock: hold it against changes until the transaction ends.
    """
    row = await db.fetchrow(
        f"SELECT {', '.join(_BASE)} FROM knowledge_bases WHERE id = $1 {'FOR UPDATE' if lock else ''}", base_id
    )
    return msgspec.convert(dict(row), Base) if row else None


async def view(db: Connection, base_id: UUID) -> BaseView | None:
    """A knowledge base with its figures."""
    row = await db.fetchrow(f"SELECT {_VIEW} FROM knowledge_bases AS base {_SUMS} WHERE base.id = $1", base_id)
    return _view(row) if row else None


async def page(
    db: Connection, principal_id: UUID, *, everything: bool, search: str = "", limit: int, offset: int
) -> tuple[list[BaseView], int]:
    """What a principal may read, newest first, and how many there are.

    Args:
        everything: the principal is an administrator.
    """
    where = f"{_READABLE} AND ($3 = '' OR base.name ILIKE $3 OR base.description ILIKE $3)"
    like = f"%{search.translate(_LITERAL)}%" if search else ""
    total = await db.fetchval(
        f"SELECT count(*) FROM knowledge_bases AS base WHERE {where}", everything, principal_id, like
    )
    rows = await db.fetch(
        f"""SELECT {_VIEW} FROM knowledge_bases AS base {_SUMS} WHERE {where}
            ORDER BY base.created_at DESC, base.id DESC LIMIT $4 OFFSET $5""",
        everything,
        principal_id,
        like,
        limit,
        offset,
    )
    return [_view(row) for row in rows], total


async def update(db: Connection, base: Base) -> None:
    """Store what an owner may change of it."""
    await db.execute(
        """UPDATE knowledge_bases SET name = $2, description = $3, type = $4, status = $5, tags = $6, readers = $7,
                  writers = $8, updated_at = now() WHERE id = $1""",
        base.id,
        base.name,
        base.description,
        base.type,
        base.status,
        base.tags,
        base.readers,
        base.writers,
    )


async def delete(db: Connection, base_id: UUID) -> list[str]:
    """Delete it with its documents. Returns the keys of their files, for ``garbage.add``."""
    rows = await db.fetch("DELETE FROM knowledge_documents WHERE base_id = $1 RETURNING key", base_id)
    await db.execute("DELETE FROM knowledge_bases WHERE id = $1", base_id)
    return [row["key"] for row in rows]


async def queried(db: Connection, base_id: UUID, ms: float) -> None:
    await db.execute(
        "UPDATE knowledge_bases SET query_count = query_count + 1, query_ms = query_ms + $2 WHERE id = $1", base_id, ms
    )


async def role(db: Connection, principal_id: UUID) -> str | None:
    """A principal's role; None for nobody."""
    return await db.fetchval("SELECT role FROM principals WHERE id = $1", principal_id)


async def unknown_principals(db: Connection, ids: Sequence[UUID]) -> list[UUID]:
    """Those of these ids that are no principal's."""
    rows = await db.fetch("SELECT id FROM unnest($1::uuid[]) AS id EXCEPT SELECT id FROM principals", list(ids))
    return [row["id"] for row in rows]


async def add_document(db: Connection, document: Document) -> None:
    fields = Document.__struct_fields__
    places = ", ".join(f"${number}" for number in range(1, len(fields) + 1))
    await db.execute(
        f"INSERT INTO knowledge_documents ({', '.join(fields)}) VALUES ({places})", *msgspec.structs.astuple(document)
    )


async def document(db: Connection, base_id: UUID, document_id: UUID) -> Document | None:
    row = await db.fetchrow(
        f"SELECT {_DOCUMENT} {_FROM} WHERE document.base_id = $1 AND document.id = $2", base_id, document_id
    )
    return msgspec.convert(dict(row), Document) if row else None


async def same_content(db: Connection, base_id: UUID, sha256: str) -> Document | None:
    """The document of a base that has this content."""
    row = await db.fetchrow(
        f"SELECT {_DOCUMENT} {_FROM} WHERE document.base_id = $1 AND document.sha256 = $2", base_id, sha256
    )
    return msgspec.convert(dict(row), Document) if row else None


async def documents(db: Connection, base_id: UUID, *, limit: int, offset: int) -> tuple[list[Document], int]:
    """A base's documents, newest first, and how many there are."""
    total = await db.fetchval("SELECT count(*) FROM knowledge_documents WHERE base_id = $1", base_id)
    rows = await db.fetch(
        f"""SELECT {_DOCUMENT} {_FROM} WHERE document.base_id = $1
            ORDER BY document.created_at DESC, document.id DESC LIMIT $2 OFFSET $3""",
        base_id,
        limit,
        offset,
    )
    return [msgspec.convert(dict(row), Document) for row in rows], total


async def delete_document(db: Connection, base_id: UUID, document_id: UUID) -> str | None:
    """Delete a document with its passages. Returns the key of its file, for ``garbage.add``; None: there is none."""
    return await db.fetchval(
        "DELETE FROM knowledge_documents WHERE base_id = $1 AND id = $2 RETURNING key", base_id, document_id
    )


async def by_run(db: Connection, document_id: UUID, run_ids: Sequence[str]) -> tuple[Document, Base] | None:
    """The document that one of these runs is there to index, with its base; None when it is gone or another's."""
    row = await db.fetchrow(
        f"""SELECT {columns("document", Document)}, {columns("base", Base)} FROM knowledge_documents AS document
              JOIN knowledge_bases AS base ON base.id = document.base_id
             WHERE document.id = $1 AND document.run_id = ANY($2)""",
        document_id,
        list(run_ids),
    )
    return (part(dict(row), "document", Document), part(dict(row), "base", Base)) if row else None


async def processing(db: Connection, document_id: UUID) -> None:
    await db.execute(
        """UPDATE knowledge_documents SET status = 'processing', error = NULL, error_code = NULL, updated_at = now()
            WHERE id = $1""",
        document_id,
    )


async def failed(db: Connection, document_id: UUID, code: str, message: str) -> None:
    await db.execute(
        """UPDATE knowledge_documents SET status = 'failed', error_code = $2, error = $3, updated_at = now()
            WHERE id = $1""",
        document_id,
        code,
        message,
    )


async def embedded(db: Connection, document_id: UUID, model: str) -> None:
    """All its passages have vectors of this model."""
    await db.execute(
        "UPDATE knowledge_documents SET embedding_model = $2, updated_at = now() WHERE id = $1", document_id, model
    )


async def analysed(db: Connection, document_id: UUID, found: dict[str, int]) -> None:
    """Note how many values of each private kind the document holds."""
    await db.execute("UPDATE knowledge_documents SET pii_analysis = $2 WHERE id = $1", document_id, found)


async def reindexed(db: Connection, document_id: UUID, run_id: str) -> None:
    """Another run indexes it from now on."""
    await db.execute(
        "UPDATE knowledge_documents SET run_id = $2, updated_at = now() WHERE id = $1", document_id, run_id
    )


async def of_other_models(db: Connection, embedding_model: str, most: int) -> list[Document]:
    """Searchable documents whose vectors are another model's, or missing, and that no run is at work on."""
    rows = await db.fetch(
        f"""SELECT {_DOCUMENT} {_FROM} WHERE document.status = 'completed'
               AND document.embedding_model IS DISTINCT FROM $1
               AND (run.id IS NULL OR run.status IN ('completed', 'cancelled')
                    OR (run.status = 'failed' AND run.completed_at < now() - interval '10 minutes'))
             ORDER BY document.updated_at LIMIT $2""",
        embedding_model,
        most,
    )
    return [msgspec.convert(dict(row), Document) for row in rows]


_LITERAL = str.maketrans({"\\": "\\\\", "%": "\\%", "_": "\\_"})


def _view(row: Any) -> BaseView:
    names = BaseView.__struct_fields__[1:]
    return BaseView(base=part(row, "base", Base), **{name: int(row[name]) for name in names})
