"""Every query that reads or writes an entity: what machine-learning reports describe. ``synthgen`` asks for its models.

An entity belongs to one owner, and so does its id: two owners may have pushed the same one.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from .pool import Connection


class Entity(msgspec.Struct, frozen=True, kw_only=True):
    """An entity as it was pushed, or what a list shows of it."""

    kind: str
    id: UUID
    project_id: UUID | None = None
    """Its own or its parent's."""
    parent_id: UUID | None = None
    """A model's experiment, a deployment's model."""
    name: str = ""
    status: str = ""
    body: dict[str, Any] = {}
    unknown: list[str] = []
    """Paths in the body that no report reads."""
    version: int = 1
    size_bytes: int = 0
    created_at: datetime
    updated_at: datetime


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which of an owner's entities are listed."""

    principal_id: UUID
    kind: str
    project_id: UUID | None = None
    parent_id: UUID | None = None
    search: str = ""
    """What the name contains, in any case; empty: anything."""


_FIELDS = ", ".join(Entity.__struct_fields__)
_SHORT = ", ".join(field for field in Entity.__struct_fields__ if field != "body")


async def get(db: Connection, principal_id: UUID, kind: str, entity_id: UUID, *, lock: bool = False) -> Entity | None:
    """An owner's entity; with ``lock`` nobody else changes it until the transaction ends."""
    row = await db.fetchrow(
        f"SELECT {_FIELDS} FROM entities WHERE principal_id = $1 AND kind = $2 AND id = $3{_lock(lock)}",
        principal_id,
        kind,
        entity_id,
    )
    return msgspec.convert(dict(row), Entity) if row else None


async def put(db: Connection, principal_id: UUID, entity: Entity) -> Entity:
    """Store an entity, or what it has become; as it lies in the database, with its version."""
    row = await db.fetchrow(
        f"""INSERT INTO entities AS known
                   (principal_id, kind, id, project_id, parent_id, name, status, body, unknown, size_bytes)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            ON CONFLICT (principal_id, kind, id) DO UPDATE SET project_id = excluded.project_id,
               parent_id = excluded.parent_id, name = excluded.name, status = excluded.status, body = excluded.body,
               unknown = excluded.unknown, size_bytes = excluded.size_bytes, version = known.version + 1,
               updated_at = now()
            RETURNING {_SHORT}""",
        principal_id,
        entity.kind,
        entity.id,
        entity.project_id,
        entity.parent_id,
        entity.name,
        entity.status,
        entity.body,
        entity.unknown,
        entity.size_bytes,
    )
    assert row is not None  # noqa: S101 - either of the two returns it
    return msgspec.convert(dict(row), Entity)


async def inherit(db: Connection, principal_id: UUID, entity: Entity) -> None:
    """Give an entity's project to its children, and to theirs, that do not name one themselves."""
    parents: Collection[UUID] = [entity.id]
    for child in _CHILDREN.get(entity.kind, ()):
        rows = await db.fetch(
            """UPDATE entities SET project_id = $4 WHERE principal_id = $1 AND kind = $2 AND parent_id = ANY($3)
                  AND body ->> 'project_id' IS NULL RETURNING id""",
            principal_id,
            child,
            list(parents),
            entity.project_id,
        )
        parents = [row["id"] for row in rows]


async def delete(db: Connection, principal_id: UUID, kind: str, entity_id: UUID) -> bool:
    """Whether there was one."""
    said = await db.fetchval(
        "DELETE FROM entities WHERE principal_id = $1 AND kind = $2 AND id = $3 RETURNING true",
        principal_id,
        kind,
        entity_id,
    )
    return bool(said)


async def page(
    db: Connection, wanted: Wanted, *, limit: int, offset: int, bodies: bool = False, without: Collection[str] = ()
) -> list[Entity]:
    """Entities, the last changed first; without ``bodies`` only what a list shows of them.

    Args:
        without: keys that their bodies are read without.
    """
    rows = await db.fetch(
        f"""SELECT {_SHORT}{", body - $8::text[] AS body" if bodies else ""} FROM entities {_WHERE}
            ORDER BY updated_at DESC, id DESC LIMIT $6 OFFSET $7""",
        *_arguments(wanted),
        limit,
        offset,
        *([list(without)] if bodies else []),
    )
    return [msgspec.convert(dict(row), Entity) for row in rows]


async def parts(db: Connection, wanted: Wanted, only: Collection[str], *, limit: int, offset: int) -> list[Entity]:
    """Entities, the last changed first, whose bodies have only these keys: for a look at many large ones."""
    rows = await db.fetch(
        f"""SELECT {_SHORT}, (SELECT coalesce(jsonb_object_agg(key, value), '{{}}') FROM jsonb_each(body)
                    WHERE key = ANY($8::text[])) AS body
              FROM entities {_WHERE} ORDER BY updated_at DESC, id DESC LIMIT $6 OFFSET $7""",
        *_arguments(wanted),
        limit,
        offset,
        list(only),
    )
    return [msgspec.convert(dict(row), Entity) for row in rows]


async def count(db: Connection, wanted: Wanted) -> int:
    return int(await db.fetchval(f"SELECT count(*) FROM entities {_WHERE}", *_arguments(wanted)))


async def known_project(db: Connection, principal_id: UUID, project_id: UUID) -> bool:
    """Whether an owner has pushed this project, or anything that belongs to it."""
    return bool(
        await db.fetchval(
            """SELECT EXISTS (SELECT FROM entities WHERE principal_id = $1
                       AND (project_id = $2 OR (kind = 'project' AND id = $2)))""",
            principal_id,
            project_id,
        )
    )


_CHILDREN = {"experiment": ("model", "deployment"), "model": ("deployment",)}
_WHERE = """WHERE principal_id = $1 AND kind = $2 AND ($3::uuid IS NULL OR project_id = $3)
    AND ($4::uuid IS NULL OR parent_id = $4) AND ($5::text = '' OR position(lower($5) IN lower(name)) > 0)"""


def _lock(lock: bool) -> str:
    return " FOR UPDATE" if lock else ""


def _arguments(wanted: Wanted) -> tuple[Any, ...]:
    return (wanted.principal_id, wanted.kind, wanted.project_id, wanted.parent_id, wanted.search)
