"""Every query on the principals that are people."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from shared.domain.errors import Conflict, NotFound
from shared.domain.ids import new_id

from .pool import Connection
from .principals import create_principal


class User(msgspec.Struct, frozen=True, kw_only=True):
    """A person. Exactly one of ``email`` and ``identity`` is set."""

    id: UUID
    name: str
    email: str | None
    identity: str | None
    """What another login server calls this person."""
    role: str
    active: bool
    must_change_password: bool
    second_factor: bool
    last_login_at: datetime | None
    created_at: datetime


_SELECT = """SELECT p.id, p.name, u.email, u.identity, p.role, p.active, u.must_change_password, u.last_login_at,
                    p.created_at, f.confirmed_at IS NOT NULL AS second_factor
               FROM users AS u JOIN principals AS p ON p.id = u.principal_id
               LEFT JOIN second_factors AS f ON f.principal_id = u.principal_id"""


async def create(db: Connection, *, email: str, password_hash: str, role: str, name: str = "") -> User:
    """Make a user, who has to change the password at the first login. In the caller's transaction.

    Args:
        email: case-folded.

    Raises:
        Conflict: the e-mail is another user's.
    """
    principal = await create_principal(db, name or email, role)
    made = await db.fetchval(
        """INSERT INTO users (principal_id, email, password_hash, must_change_password) VALUES ($1, $2, $3, true)
           ON CONFLICT (email) DO NOTHING RETURNING true""",
        principal.id,
        email,
        password_hash,
    )
    if not made:
        raise Conflict("there is a user with this e-mail", code="email_taken", details={"field": "email"})
    return await get(db, principal.id)


async def get(db: Connection, user_id: UUID) -> User:
    """One user. Raises ``NotFound``."""
    found = await find(db, user_id)
    if found is None:
        raise NotFound("there is no such user")
    return found


async def find(db: Connection, user_id: UUID) -> User | None:
    row = await db.fetchrow(f"{_SELECT} WHERE u.principal_id = $1", user_id)
    return None if row is None else msgspec.convert(row, User)


async def lock(db: Connection, user_id: UUID) -> User:
    """One user, whom nobody else changes until the transaction ends. Raises ``NotFound``."""
    # In one order, so that two super administrators who remove each other do not both succeed, nor wait in a circle.
    await db.execute(
        "SELECT FROM principals WHERE id = $1 OR role = 'super_admin' ORDER BY id FOR NO KEY UPDATE", user_id
    )
    return await get(db, user_id)


async def by_email(db: Connection, email: str) -> tuple[User, str] | None:
    """The user of a case-folded e-mail, with the password's hash."""
    row = await db.fetchrow(
        f"{_SELECT.replace('SELECT', 'SELECT u.password_hash,', 1)} WHERE u.email = $1",
        email,
    )
    return None if row is None else (msgspec.convert(row, User), row["password_hash"])


async def password_hash(db: Connection, user_id: UUID) -> str | None:
    """The hash of an active user's password, which stays until the transaction ends; None for who has none."""
    return await db.fetchval(
        """SELECT u.password_hash FROM users AS u JOIN principals AS p ON p.id = u.principal_id
            WHERE u.principal_id = $1 AND p.active FOR NO KEY UPDATE""",
        user_id,
    )


async def by_identity(db: Connection, identity: str, name: str) -> User:
    """The person whom another login server calls this; made when seen for the first time."""
    known = await db.fetchrow(f"{_SELECT} WHERE u.identity = $1", identity)
    if known is None:
        async with db.transaction():
            await db.execute("SELECT pg_advisory_xact_lock(hashtext('pressrun.identity'), hashtext($1))", identity)
            known = await db.fetchrow(f"{_SELECT} WHERE u.identity = $1", identity)
            if known is None:
                user_id = new_id()
                await db.execute("INSERT INTO principals (id, name) VALUES ($1, $2)", user_id, name)
                await db.execute("INSERT INTO users (principal_id, identity) VALUES ($1, $2)", user_id, identity)
                return await get(db, user_id)
    return msgspec.convert(known, User)


async def page(db: Connection, *, limit: int, offset: int) -> list[User]:
    """Users by name."""
    rows = await db.fetch(f"{_SELECT} ORDER BY lower(p.name), p.id LIMIT $1 OFFSET $2", limit, offset)
    return [msgspec.convert(row, User) for row in rows]


async def count(db: Connection) -> int:
    return await db.fetchval("SELECT count(*) FROM users")


async def set_password(db: Connection, user_id: UUID, hashed: str, *, must_change: bool = False) -> None:
    await db.execute(
        "UPDATE users SET password_hash = $2, must_change_password = $3 WHERE principal_id = $1",
        user_id,
        hashed,
        must_change,
    )


async def rehash(db: Connection, user_id: UUID, *, old: str, new: str) -> None:
    """Keep the same password with newer parameters, unless it was changed meanwhile."""
    await db.execute(
        "UPDATE users SET password_hash = $3 WHERE principal_id = $1 AND password_hash = $2", user_id, old, new
    )


async def logged_in(db: Connection, user_id: UUID) -> None:
    await db.execute("UPDATE users SET last_login_at = now() WHERE principal_id = $1", user_id)


async def change(db: Connection, user_id: UUID, *, role: str, active: bool) -> None:
    """Set role and whether the user may come in, in the caller's transaction.

    Raises:
        NotFound: there is no such user.
        Conflict: nobody would be left who can make administrators.
    """
    user = await lock(db, user_id)
    stays = active and role == "super_admin"
    if user.role == "super_admin" and user.active and not stays and not await _other_super_admin(db, user_id):
        raise Conflict("this is the last super administrator; make another one first", code="last_super_admin")
    await db.execute("UPDATE principals SET role = $2, active = $3 WHERE id = $1", user_id, role, active)


async def has_super_admin(db: Connection) -> bool:
    """Whether there ever was somebody to make administrators, under a lock: one first start at a time."""
    await db.execute("SELECT pg_advisory_xact_lock(hashtext('pressrun.first-admin'))")
    return await db.fetchval(
        """SELECT EXISTS (SELECT FROM users AS u JOIN principals AS p ON p.id = u.principal_id
            WHERE p.role = 'super_admin')"""
    )


async def _other_super_admin(db: Connection, user_id: UUID) -> bool:
    return await db.fetchval(
        """SELECT EXISTS (SELECT FROM users AS u JOIN principals AS p ON p.id = u.principal_id
            WHERE p.role = 'super_admin' AND p.active AND p.id <> $1)""",
        user_id,
    )
