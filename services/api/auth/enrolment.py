"""Setting up a second factor, showing it, and giving it up."""

from __future__ import annotations

from typing import Any

import structlog
from litestar import Request, Response, delete, get, post
from litestar.di import NamedDependency

from services.api.resources import Resources
from services.api.runs.openapi import described
from shared.db import factors as kept
from shared.db import sessions, users
from shared.domain.errors import Conflict, Unauthenticated

from . import factors, totp, tries, wire
from .assurance import lately, own_session
from .caller import Caller, requires
from .login import with_token
from .password import check_current
from .record import note

AT_ANY = [requires(at_aal1=True), own_session]
"""Guards of a person with a session of ours, whatever is still to be shown."""
_OPT = {"shown_once": True}

log = structlog.get_logger()


@get(
    "/api/auth/second-factor",
    guards=AT_ANY,
    summary="Look at the second factor",
    **described(more=(409,), tag="people"),
)
async def look(request: Request[Caller, Any, Any], resources: NamedDependency[Resources]) -> wire.Factor:
    """Whether there is one, and how many recovery codes are left."""
    async with resources.pipeline.database.connect() as db:
        found = await kept.find(db, request.user.id)
        left = await kept.codes_left(db, request.user.id)
    confirmed_at = found.confirmed_at if found else None
    return wire.Factor(enrolled=confirmed_at is not None, confirmed_at=confirmed_at, recovery_codes_left=left)


@post(
    "/api/auth/second-factor",
    status_code=201,
    guards=AT_ANY,
    summary="Set up an authenticator",
    opt=_OPT,
    **described(wire.Enrol, more=(409, 429), tag="people"),
)
async def begin(request: Request[Caller, Any, Any], resources: NamedDependency[Resources]) -> Response[wire.Enrolment]:
    """Make a secret for an authenticator; a code of it confirms that it has arrived there."""
    asked = await wire.read(request, wire.Enrol)
    await check_current(resources, request.user.id, asked.password, field="password")
    secret = totp.new_secret()
    sealed = resources.door.sealer.seal(secret, request.user.id.bytes)
    async with resources.pipeline.database.begin() as db:
        if not await kept.begin(db, request.user.id, sealed):
            raise Conflict("there is a second factor; give it up before setting up another", code="already_enrolled")
        user = await users.get(db, request.user.id)
        await note(db, request, "second_factor.begin", user.id)
    uri = totp.uri(secret, user.email or user.name)
    return _secret(wire.Enrolment(secret=secret, uri=uri, qr=totp.qr(uri)), 201)


@post(
    "/api/auth/second-factor/confirm",
    status_code=200,
    guards=AT_ANY,
    summary="Confirm the authenticator",
    opt=_OPT,
    **described(wire.Confirm, more=(409, 429), tag="people"),
)
async def confirm(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources]
) -> Response[wire.RecoveryCodes]:
    """Show its first code. From now on it is asked for; the recovery codes are shown here, once."""
    asked = await wire.read(request, wire.Confirm)
    user_id, door = request.user.id, resources.door
    if request.user.enrolled:
        raise Conflict("the second factor is confirmed already", code="already_enrolled")
    await tries.attempt(resources.pipeline.database, tries.factor(user_id), most=door.settings.login_attempts)
    codes = totp.recovery_codes()
    async with resources.pipeline.database.begin() as db:
        if not await factors.use_totp(door, db, user_id, asked.totp, confirmed=False):
            raise Unauthenticated("this code is wrong; is the clock of the device right?", code=factors.CODE)
        await kept.confirm(db, user_id, [totp.code_hash(user_id, code) for code in codes])
        await sessions.forgive(db, tries.factor(user_id))
        token = await _rotated(request, db)
        await note(db, request, "second_factor.confirm", user_id)
    log.info("second_factor.confirmed", principal_id=str(user_id))
    return with_token(Response(wire.RecoveryCodes(recovery_codes=codes)), resources, token)


@post(
    "/api/auth/second-factor/recovery-codes",
    status_code=201,
    guards=[*AT_ANY, lately("recovery_codes")],
    summary="Make new recovery codes",
    opt=_OPT,
    **described(more=(409,), tag="people"),
)
async def renew_codes(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources]
) -> Response[wire.RecoveryCodes]:
    """Ten new codes, shown once; the old ones work no more."""
    codes = totp.recovery_codes()
    async with resources.pipeline.database.begin() as db:
        if not request.user.enrolled:
            raise Conflict("there is no second factor", code="not_enrolled")
        await kept.replace_codes(db, request.user.id, [totp.code_hash(request.user.id, code) for code in codes])
        await note(db, request, "second_factor.recovery_codes", request.user.id)
    return _secret(wire.RecoveryCodes(recovery_codes=codes), 201)


@delete(
    "/api/auth/second-factor",
    guards=[*AT_ANY, lately("disable_second_factor")],
    summary="Give up the second factor",
    **described(more=(409,), tag="people"),
)
async def remove(request: Request[Caller, Any, Any], resources: NamedDependency[Resources]) -> None:
    """It is asked for no more, and its recovery codes are gone."""
    async with resources.pipeline.database.begin() as db:
        if not await kept.remove(db, request.user.id):
            raise Conflict("there is no second factor", code="not_enrolled")
        await note(db, request, "second_factor.remove", request.user.id)
    log.info("second_factor.removed", principal_id=str(request.user.id))


@post(
    "/api/auth/step-up",
    status_code=200,
    guards=AT_ANY,
    summary="Show the second factor",
    opt=_OPT,
    **described(wire.Proof, more=(409, 429), tag="people"),
)
async def step_up(request: Request[Caller, Any, Any], resources: NamedDependency[Resources]) -> Response[wire.Ok]:
    """Raise this session to aal2. It gets a new token; the one that was shown works no more."""
    asked = await wire.read(request, wire.Proof)
    if not request.user.enrolled:
        raise Conflict("there is no second factor; set one up at /account", code="not_enrolled")
    method = await factors.show(resources.door, resources.pipeline.database, request.user.id, asked)
    async with resources.pipeline.database.begin() as db:
        token = await _rotated(request, db)
        await note(db, request, "second_factor.show", request.user.id, method=method)
    return with_token(Response(wire.Ok()), resources, token)


HANDLERS = [look, begin, confirm, renew_codes, remove, step_up]


async def _rotated(request: Request[Caller, Any, Any], db: Any) -> str:
    session = request.user.session
    token = await sessions.rotate(db, session.id, step_up=True) if session else None
    if token is None:
        raise Unauthenticated("Authentication required", code="session_expired")
    return token


def _secret(content: Any, status: int) -> Response[Any]:
    return Response(content, status_code=status, headers={"Cache-Control": "no-store"})
