"""Every query that reads or writes a principal or an API key.

A key is shown once, when it is made; only its SHA-256 is stored. It is 32 random bytes, so a
plain hash is enough: there is nothing to guess.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from shared.contracts.records import Principal
from shared.domain.errors import Conflict
from shared.domain.ids import new_id

from .pool import Connection

KEY_PREFIX = "sk_"
TEST_KEY_PREFIX = "hk_test_"
_SHOWN = len(KEY_PREFIX) + 8


class IssuedKey(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a key: everything but the key."""

    id: UUID
    name: str
    prefix: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


_KEY_COLUMNS = ", ".join(IssuedKey.__struct_fields__)


class KeyHolder(msgspec.Struct, frozen=True, kw_only=True):
    """Whose key it is, with the key's own scopes, and whether it may still be used."""

    principal: Principal
    key_id: UUID
    state: Literal["valid", "expired", "revoked"]
    last_used_at: datetime | None


async def create_principal(db: Connection, name: str, role: str = "user") -> Principal:
    principal = Principal(id=new_id(), name=name, role=role)
    await db.execute("INSERT INTO principals (id, name, role) VALUES ($1, $2, $3)", principal.id, name, role)
    return principal


async def create_key(
    db: Connection,
    principal_id: UUID,
    *,
    name: str,
    scopes: Sequence[str],
    expires_at: datetime | None = None,
    test: bool = False,
) -> str:
    """Make an API key. It is returned here, once, and stored nowhere."""
    key, _ = await issue_key(db, principal_id, name=name, scopes=scopes, expires_at=expires_at, test=test)
    return key


async def issue_key(
    db: Connection,
    principal_id: UUID,
    *,
    name: str,
    scopes: Sequence[str],
    expires_at: datetime | None = None,
    test: bool = False,
) -> tuple[str, IssuedKey]:
    """Make an API key, and say what is kept of it."""
    key = (TEST_KEY_PREFIX if test else KEY_PREFIX) + secrets.token_urlsafe(32)
    row = await db.fetchrow(
        f"""INSERT INTO api_keys (id, principal_id, name, prefix, hash, scopes, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING {_KEY_COLUMNS}""",
        new_id(),
        principal_id,
        name,
        key[:_SHOWN],
        _hash(key),
        list(scopes),
        expires_at,
    )
    return key, msgspec.convert(row, IssuedKey)


async def keys(db: Connection, principal_id: UUID) -> list[IssuedKey]:
    """A principal's keys, the newest first; those that work no more are among them."""
    rows = await db.fetch(
        f"SELECT {_KEY_COLUMNS} FROM api_keys WHERE principal_id = $1 ORDER BY created_at DESC, id DESC", principal_id
    )
    return [msgspec.convert(row, IssuedKey) for row in rows]


async def count_keys(db: Connection, principal_id: UUID) -> int:
    """How many of a principal's keys work, under a lock that keeps others from making one meanwhile.

    Raises:
        Conflict: the principal was deactivated.
    """
    if not await db.fetchval("SELECT active FROM principals WHERE id = $1 FOR NO KEY UPDATE", principal_id):
        raise Conflict("this principal was deactivated", code="deactivated")
    return await db.fetchval(
        """SELECT count(*) FROM api_keys
            WHERE principal_id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())""",
        principal_id,
    )


async def by_key(db: Connection, key: str) -> KeyHolder | None:
    """Who holds this key; None when there is no such key. The caller looks at ``state``."""
    row = await db.fetchrow(
        """SELECT p.id, p.name, p.role, k.scopes, k.id AS key_id, k.last_used_at,
                  CASE WHEN k.revoked_at IS NOT NULL OR NOT p.active THEN 'revoked' WHEN k.expires_at <= now() THEN 'expired'
                       ELSE 'valid' END AS state
             FROM api_keys AS k JOIN principals AS p ON p.id = k.principal_id WHERE k.hash = $1""",
        _hash(key),
    )
    if row is None:
        return None
    return KeyHolder(
        principal=Principal(id=row["id"], name=row["name"], role=row["role"], scopes=row["scopes"]),
        key_id=row["key_id"],
        state=row["state"],
        last_used_at=row["last_used_at"],
    )


async def revoke_key(db: Connection, principal_id: UUID, key_id: UUID) -> bool:
    """End a key. False when the principal has no such key, or it was revoked before."""
    found = await db.fetchval(
        """UPDATE api_keys SET revoked_at = now()
            WHERE id = $2 AND principal_id = $1 AND revoked_at IS NULL RETURNING true""",
        principal_id,
        key_id,
    )
    return bool(found)


async def revoke_keys(db: Connection, principal_id: UUID) -> int:
    """End every key of a principal. Returns how many that were."""
    ended = await db.fetch(
        "UPDATE api_keys SET revoked_at = now() WHERE principal_id = $1 AND revoked_at IS NULL RETURNING id",
        principal_id,
    )
    return len(ended)


async def used(db: Connection, key_ids: Collection[UUID]) -> None:
    """Note that keys were used just now."""
    await db.execute("UPDATE api_keys SET last_used_at = now() WHERE id = ANY($1)", list(key_ids))


def _hash(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
