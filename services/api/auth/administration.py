"""What an administrator does to people from the command line, on the database alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from argon2 import PasswordHasher

from shared.contracts.scopes import of_role
from shared.db import audit, factors, principals, sessions, users
from shared.db.pool import Connection
from shared.db.users import User
from shared.domain.errors import Conflict, NotFound, Rejected

from . import tries
from .passwords import one_time_password
from .users import check_email

ACTOR = "command"
"""Who did it, in the audit log: somebody at the command line."""
MOST_LISTED = 100_000


class Told(msgspec.Struct, frozen=True):
    """What is printed: ``out`` for a program that reads along, ``say`` beside it."""

    out: str = ""
    say: str = ""


class Administration:
    """Commands within one transaction."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    async def first(self, email: str) -> Told:
        """A super administrator with a one-time password, if there never was one; else nothing is told."""
        if await users.has_super_admin(self._db):
            return Told()
        return await self.create(email, "super_admin", "Administrator")

    async def create(self, email: str, role: str, name: str) -> Told:
        password = one_time_password()
        user = await users.create(
            self._db, email=check_email(email), password_hash=PasswordHasher().hash(password), role=role, name=name
        )
        await self._note("user.create", user, role=role)
        return Told(password, f"{user.email} ({user.role}); the one-time password, to be changed at the first login:")

    async def listed(self) -> Told:
        """A line each: e-mail or identity, role, state, second factor, last login, id."""
        found = await users.page(self._db, limit=MOST_LISTED, offset=0)
        return Told("\n".join(_line(user) for user in found))

    async def set_role(self, whom: str, role: str) -> Told:
        user = await self._find(whom)
        await users.change(self._db, user.id, role=role, active=user.active)
        await self._note("user.role", user, role=role, was=user.role)
        return Told(say=f"{_name(user)} is {role}")

    async def set_active(self, whom: str, *, active: bool) -> Told:
        user = await self._find(whom)
        await users.change(self._db, user.id, role=user.role, active=active)
        if not active:
            await sessions.end_all(self._db, user.id)
            await principals.revoke_keys(self._db, user.id)
        await self._note("user.activate" if active else "user.deactivate", user)
        return Told(say=f"{_name(user)} is {'active' if active else 'kept out'}")

    async def reset_password(self, whom: str) -> Told:
        user = await self._find(whom)
        if user.email is None:
            raise Conflict("this person's password is kept by another login server")
        password = one_time_password()
        await users.set_password(self._db, user.id, PasswordHasher().hash(password), must_change=True)
        await sessions.end_all(self._db, user.id)
        for subject in (tries.account(user.email), tries.password(user.id)):
            await sessions.forgive(self._db, subject)
        await self._note("user.password_reset", user)
        return Told(password, f"the one-time password of {user.email}, to be changed at the first login:")

    async def reset_second_factor(self, whom: str) -> Told:
        user = await self._find(whom)
        had = await factors.remove(self._db, user.id)
        await sessions.end_all(self._db, user.id)
        await sessions.forgive(self._db, tries.factor(user.id))
        await self._note("second_factor.reset", user)
        return Told(say=f"{_name(user)} has no second factor {'any more' if had else '(there was none)'}")

    async def create_key(
        self, whom: str, name: str, scopes: Sequence[str], expires_at: datetime | None, *, test: bool = False
    ) -> Told:
        user = await self._find(whom)
        beyond = sorted(set(scopes) - set(of_role(user.role)))
        if beyond:
            raise Rejected(f"scopes: {', '.join(beyond)} is not for the role {user.role}")
        made, key = await principals.issue_key(
            self._db, user.id, name=name, scopes=scopes, expires_at=expires_at, test=test
        )
        await self._note("key.create", key.id, kind="key", scopes=list(scopes), prefix=key.prefix, owner=str(user.id))
        return Told(made, f"a key of {_name(user)}, id {key.id}:")

    async def revoke_key(self, whom: str, which: UUID | str) -> Told:
        """End a key by its id, by the beginning that is shown of it, or all of them."""
        user = await self._find(whom)
        if which == "all":
            revoked = await principals.revoke_keys(self._db, user.id)
            await self._note("key.revoke_all", user, revoked=revoked)
            return Told(say=f"{revoked} keys of {_name(user)} were revoked")
        held = await principals.keys(self._db, user.id)
        found = [key for key in held if which in {key.id, key.prefix}]
        if len(found) != 1:
            raise NotFound(f"{len(found)} keys of {_name(user)} are called so; see GET /api/keys")
        await principals.revoke_key(self._db, user.id, found[0].id)
        await self._note("key.revoke", found[0].id, kind="key", owner=str(user.id))
        return Told(say=f"the key {found[0].prefix}… was revoked")

    async def logout(self, whom: str) -> Told:
        user = await self._find(whom)
        ended = await sessions.end_all(self._db, user.id)
        await self._note("user.logout", user, sessions=ended)
        return Told(say=f"{ended} sessions of {_name(user)} were ended")

    async def _find(self, whom: str) -> User:
        try:
            return await users.lock(self._db, UUID(whom))
        except ValueError:
            found = await users.by_email(self._db, check_email(whom))
        if found is None:
            raise NotFound(f"there is no user {whom}")
        return await users.lock(self._db, found[0].id)

    async def _note(self, action: str, whom: User | UUID, *, kind: str = "user", **details: Any) -> None:
        object_id = whom.id if isinstance(whom, User) else whom
        await audit.append(
            self._db, actor=ACTOR, action=action, object_kind=kind, object_id=str(object_id), details=details
        )


def _name(user: User) -> str:
    return user.email or user.name


def _line(user: User) -> str:
    state = "active" if user.active else "kept out"
    factor = "second factor" if user.second_factor else "-"
    last = user.last_login_at.isoformat(timespec="seconds") if user.last_login_at else "never"
    shown = (_name(user), user.role, state, factor, last, str(user.id))
    return "\t".join(part.replace("\t", " ").replace("\n", " ") for part in shown)
