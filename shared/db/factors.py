"""Every query on second factors: an authenticator's secret, and the codes for the day it is lost."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import msgspec

from .pool import Connection


class Factor(msgspec.Struct, frozen=True, kw_only=True):
    """An authenticator. ``secret`` is sealed; until it is confirmed it is asked of nobody."""

    secret: bytes
    confirmed_at: datetime | None


async def begin(db: Connection, user_id: UUID, sealed: bytes) -> bool:
    """Keep the secret of an authenticator that is to be confirmed. False when there is a confirmed one."""
    kept = await db.fetchval(
        """INSERT INTO second_factors AS f (principal_id, secret) VALUES ($1, $2)
           ON CONFLICT (principal_id) DO UPDATE SET secret = excluded.secret, created_at = now(), last_step = 0
            WHERE f.confirmed_at IS NULL RETURNING true""",
        user_id,
        sealed,
    )
    return bool(kept)


async def find(db: Connection, user_id: UUID) -> Factor | None:
    row = await db.fetchrow("SELECT secret, confirmed_at FROM second_factors WHERE principal_id = $1", user_id)
    return None if row is None else msgspec.convert(row, Factor)


async def use_step(db: Connection, user_id: UUID, secret: bytes, step: int) -> bool:
    """Use up every code up to this time step. False when it was used up before, or the secret was replaced."""
    used = await db.fetchval(
        """UPDATE second_factors SET last_step = $3 WHERE principal_id = $1 AND secret = $2 AND last_step < $3
           RETURNING true""",
        user_id,
        secret,
        step,
    )
    return bool(used)


async def confirm(db: Connection, user_id: UUID, codes: Collection[bytes]) -> None:
    """From now on the authenticator is asked for. In the caller's transaction.

    Args:
        codes: hashes of the recovery codes, which replace any that there are.
    """
    await db.execute("UPDATE second_factors SET confirmed_at = now() WHERE principal_id = $1", user_id)
    await replace_codes(db, user_id, codes)


async def replace_codes(db: Connection, user_id: UUID, codes: Collection[bytes]) -> None:
    await db.execute("DELETE FROM recovery_codes WHERE principal_id = $1", user_id)
    await db.executemany(
        "INSERT INTO recovery_codes (principal_id, hash) VALUES ($1, $2)", [(user_id, code) for code in codes]
    )


async def use_code(db: Connection, user_id: UUID, code: bytes) -> bool:
    """Use up a recovery code. False when there is none of this hash, or it was used before."""
    used = await db.fetchval(
        """UPDATE recovery_codes AS r SET used_at = now() FROM second_factors AS f
            WHERE r.principal_id = $1 AND r.hash = $2 AND r.used_at IS NULL
              AND f.principal_id = r.principal_id AND f.confirmed_at IS NOT NULL RETURNING true""",
        user_id,
        code,
    )
    return bool(used)


async def codes_left(db: Connection, user_id: UUID) -> int:
    return await db.fetchval("SELECT count(*) FROM recovery_codes WHERE principal_id = $1 AND used_at IS NULL", user_id)


async def remove(db: Connection, user_id: UUID) -> bool:
    """Ask for no second factor any more. False when there was none."""
    return bool(await db.fetchval("DELETE FROM second_factors WHERE principal_id = $1 RETURNING true", user_id))
