"""People, for administrators."""

from __future__ import annotations

import re
from typing import Annotated, Any

import structlog
from litestar import Request, Response, delete, get, patch, post
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency
from litestar.handlers.base import BaseRouteHandler
from litestar.params import FromPath, QueryParameter

from services.api.body import wrong
from services.api.resources import Resources
from services.api.runs.openapi import described
from shared.db import principals, sessions, users
from shared.db.pool import Connection
from shared.db.users import User
from shared.domain.errors import Forbidden, NotFound

from . import wire
from .assurance import lately
from .caller import ROLES, Caller, requires
from .ids import read_id
from .login import canonical
from .passwords import one_time_password
from .record import note

MAKERS = ("admin", "super_admin")
"""Roles that only a super administrator gives, takes, or otherwise touches."""
FARTHEST = 2**40
_EMAIL = re.compile(r"[^@\s\x00-\x1f]{1,64}@[^@\s\x00-\x1f]{1,253}")

log = structlog.get_logger()


async def administers(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
    """A guard behind ``requires("admin")``: the scope alone is not enough, the person must be one."""
    caller: Caller = connection.scope["user"]
    if not caller.may_act_as("admin"):
        raise Forbidden("only administrators may do this", details={"role": "admin"})


ADMIN = [requires("admin"), administers]


@get("/api/users", guards=ADMIN, summary="List users", **described(tag="people"))
async def list_users(
    resources: NamedDependency[Resources],
    limit: Annotated[int, QueryParameter(description="1 to 200; outside of that it is moved to the nearest.")] = 50,
    offset: Annotated[int, QueryParameter(description="How many to skip.")] = 0,
) -> wire.Users:
    """People by name, those of another login server among them."""
    if offset < 0:
        raise wrong("offset", "must not be negative")
    limit, offset = max(1, min(limit, 200)), min(offset, FARTHEST)
    async with resources.pipeline.database.connect() as db:
        found = await users.page(db, limit=limit, offset=offset)
        return wire.Users(users=found, total=await users.count(db), limit=limit, offset=offset)


@post(
    "/api/users",
    status_code=201,
    guards=[*ADMIN, lately("create_user")],
    summary="Make a user",
    opt={"shown_once": True},
    **described(wire.NewUser, more=(409,), tag="people"),
)
async def create_user(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources]
) -> Response[wire.MadeUser]:
    """Make a user with a one-time password, which is shown here, once."""
    asked = await wire.read(request, wire.NewUser)
    email = check_email(asked.email)
    _check_may_give(request.user, asked.role)
    password = one_time_password()
    hashed = await resources.door.passwords.hash(password)
    async with resources.pipeline.database.begin() as db:
        user = await users.create(db, email=email, password_hash=hashed, role=asked.role, name=asked.name or "")
        await note(db, request, "user.create", user.id, role=user.role)
    log.info("user.created", principal_id=str(user.id), role=user.role)
    made = wire.MadeUser(user=user, one_time_password=password)
    return Response(made, status_code=201, headers={"Cache-Control": "no-store"})


@patch(
    "/api/users/{user_id:str}",
    guards=[*ADMIN, lately("change_user")],
    summary="Change a user",
    **described(wire.ChangeUser, more=(409,), tag="people"),
)
async def change_user(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources], user_id: FromPath[str]
) -> User:
    """Give another role, or keep somebody out: that ends their sessions and keys at once."""
    asked = await wire.read(request, wire.ChangeUser)
    found = read_id(user_id, "user")
    if asked.role is None and asked.active is None:
        raise wrong("role", "give role or active")
    async with resources.pipeline.database.begin() as db:
        user = await users.lock(db, found)
        if asked.role is not None:
            _check_may_give(request.user, asked.role)
        _check_may_touch(request.user, user)
        return await change(
            db,
            request,
            user,
            role=user.role if asked.role is None else asked.role,
            active=user.active if asked.active is None else asked.active,
        )


@delete(
    "/api/users/{user_id:str}/keys",
    status_code=200,
    guards=[requires("write", "admin"), lately("revoke_keys")],
    summary="Revoke all keys of a user",
    **described(tag="people"),
)
async def revoke_keys(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources], user_id: FromPath[str]
) -> wire.Revoked:
    """End every key of one's own account or, for administrators, of another's."""
    found = read_id(user_id, "user")
    caller = request.user
    async with resources.pipeline.database.begin() as db:
        if found != caller.id:
            if "admin" not in caller.principal.scopes or not caller.may_act_as("admin"):
                raise NotFound("there is no such user")
            _check_may_touch(caller, await users.get(db, found))
        revoked = await principals.revoke_keys(db, found)
        await note(db, request, "key.revoke_all", found, revoked=revoked)
    return wire.Revoked(revoked=revoked)


HANDLERS = [list_users, create_user, change_user, revoke_keys]


async def change(db: Connection, request: Request[Caller, Any, Any], user: User, *, role: str, active: bool) -> User:
    """Set both, in the caller's transaction, with everything that follows from it."""
    await users.change(db, user.id, role=role, active=active)
    if role != user.role:
        await note(db, request, "user.role", user.id, role=role, was=user.role)
    if active != user.active:
        ended = await sessions.end_all(db, user.id) if not active else 0
        revoked = await principals.revoke_keys(db, user.id) if not active else 0
        action = "user.activate" if active else "user.deactivate"
        await note(db, request, action, user.id, ended_sessions=ended, revoked_keys=revoked)
    return await users.get(db, user.id)


def check_email(text: str) -> str:
    """An address as it is kept. Raises ``Rejected`` for what is none."""
    email = canonical(text)
    if not _EMAIL.fullmatch(email):
        raise wrong("email", "must be an e-mail address, such as name@example.org")
    return email


def check_role(role: str) -> str:
    """Raises ``Rejected`` for what is no role."""
    if role not in ROLES:
        raise wrong("role", f"must be one of {', '.join(ROLES)}")
    return role


def _check_may_give(caller: Caller, role: str) -> None:
    if check_role(role) in MAKERS and not caller.may_act_as("super_admin"):
        raise Forbidden("only a super administrator makes administrators", details={"role": "super_admin"})


def _check_may_touch(caller: Caller, user: User) -> None:
    if user.role in MAKERS and user.id != caller.id and not caller.may_act_as("super_admin"):
        raise Forbidden("only a super administrator changes administrators", details={"role": "super_admin"})
