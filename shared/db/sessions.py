"""Every query on the sessions of people, and on how often somebody tried to begin one.

A token is 32 random bytes; only its SHA-256 is stored.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from uuid import UUID

import msgspec

from shared.contracts.records import Principal, Session
from shared.contracts.scopes import of_role
from shared.domain.ids import new_id

from .pool import Connection
from .rows import columns, part

LONGEST_TOKEN = 256
_LONGEST_AGENT = 200
_PURGE_AT_ONCE = 500


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """Whose session it is; ``principal.scopes`` are those of the role."""

    session: Session
    principal: Principal
    valid: bool
    """False: it was not used for too long, its time is up, or its holder was deactivated."""
    enrolled: bool
    """There is a second factor to show."""
    must_change_password: bool


async def begin(
    db: Connection,
    principal_id: UUID,
    *,
    lasts: timedelta,
    address: str = "",
    agent: str = "",
    stepped_up: bool = False,
) -> tuple[str, Session]:
    """Begin a session. Its token is returned here, once, and stored nowhere."""
    token = secrets.token_urlsafe(32)
    row = await db.fetchrow(
        """INSERT INTO sessions (id, principal_id, hash, address, agent, expires_at, stepped_up_at)
           VALUES ($1, $2, $3, $4, $5, now() + $6::interval, CASE WHEN $7 THEN now() END) RETURNING *""",
        new_id(),
        principal_id,
        _hash(token),
        address,
        agent.replace("\0", "")[:_LONGEST_AGENT],
        lasts,
        stepped_up,
    )
    return token, msgspec.convert(row, Session)


async def by_token(db: Connection, token: str, *, idle: timedelta) -> Holder | None:
    """Whose session this is; None when there is none of this token."""
    if not 0 < len(token) <= LONGEST_TOKEN:
        return None
    row = await db.fetchrow(
        f"""SELECT {columns("s", Session)}, p.id AS p_id, p.name AS p_name, p.role AS p_role,
                   p.active AND s.expires_at > now() AND s.seen_at > now() - $2::interval AS valid,
                   u.must_change_password, f.confirmed_at IS NOT NULL AS enrolled
              FROM sessions AS s JOIN principals AS p ON p.id = s.principal_id
              JOIN users AS u ON u.principal_id = p.id
              LEFT JOIN second_factors AS f ON f.principal_id = p.id WHERE s.hash = $1""",
        _hash(token),
        idle,
    )
    if row is None:
        return None
    principal = Principal(id=row["p_id"], name=row["p_name"], role=row["p_role"], scopes=list(of_role(row["p_role"])))
    return Holder(
        session=part(dict(row), "s", Session),
        principal=principal,
        valid=row["valid"],
        enrolled=row["enrolled"],
        must_change_password=row["must_change_password"],
    )


async def seen(db: Connection, session_id: UUID) -> None:
    await db.execute("UPDATE sessions SET seen_at = now() WHERE id = $1", session_id)


async def rotate(db: Connection, session_id: UUID, *, step_up: bool = False) -> str | None:
    """Give a session a new token; the old one works no more. None when it has ended meanwhile."""
    token = secrets.token_urlsafe(32)
    found = await db.fetchval(
        """UPDATE sessions SET hash = $2, seen_at = now(),
                  stepped_up_at = CASE WHEN $3 THEN now() ELSE stepped_up_at END WHERE id = $1 RETURNING true""",
        session_id,
        _hash(token),
        step_up,
    )
    return token if found else None


async def of(db: Connection, principal_id: UUID, *, idle: timedelta) -> list[Session]:
    """A person's sessions that still work, the one that was used last first."""
    rows = await db.fetch(
        """SELECT * FROM sessions WHERE principal_id = $1 AND expires_at > now() AND seen_at > now() - $2::interval
            ORDER BY seen_at DESC, id""",
        principal_id,
        idle,
    )
    return [msgspec.convert(row, Session) for row in rows]


async def end(db: Connection, principal_id: UUID, session_id: UUID) -> bool:
    """End a session. False when the principal has no such session."""
    found = await db.fetchval(
        "DELETE FROM sessions WHERE id = $2 AND principal_id = $1 RETURNING true", principal_id, session_id
    )
    return bool(found)


async def end_all(db: Connection, principal_id: UUID, *, but: UUID | None = None) -> int:
    """End every session of a principal, but perhaps for one. Returns how many that were."""
    ended = await db.fetch(
        "DELETE FROM sessions WHERE principal_id = $1 AND id IS DISTINCT FROM $2 RETURNING id", principal_id, but
    )
    return len(ended)


async def forget_token(db: Connection, token: str) -> None:
    """End the session of this token, if there is one."""
    await db.execute("DELETE FROM sessions WHERE hash = $1", _hash(token))


async def try_once(db: Connection, subject: str, *, most: int, window: timedelta) -> int | None:
    """Count an attempt before it is made. Seconds to wait when there were too many, else None.

    Args:
        db: a connection without a transaction: the count must stand, whatever follows.
        subject: what is counted, such as ``address:127.0.0.1``.
    """
    row = await db.fetchrow(
        """INSERT INTO attempts AS a (subject, made, until) VALUES ($1, 1, now() + $2::interval)
           ON CONFLICT (subject) DO UPDATE
              SET made = CASE WHEN a.until <= now() THEN 1 ELSE least(a.made + 1, 1000000) END,
                  until = CASE WHEN a.until <= now() THEN excluded.until ELSE a.until END
           RETURNING made, ceil(extract(epoch FROM until - now()))::int AS seconds""",
        subject,
        window,
    )
    return max(1, row["seconds"]) if row and row["made"] > most else None


async def take_back(db: Connection, subject: str) -> None:
    """The attempt that was counted last succeeded: it counts no more."""
    await db.execute("UPDATE attempts SET made = greatest(made - 1, 0) WHERE subject = $1", subject)


async def forgive(db: Connection, subject: str) -> None:
    """Count from nothing."""
    await db.execute("DELETE FROM attempts WHERE subject = $1", subject)


async def purge(db: Connection, *, idle: timedelta) -> None:
    """Delete some of what is over."""
    await db.execute(
        """DELETE FROM sessions WHERE id IN
           (SELECT id FROM sessions WHERE expires_at < now() OR seen_at < now() - $1::interval LIMIT $2)""",
        idle,
        _PURGE_AT_ONCE,
    )
    await db.execute(
        "DELETE FROM attempts WHERE subject IN (SELECT subject FROM attempts WHERE until < now() LIMIT $1)",
        _PURGE_AT_ONCE,
    )


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
