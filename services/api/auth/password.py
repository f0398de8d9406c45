"""A new password."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import structlog
from litestar import Request, Response, post
from litestar.di import NamedDependency

from services.api.body import wrong
from services.api.resources import Resources
from services.api.runs.openapi import described
from shared.db import sessions, users
from shared.domain.errors import Conflict, Rejected, Unauthenticated

from . import tries, wire
from .assurance import lately, own_session
from .caller import Caller, requires
from .login import with_token
from .passwords import check_password
from .record import note

log = structlog.get_logger()


@post(
    "/api/auth/password",
    status_code=200,
    guards=[requires(at_aal1=True), own_session, lately("change_password")],
    summary="Change the password",
    opt={"shown_once": True},
    **described(wire.NewPassword, more=(409, 429), tag="people"),
)
async def change_password(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources]
) -> Response[wire.Ok]:
    """Choose a password. This session gets a new token, every other session ends."""
    asked = await wire.read(request, wire.NewPassword)
    user_id, session = request.user.id, request.user.session
    async with resources.pipeline.database.connect() as db:
        user = await users.get(db, user_id)
    check_password(asked.new, user.email, field="new")
    old = await check_current(resources, user_id, asked.current, field="current")
    if await resources.door.passwords.verify(old, asked.new):
        raise wrong("new", "must be another password than the present one")
    hashed = await resources.door.passwords.hash(asked.new)
    async with resources.pipeline.database.begin() as db:
        if await users.password_hash(db, user_id) != old:
            raise Conflict("the password was changed a moment ago", code="password_changed")
        await users.set_password(db, user_id, hashed)
        ended = await sessions.end_all(db, user_id, but=session.id if session else None)
        token = await sessions.rotate(db, session.id) if session else None
        if token is None:
            raise Unauthenticated("Authentication required", code="session_expired")
        await note(db, request, "user.password", user_id, ended_sessions=ended)
    log.info("user.password_changed", principal_id=str(user_id))
    return with_token(Response(wire.Ok()), resources, token)


HANDLERS = [change_password]


async def check_current(resources: Resources, user_id: UUID, password: str, *, field: str) -> str:
    """Make sure that it is this person at the keyboard. Returns the hash of the password.

    Raises:
        Rejected: it is not the password (code ``wrong_password``).
        TooMany: that was tried too often.
    """
    database = resources.pipeline.database
    await tries.attempt(database, tries.password(user_id), most=resources.door.settings.login_attempts)
    async with database.connect() as db:
        hashed = await users.password_hash(db, user_id)
    if hashed is None or not await resources.door.passwords.verify(hashed, password):
        raise Rejected(f"{field}: is not your password", code="wrong_password", details={"field": field})
    async with database.connect() as db:
        await sessions.forgive(db, tries.password(user_id))
    return hashed
