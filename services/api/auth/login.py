"""Logging in and out, and who is logged in."""

from __future__ import annotations

import unicodedata
from typing import Any

import structlog
from litestar import Request, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from services.api.resources import Resources
from services.api.runs.openapi import PUBLIC, described
from shared.contracts.records import Principal, Session
from shared.contracts.scopes import of_role
from shared.db import sessions, users
from shared.db.pool import Connection
from shared.db.users import User
from shared.domain.errors import NotFound, PressrunError, Unauthenticated

from . import cookies, factors, tries, wire
from .assurance import is_demanded
from .caller import Caller, requires
from .ids import read_id
from .origin import check_origin
from .record import STRANGER, address, note

FAILED = "login_failed"

log = structlog.get_logger()


@post(
    "/api/auth/login",
    status_code=200,
    summary="Log in",
    opt={"shown_once": True},
    **described(wire.Login, more=(429,), tag="people"),
    **PUBLIC,
)
async def login(request: Request[Any, Any, Any], resources: NamedDependency[Resources]) -> Response[wire.WhoAmI]:
    """Begin a session; its token is in the cookies. A session that was shown is ended."""
    check_origin(request, resources.settings.public_url, absent=True)
    asked = await wire.read(request, wire.Login)
    email = canonical(asked.email)
    user, hashed = await _checked(request, resources, asked, email)
    proof = wire.Proof(totp=asked.totp, recovery_code=asked.recovery_code)
    method = await _shown(request, resources, user, proof)
    async with resources.pipeline.database.begin() as db:
        if await users.password_hash(db, user.id) != hashed:
            raise _failed()  # it was changed a moment ago
        for token in cookies.tokens(request):
            await sessions.forget_token(db, token)
        token, session = await sessions.begin(
            db,
            user.id,
            lasts=resources.door.lasts,
            address=address(request),
            agent=request.headers.get("user-agent", ""),
            stepped_up=method is not None,
        )
        await users.logged_in(db, user.id)
        await sessions.forgive(db, tries.account(email))
        await sessions.take_back(db, tries.place(address(request)))
        await sessions.purge(db, idle=resources.door.idle)
        await note(db, request, "user.login", user.id, actor=user.id, session=str(session.id), second_factor=method)
    caller = _caller(user, session)
    log.info("user.logged_in", principal_id=str(user.id), aal=caller.aal)
    return with_token(Response(who(resources, caller, user)), resources, token)


@post("/api/auth/logout", status_code=200, summary="Log out", **described(tag="people"), **PUBLIC)
async def logout(request: Request[Any, Any, Any], resources: NamedDependency[Resources]) -> Response[wire.Ok]:
    """End this session, if there is one, and take its cookies back."""
    shown = cookies.tokens(request)
    if shown:
        check_origin(request, resources.settings.public_url)
    async with resources.pipeline.database.begin() as db:
        for token in shown:
            holder = await sessions.by_token(db, token, idle=resources.door.idle)
            if holder is not None:
                owner = holder.principal.id
                await sessions.end(db, owner, holder.session.id)
                await note(db, request, "user.logout", owner, actor=owner, session=str(holder.session.id))
            elif resources.door.kratos is not None:
                resources.door.kratos.forget(token)
    return without_token(Response(wire.Ok()), resources)


@post(
    "/api/auth/logout-everywhere",
    status_code=200,
    guards=[requires(at_aal1=True)],
    summary="Log out everywhere",
    **described(tag="people"),
)
async def logout_everywhere(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources]
) -> Response[wire.Ok]:
    """End every session of the caller, this one among them. Keys go on."""
    async with resources.pipeline.database.begin() as db:
        ended = await sessions.end_all(db, request.user.id)
        await note(db, request, "user.logout", request.user.id, sessions=ended)
    return without_token(Response(wire.Ok()), resources)


@get("/api/auth/session", guards=[requires(at_aal1=True)], summary="Ask who is calling", **described(tag="people"))
async def session(request: Request[Caller, Any, Any], resources: NamedDependency[Resources]) -> wire.WhoAmI:
    """Who is calling, by session or by key, and what is still to be shown."""
    async with resources.pipeline.database.connect() as db:
        return who(resources, request.user, await users.find(db, request.user.id))


@get("/api/auth/sessions", guards=[requires()], summary="List sessions", **described(tag="people"))
async def list_sessions(request: Request[Caller, Any, Any], resources: NamedDependency[Resources]) -> wire.Sessions:
    """Where the caller is logged in."""
    async with resources.pipeline.database.connect() as db:
        found = await sessions.of(db, request.user.id, idle=resources.door.idle)
    current = request.user.session.id if request.user.session else None
    return wire.Sessions(sessions=[wire.ShownSession.of(one, current) for one in found])


