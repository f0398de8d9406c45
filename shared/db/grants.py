"""Every query that reads or writes a grant: what a report's owner lets somebody else do with it.

A token is shown once, when it is made; only its SHA-256 is stored. It is 32 random bytes, so a plain hash is
enough: there is nothing to guess.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from shared.domain.ids import new_id

from .pool import Connection

TOKEN_PREFIX = "share_"  # noqa: S105 - what a token begins with
"""Logs know secrets by it."""
LONGEST_TOKEN = 128

_VALID = "revoked_at IS NULL AND expires_at > now() AND uses_left IS DISTINCT FROM 0"
_FIELDS = """grants.id, grants.report_id, kind, grants.principal_id, grants.recipient, permissions, uses_left, used,
    grants.created_at, grants.expires_at, last_used_at, revoked_at,
    CASE WHEN revoked_at IS NOT NULL THEN 'revoked' WHEN grants.expires_at <= now() THEN 'expired'
         WHEN uses_left = 0 THEN 'used' ELSE 'valid' END AS state"""


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody may do with one report, and until when."""

    id: UUID
    report_id: UUID
    kind: str
    """``link``, ``email``, ``download_token`` or ``principal``."""
    principal_id: UUID | None
    recipient: str | None
    permissions: list[str]
    uses_left: int | None
    used: int
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None
    state: str
    """``valid``, ``expired``, ``used`` (up) or ``revoked``."""
    grantee: str | None = None
    """The principal's name."""
    mail: str | None = None
    """How far its mail is: ``queued``, ``running``, ``done`` or ``failed``."""


async def give(
    db: Connection,
    report_id: UUID,
    *,
    kind: str,
    permissions: Sequence[str],
    expires_at: datetime,
    made_by: UUID,
    recipient: str | None = None,
    uses: int | None = None,
) -> tuple[UUID, str]:
    """A grant for whoever has its token. The token is returned here, once, and stored nowhere."""
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    ident = new_id()
    await db.execute(
        """INSERT INTO grants (id, report_id, kind, hash, recipient, permissions, uses_left, made_by, expires_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)""",
        ident,
        report_id,
        kind,
        _hash(token),
        recipient,
        list(permissions),
        uses,
        made_by,
        expires_at,
    )
    return ident, token


async def give_to(
    db: Connection,
    report_id: UUID,
    principal_id: UUID,
    *,
    permissions: Sequence[str],
    expires_at: datetime,
    made_by: UUID,
) -> UUID:
    """Give another principal access to a report that this transaction holds, instead of what it was given before."""
    await db.execute(
        "UPDATE grants SET revoked_at = now() WHERE report_id = $1 AND principal_id = $2 AND revoked_at IS NULL",
        report_id,
        principal_id,
    )
    ident = new_id()
    await db.execute(
        """INSERT INTO grants (id, report_id, kind, principal_id, permissions, made_by, expires_at)
           VALUES ($1, $2, 'principal', $3, $4, $5, $6)""",
        ident,
        report_id,
        principal_id,
        list(permissions),
        made_by,
        expires_at,
    )
    return ident


async def by_token(db: Connection, token: str) -> Grant | None:
    """The grant that a token is of; None when there is none, or it has expired, was used up or was revoked."""
    row = await db.fetchrow(f"SELECT {_FIELDS} FROM grants WHERE hash = $1 AND {_VALID}", _hash(token))
    return _grant(row) if row else None


async def use(db: Connection, token: str, permission: str, *, spend: bool = False) -> Grant | None:
    """Use a token once for one thing. None when it does not (any more) allow that.

    Args:
        spend: take one of the uses that are left. Of several at the same time, no more succeed than are left.
    """
    row = await db.fetchrow(
        f"""UPDATE grants SET used = used + 1, last_used_at = now(), uses_left = uses_left - $3
             WHERE hash = $1 AND $2 = ANY(permissions) AND {_VALID} RETURNING {_FIELDS}""",
        _hash(token),
        permission,
        int(spend),
    )
    return _grant(row) if row else None


async def used_by(db: Connection, report_id: UUID, principal_id: UUID) -> UUID | None:
    """Note that a principal made use of its grant. Returns the grant's id."""
    return await db.fetchval(
        f"""UPDATE grants SET used = used + 1, last_used_at = now()
             WHERE report_id = $1 AND principal_id = $2 AND {_VALID} RETURNING id""",
        report_id,
        principal_id,
    )


async def of_report(db: Connection, report_id: UUID) -> list[Grant]:
    """Every grant of a report, newest first, those that have ended among them."""
    rows = await db.fetch(
        f"""SELECT {_FIELDS}, principals.name AS grantee,
                   (SELECT status FROM mails WHERE grant_id = grants.id ORDER BY created_at DESC LIMIT 1) AS mail
              FROM grants LEFT JOIN principals ON principals.id = grants.principal_id
             WHERE report_id = $1 ORDER BY grants.created_at DESC, grants.id DESC""",
        report_id,
    )
    return [_grant(row) for row in rows]


async def revoke(db: Connection, report_id: UUID, grant_id: UUID) -> bool:
    """End a grant at once; a mail that has not left yet stays. False when the report has no such grant.

    Revoking one that has ended changes nothing.
    """
    found = await db.fetchval(
        "UPDATE grants SET revoked_at = coalesce(revoked_at, now()) WHERE id = $2 AND report_id = $1 RETURNING true",
        report_id,
        grant_id,
    )
    await db.execute(
        """UPDATE mails SET status = 'failed', outcome = 'revoked', letter = NULL, finished_at = now()
            WHERE grant_id = $1 AND status = 'queued'""",
        grant_id,
    )
    return bool(found)


async def count(db: Connection, report_id: UUID) -> int:
    """How many grants a report has, those that have ended among them."""
    return await db.fetchval("SELECT count(*) FROM grants WHERE report_id = $1", report_id)


async def grantee(db: Connection, *, principal_id: UUID | None, email: str | None) -> UUID | None:
    """An active principal by id or, in any case, by e-mail; None when there is none."""
    return await db.fetchval(
        """SELECT principals.id FROM principals LEFT JOIN users ON users.principal_id = principals.id
            WHERE active AND (principals.id = $1 OR users.email = $2)""",
        principal_id,
        email.strip().casefold() if email is not None else None,
    )


def _grant(row: Any) -> Grant:
    return msgspec.convert(dict(row), Grant)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
