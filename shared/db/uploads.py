"""Every query that reads or writes an upload: a table that an entity's figures are computed from.

An upload belongs to one owner and is there for a day; what was computed from it stays.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from .pool import Connection

KEPT_S = 86_400.0


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    filename: str = ""
    kind: Literal["csv", "parquet"]
    size_bytes: int
    sha256: str
    key: str
    created_at: datetime
    expires_at: datetime


_FIELDS = ", ".join(Upload.__struct_fields__)


async def insert(
    db: Connection,
    principal_id: UUID,
    upload_id: UUID,
    *,
    filename: str,
    kind: str,
    size_bytes: int,
    sha256: str,
    key: str,
) -> Upload:
    """Store an owner's upload; its time begins now."""
    row = await db.fetchrow(
        f"""INSERT INTO uploads (id, principal_id, filename, kind, size_bytes, sha256, key, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, now() + make_interval(secs => $8)) RETURNING {_FIELDS}""",
        upload_id,
        principal_id,
        filename,
        kind,
        size_bytes,
        sha256,
        key,
        KEPT_S,
    )
    assert row is not None  # noqa: S101 - what is inserted is returned
    return msgspec.convert(dict(row), Upload)


async def get(db: Connection, principal_id: UUID, upload_id: UUID) -> Upload | None:
    """An owner's upload, unless its time is over."""
    row = await db.fetchrow(
        f"SELECT {_FIELDS} FROM uploads WHERE principal_id = $1 AND id = $2 AND expires_at > now()",
        principal_id,
        upload_id,
    )
    return msgspec.convert(dict(row), Upload) if row else None


async def page(db: Connection, principal_id: UUID, *, limit: int, offset: int) -> list[Upload]:
    """An owner's uploads, newest first."""
    rows = await db.fetch(
        f"""SELECT {_FIELDS} FROM uploads WHERE principal_id = $1 AND expires_at > now()
            ORDER BY created_at DESC, id DESC LIMIT $2 OFFSET $3""",
        principal_id,
        limit,
        offset,
    )
    return [msgspec.convert(dict(row), Upload) for row in rows]


async def count(db: Connection, principal_id: UUID) -> int:
    return int(
        await db.fetchval("SELECT count(*) FROM uploads WHERE principal_id = $1 AND expires_at > now()", principal_id)
    )


async def delete(db: Connection, principal_id: UUID, upload_id: UUID) -> str | None:
    """The key of what was deleted, for ``garbage.add``; None if there was nothing."""
    key: str | None = await db.fetchval(
        "DELETE FROM uploads WHERE principal_id = $1 AND id = $2 RETURNING key", principal_id, upload_id
    )
    return key


async def expire(db: Connection, *, most: int) -> Collection[str]:
    """Delete so many whose time is over; their keys, for ``garbage.add``."""
    rows = await db.fetch(
        """DELETE FROM uploads WHERE id IN
                  (SELECT id FROM uploads WHERE expires_at <= now() ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED)
            RETURNING key""",
        most,
    )
    return [row["key"] for row in rows]