@delete(
    "/api/auth/sessions/{session_id:str}",
    guards=[requires()],
    summary="End a session",
    **described(tag="people"),
)
async def end_session(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources], session_id: FromPath[str]
) -> None:
    """End one session of the caller."""
    found = read_id(session_id, "session")
    async with resources.pipeline.database.begin() as db:
        if not await sessions.end(db, request.user.id, found):
            raise NotFound("there is no such session")
        await note(db, request, "user.logout", request.user.id, session=str(found))


HANDLERS = [login, logout, logout_everywhere, session, list_sessions, end_session]


def canonical(email: str) -> str:
    """An e-mail address as it is kept and compared."""
    return unicodedata.normalize("NFKC", email).strip().casefold()


def who(resources: Resources, caller: Caller, user: User | None) -> wire.WhoAmI:
    """What is told about a caller."""
    principal, shown = caller.principal, caller.session
    return wire.WhoAmI(
        principal=wire.Who(
            id=principal.id, name=principal.name, role=principal.role, email=user.email if user else None
        ),
        scopes=principal.scopes,
        session=wire.ShownSession.of(shown, shown.id) if shown else None,
        aal=caller.aal,
        second_factor=wire.FactorState(enrolled=caller.enrolled, demanded=is_demanded(caller, resources.door)),
        must_change_password=caller.must_change_password,
        federated=caller.federated,
    )


def with_token(response: Response[Any], resources: Resources, token: str) -> Response[Any]:
    """The response, with the session's new cookies."""
    door = resources.door
    cookies.give(response, token, seconds=round(door.lasts.total_seconds()), secure=door.secure)
    return _unkept(response)


def without_token(response: Response[Any], resources: Resources) -> Response[Any]:
    """The response, which takes the cookies back."""
    cookies.take_away(response, secure=resources.door.secure)
    return _unkept(response)


def _unkept(response: Response[Any]) -> Response[Any]:
    response.headers["Cache-Control"] = "no-store"
    return response


async def _checked(
    request: Request[Any, Any, Any], resources: Resources, asked: wire.Login, email: str
) -> tuple[User, str]:
    """The user with this e-mail and password, and the password's hash.

    Raises:
        Unauthenticated: in the same words, and after the same time, whoever it is.
        TooMany: too many failed for this account or from this address.
    """
    door, database = resources.door, resources.pipeline.database
    most = door.settings.login_attempts
    await tries.attempt(database, tries.place(address(request)), most=most * tries.PER_ADDRESS)
    await tries.attempt(database, tries.account(email), most=most)
    async with database.connect() as db:
        found = await users.by_email(db, email)
    right = await door.passwords.verify(found[1] if found else None, asked.password)
    if found is None or not right or not found[0].active:
        async with database.begin() as db:
            await _note_failure(db, request, found[0] if found else None, "password")
        raise _failed()
    user, hashed = found
    if not door.passwords.is_outdated(hashed):
        return user, hashed
    newer = await door.passwords.hash(asked.password)
    async with database.connect() as db:
        await users.rehash(db, user.id, old=hashed, new=newer)
    return user, newer


async def _shown(request: Request[Any, Any, Any], resources: Resources, user: User, proof: wire.Proof) -> str | None:
    """Which second factor was shown; None when none was, or there is none to show."""
    if not user.second_factor or (proof.totp is None and proof.recovery_code is None):
        return None
    database = resources.pipeline.database
    try:
        return await factors.show(resources.door, database, user.id, proof)
    except PressrunError:
        async with database.begin() as db:
            await _note_failure(db, request, user, "second_factor")
        raise


async def _note_failure(db: Connection, request: Request[Any, Any, Any], user: User | None, what: str) -> None:
    await note(db, request, "user.login_failed", user.id if user else "unknown", actor=STRANGER, what=what)
    log.warning("user.login_failed", principal_id=str(user.id) if user else None, what=what)


def _failed() -> Unauthenticated:
    return Unauthenticated("the e-mail or the password is wrong", code=FAILED)


def _caller(user: User, session: Session) -> Caller:
    principal = Principal(id=user.id, name=user.name, role=user.role, scopes=list(of_role(user.role)))
    return Caller(
        principal=principal,
        session=session,
        aal="aal2" if session.stepped_up_at else "aal1",
        enrolled=user.second_factor,
        must_change_password=user.must_change_password,
    )
