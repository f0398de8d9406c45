"""From a request's headers to its caller, and the guards that routes put before themselves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias
from uuid import UUID

import msgspec
from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from shared.contracts.records import Principal
from shared.db import principals
from shared.domain.errors import Forbidden, Unauthenticated

Connection: TypeAlias = ASGIConnection[Any, Any, Any, Any]
Guard: TypeAlias = Callable[[Connection, BaseRouteHandler], Awaitable[None]]

LONGEST_KEY = 256
ROLES = ("user", "analyst", "admin", "super_admin")
"""From the least to the most that a role may do."""


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """Who is calling, with the scopes of the key that was shown."""

    principal: Principal
    key_id: UUID
    test: bool = False
    """The key is for tests: it may use mock models, where those are let in."""

    @property
    def id(self) -> UUID:
        return self.principal.id

    def may_act_as(self, role: str) -> bool:
        """Whether the caller's role is this one or above it."""
        return ROLES.index(self.principal.role) >= ROLES.index(role)


def requires(*scopes: str) -> Guard:
    """A guard that lets a caller through whose key has one of these scopes.

    It puts the caller into ``scope["user"]``, and so into ``request.user``.
    """

    async def guard(connection: Connection, _handler: BaseRouteHandler) -> None:
        caller = await authenticate(connection)
        connection.scope["user"] = caller
        if not set(scopes) & set(caller.principal.scopes):
            raise Forbidden("Insufficient permissions", details={"scopes": list(scopes)})

    return guard


async def authenticate(connection: Connection) -> Caller:
    """Who is calling.

    Raises:
        Unauthenticated: no key, an unknown one, or one that expired or was revoked (told by its code).
    """
    key = _key(connection)
    if not key or len(key) > LONGEST_KEY:
        raise Unauthenticated("Authentication required")
    resources = connection.app.state.resources
    async with resources.pipeline.database.connect() as db:
        holder = await principals.by_key(db, key)
    if holder is None:
        raise Unauthenticated("Authentication required")
    if holder.state != "valid":
        raise Unauthenticated("Authentication required", code=f"key_{holder.state}")
    resources.key_usage.note(holder.key_id, holder.last_used_at)
    return Caller(principal=holder.principal, key_id=holder.key_id, test=key.startswith(principals.TEST_KEY_PREFIX))


async def identify(connection: Connection) -> Caller | None:
    """Who is calling, where nobody has to say: None for a stranger."""
    try:
        return await authenticate(connection)
    except Unauthenticated:
        return None


def _key(connection: Connection) -> str:
    if key := connection.headers.get("x-api-key"):
        return key.strip()
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
