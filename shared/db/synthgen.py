"""Synthetic data models, which are known by the jobs that name them: queries over however many jobs there are."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

import msgspec

from .entities import Entity
from .pool import Connection


async def latest_jobs(
    db: Connection, principal_id: UUID, project_id: UUID | None, *, limit: int, offset: int, without: Collection[str]
) -> list[Entity]:
    """The last changed job of each of an owner's models, the last changed first.

    Args:
        without: keys that their bodies are read without.
    """
    rows = await db.fetch(
        f"""SELECT * FROM (SELECT DISTINCT ON ({_MODEL}) {_FIELDS}, body - $5::text[] AS body FROM entities {_WHERE}
                            ORDER BY {_MODEL}, updated_at DESC, id DESC) AS latest
            ORDER BY updated_at DESC, id DESC LIMIT $3 OFFSET $4""",
        principal_id,
        project_id,
        limit,
        offset,
        list(without),
    )
    return [msgspec.convert(dict(row), Entity) for row in rows]


async def count(db: Connection, principal_id: UUID, project_id: UUID | None) -> int:
    """How many models an owner's jobs name."""
    return int(await db.fetchval(f"SELECT count(DISTINCT {_MODEL}) FROM entities {_WHERE}", principal_id, project_id))


async def jobs(
    db: Connection, principal_id: UUID, project_id: UUID | None, model_id: str, *, without: Collection[str]
) -> list[Entity]:
    """Every job of one of an owner's models, the last changed first; none if no job names it."""
    rows = await db.fetch(
        f"""SELECT {_FIELDS}, body - $4::text[] AS body FROM entities {_WHERE} AND {_MODEL} = $3
            ORDER BY updated_at DESC, id DESC""",
        principal_id,
        project_id,
        model_id,
        list(without),
    )
    return [msgspec.convert(dict(row), Entity) for row in rows]


_FIELDS = ", ".join(field for field in Entity.__struct_fields__ if field != "body")
_MODEL = "body #>> '{model,id}'"
_WHERE = f"""WHERE principal_id = $1 AND kind = 'synthgen' AND ($2::uuid IS NULL OR project_id = $2)
    AND {_MODEL} <> ''"""
