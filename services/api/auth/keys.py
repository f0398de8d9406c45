"""API keys over HTTP: made, listed, revoked by whom they belong to."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import structlog
from litestar import Request, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from services.api.body import wrong
from services.api.resources import Resources
from services.api.runs.openapi import described
from shared.db import principals
from shared.db.pool import Connection
from shared.domain.errors import Conflict, Forbidden, NotFound

from . import wire
from .assurance import lately
from .caller import Caller, requires
from .ids import read_id
from .record import note

MOST_KEYS = 100
WRITE = ("write", "admin")

log = structlog.get_logger()


@post(
    "/api/keys",
    status_code=201,
    guards=[requires(*WRITE), lately("create_key")],
    summary="Make an API key",
    opt={"shown_once": True, "operation": "create_key"},
    **described(wire.NewKey, more=(409,), tag="people"),
)
async def create_key(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources]
) -> Response[wire.MadeKey]:
    """Make a key of the caller's. It is shown here, once; an Idempotency-Key does not make it come back."""
    asked = await wire.read(request, wire.NewKey)
    caller = request.user
    scopes = _scopes(asked, caller)
    if asked.expires_at is not None and asked.expires_at <= datetime.now(UTC):
        raise wrong("expires_at", "must be in the future")
    if asked.test and not resources.settings.conformance:
        raise wrong("test", "test keys are made only where PRESSRUN_CONFORMANCE is on")
    async with resources.pipeline.database.begin() as db:
        if await principals.count_keys(db, caller.id) >= MOST_KEYS:
            raise Conflict(f"there are {MOST_KEYS} keys; revoke some that are not used", code="too_many_keys")
        made, key = await principals.issue_key(
            db,
            caller.id,
            name=asked.name,
            scopes=scopes,
            expires_at=await _expiry(db, asked, caller),
            test=asked.test,
        )
        await note(db, request, "key.create", key.id, kind="key", scopes=scopes, prefix=key.prefix)
    log.info("key.created", principal_id=str(caller.id), key_id=str(key.id))
    return Response(wire.MadeKey(api_key=made, key=key), status_code=201, headers={"Cache-Control": "no-store"})


@get("/api/keys", guards=[requires()], summary="List API keys", **described(tag="people"))
async def list_keys(request: Request[Caller, Any, Any], resources: NamedDependency[Resources]) -> wire.Keys:
    """The caller's keys, the newest first, with those that work no more."""
    async with resources.pipeline.database.connect() as db:
        return wire.Keys(keys=await principals.keys(db, request.user.id))


@delete("/api/keys/{key_id:str}", guards=[requires(*WRITE)], summary="Revoke an API key", **described(tag="people"))
async def revoke_key(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources], key_id: FromPath[str]
) -> None:
    """End a key of the caller's, at once. Ending it twice changes nothing."""
    found = read_id(key_id, "key")
    async with resources.pipeline.database.begin() as db:
        if await principals.revoke_key(db, request.user.id, found):
            await note(db, request, "key.revoke", found, kind="key")
        elif all(key.id != found for key in await principals.keys(db, request.user.id)):
            raise NotFound("there is no such key")
    log.info("key.revoked", principal_id=str(request.user.id), key_id=str(found))


HANDLERS = [create_key, list_keys, revoke_key]


def _scopes(asked: wire.NewKey, caller: Caller) -> list[str]:
    own = caller.principal.scopes
    if asked.scopes is None:
        return [scope for scope in own if scope != "admin"] or list(own)
    if not asked.scopes:
        raise wrong("scopes", "must name at least one scope")
    beyond = sorted(set(asked.scopes) - set(own))
    if beyond:
        raise Forbidden(
            f"scopes: {', '.join(beyond)[:200]} is not among yours", code="scope_beyond", details={"field": "scopes"}
        )
    return sorted(set(asked.scopes))


async def _expiry(db: Connection, asked: wire.NewKey, caller: Caller) -> datetime | None:
    """When the key ends: a key that ends makes none that outlives it."""
    if caller.key_id is None:
        return asked.expires_at
    ends = next((key.expires_at for key in await principals.keys(db, caller.id) if key.id == caller.key_id), None)
    return min(filter(None, (asked.expires_at, ends)), default=None)
