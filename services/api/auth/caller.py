"""From a request's headers to its caller, and the guards that routes put before themselves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias
from uuid import UUID

import msgspec
from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from shared.contracts.records import Principal, Session
from shared.db import principals
from shared.domain.errors import METHOD_REQUIRED, Forbidden, Unauthenticated, Unavailable

from . import cookies, kratos
from .assurance import demand, operation_of
from .origin import check_origin
from .session import recognise

Connection: TypeAlias = ASGIConnection[Any, Any, Any, Any]
Guard: TypeAlias = Callable[[Connection, BaseRouteHandler], Awaitable[None]]

LONGEST_KEY = 256
ROLES = ("user", "analyst", "admin", "super_admin")
"""From the least to the most that a role may do."""


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """Who is calling: by API key, with the scopes of the key, or by session, with those of the role.

    Exactly one of ``key_id`` and ``session`` is set.
    """

    principal: Principal
    key_id: UUID | None = None
    test: bool = False
    """The key is for tests: it may use mock models, where those are let in."""
    session: Session | None = None
    aal: str | None = None
    """Of a session: ``aal2`` while its second factor counts, else ``aal1``."""
    enrolled: bool = False
    """This person has a second factor to show."""
    must_change_password: bool = False
    federated: bool = False
    """The session is another login server's: password and second factor are changed there."""

    @property
    def id(self) -> UUID:
        return self.principal.id

    def may_act_as(self, role: str) -> bool:
        """Whether the caller's role is this one or above it."""
        return ROLES.index(self.principal.role) >= ROLES.index(role)


def requires(*scopes: str, at_aal1: bool = False) -> Guard:
    """A guard that lets a caller through who has one of these scopes, or any caller if none is named.

    It puts the caller into ``scope["user"]``, and so into ``request.user``. A session must also have
    shown its second factor, if the settings demand that; the demand names the handler's
    ``opt["operation"]``, or else its function.

    Args:
        at_aal1: for what leads to the second factor and to a new password, and for logging out.
    """

    async def guard(connection: Connection, handler: BaseRouteHandler) -> None:
        caller = await authenticate(connection)
        connection.scope["user"] = caller
        if scopes and not set(scopes) & set(caller.principal.scopes):
            raise Forbidden("Insufficient permissions", details={"scopes": list(scopes)})
        if not at_aal1:
            demand(caller, connection.app.state.resources.door, operation_of(handler))

    return guard


async def authenticate(connection: Connection) -> Caller:
    """Who is calling. A key counts before a cookie, even one that does not work.

    Raises:
        Unauthenticated: no key, an unknown one, or one that expired or was revoked (told by its code);
            without a key, no session or one that has ended.
        Forbidden: a write with a session's cookie that does not come from a page of ours.
    """
    key = _key(connection)
    caller = await _by_key(connection, key) if key else await _by_session(connection)
    if caller is None:
        raise Unauthenticated("Authentication required")
    return caller


async def identify(connection: Connection) -> Caller | None:
    """Who is calling, where nobody has to say: None for a stranger."""
    try:
        return await authenticate(connection)
    except Unauthenticated:
        return None
    except Forbidden as error:
        if error.code != METHOD_REQUIRED:
            raise
        return None  # a server of sessions that says nobody's name before the second factor
    except Unavailable as error:
        if error.code != kratos.CODE:
            raise
        return None


async def _by_key(connection: Connection, key: str) -> Caller | None:
    if len(key) > LONGEST_KEY:
        return None
    resources = connection.app.state.resources
    async with resources.pipeline.database.connect() as db:
        holder = await principals.by_key(db, key)
    if holder is None:
        return None
    if holder.state != "valid":
        raise Unauthenticated("Authentication required", code=f"key_{holder.state}")
    resources.key_usage.note(holder.key_id, holder.last_used_at)
    return Caller(principal=holder.principal, key_id=holder.key_id, test=key.startswith(principals.TEST_KEY_PREFIX))


async def _by_session(connection: Connection) -> Caller | None:
    tokens = cookies.tokens(connection)
    if not tokens:
        return None
    resources = connection.app.state.resources
    other = connection.cookies.get(cookies.KRATOS, "")
    known = await recognise(
        resources.door, resources.pipeline.database, tokens, other if len(other) <= cookies.LONGEST else ""
    )
    if known is None:
        return None
    check_origin(connection, resources.settings.public_url)
    return Caller(
        principal=known.principal,
        session=known.session,
        aal=known.aal,
        enrolled=known.enrolled,
        must_change_password=known.must_change_password,
        federated=known.federated,
    )


def _key(connection: Connection) -> str:
    if key := connection.headers.get("x-api-key"):
        return key.strip()
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
