"""Push, look at, list and delete what machine-learning reports describe."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import structlog
from litestar import Request, Response, delete, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath

from services.api.auth.caller import Caller, requires
from services.api.body import decoded
from services.api.conditional import is_known
from services.api.resources import Resources
from shared.db import entities
from shared.db.entities import Entity, Wanted
from shared.domain.errors import Conflict, NotFound

from . import wire
from .access import READ, WRITE, check_kind, find, note, read_id
from .openapi import ERRORS, EntityOperation
from .paging import ident, part
from .reading import Reading, read

TAGS = ["entities"]

log = structlog.get_logger()


@put(
    "/entities/{kind:str}/{entity_id:str}",
    status_code=200,
    guards=[requires(*WRITE)],
    summary="Push an entity",
    tags=TAGS,
    responses=ERRORS,
    operation_class=EntityOperation,
)
async def push(
    request: Request[Caller, Any, Any],
    resources: NamedDependency[Resources],
    kind: FromPath[str],
    entity_id: FromPath[str],
) -> Response[wire.Kept]:
    """Store what reports are to describe, whole: what was there before is replaced.

    Keys that nobody here knows are kept and named in `unknown`. `If-Match` with an `ETag` makes sure that
    nobody has changed it meanwhile.
    """
    check_kind(kind)
    ident_ = read_id(entity_id, ("path", "entity_id"))
    given = await decoded(request)
    reading = await asyncio.to_thread(read, kind, ident_, given)
    async with resources.pipeline.transaction() as tx:
        known = await entities.get(tx.db, request.user.id, kind, reading.id, lock=True)
        _check_version(request, known)
        entity = await _entity(tx.db, request.user, reading, len(await request.body()))
        if known is not None and _same(known, entity):
            return _kept(known, reading, 200)
        stored = await entities.put(tx.db, request.user.id, entity)
        await entities.inherit(tx.db, request.user.id, stored)
        await note(tx.db, request, "entity.put", kind, stored.id, version=stored.version)
    log.info("entity.stored", kind=kind, entity_id=str(stored.id), version=stored.version, bytes=stored.size_bytes)
    return _kept(stored, reading, 201 if known is None else 200)


@get("/entities/{kind:str}/{entity_id:str}", guards=[requires(*READ)], summary="Look at an entity", tags=TAGS, responses=ERRORS)  # fmt: skip
async def show(
    request: Request[Caller, Any, Any],
    resources: NamedDependency[Resources],
    kind: FromPath[str],
    entity_id: FromPath[str],
) -> Response[wire.Shown]:
    """An entity as it was pushed; `If-None-Match` is answered 304."""
    check_kind(kind)
    async with resources.pipeline.database.connect() as db:
        found = await find(db, request.user, kind, entity_id)
    headers = {"ETag": wire.tag(found), "Cache-Control": "private, no-cache"}
    if is_known(request, wire.tag(found)):
        return Response(None, status_code=304, headers=headers)  # type: ignore[arg-type]
    return Response(wire.Shown(entity=found.body, about=wire.about(found)), headers=headers)


@get("/entities/{kind:str}", guards=[requires(*READ)], summary="List entities", tags=TAGS, responses=ERRORS)
async def index(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources], kind: FromPath[str]
) -> wire.Page[wire.About]:
    """Entities of one kind, the last changed first, without their bodies: `project_id`, `search`, `limit` (1 to 500), `offset`."""
    wanted = Wanted(
        principal_id=request.user.id,
        kind=check_kind(kind),
        project_id=ident(request, "project_id"),
        search=request.query_params.get("search", "").replace("\0", ""),
    )
    asked = part(request)
    async with resources.pipeline.database.connect() as db:
        total = await entities.count(db, wanted)
        found = await entities.page(db, wanted, limit=asked.limit, offset=asked.offset)
    return wire.Page(items=[wire.about(one) for one in found], total=total, limit=asked.limit, offset=asked.offset)


@delete(
    "/entities/{kind:str}/{entity_id:str}",
    status_code=200,
    guards=[requires(*WRITE)],
    summary="Delete an entity",
    tags=TAGS,
    responses=ERRORS,
)
async def remove(
    request: Request[Caller, Any, Any],
    resources: NamedDependency[Resources],
    kind: FromPath[str],
    entity_id: FromPath[str],
) -> wire.Deleted:
    """Delete an entity. Reports that were made of it stay."""
    check_kind(kind)
    async with resources.pipeline.transaction() as tx:
        found = await find(tx.db, request.user, kind, entity_id, lock=True)
        if not await entities.delete(tx.db, request.user.id, kind, found.id):
            raise NotFound("Entity not found")
        await note(tx.db, request, "entity.delete", kind, found.id, version=found.version)
    return wire.Deleted()


HANDLERS = [push, show, index, remove]


def _check_version(request: Request[Any, Any, Any], known: Entity | None) -> None:
    wanted = request.headers.get("if-match")
    if wanted is None or (wanted.strip() == "*" and known is not None):
        return
    if known is None or wanted.strip() != wire.tag(known):
        there = f"version {known.version} is there" if known else "it is not there"
        raise Conflict(f"If-Match names another version: {there}; read it again", code="version_changed")


async def _entity(db: Any, caller: Caller, reading: Reading, size: int) -> Entity:
    """The row, with its parent's project if it names none itself."""
    project_id = reading.project_id
    if project_id is None and reading.parent_id is not None:
        kind = "experiment" if reading.kind == "model" else "model"
        parent = await entities.get(db, caller.id, kind, reading.parent_id)
        project_id = parent.project_id if parent else None
    now = datetime.now(UTC)
    return Entity(
        kind=reading.kind,
        id=reading.id,
        project_id=project_id,
        parent_id=reading.parent_id,
        name=reading.name[:500],
        status=reading.status[:100],
        body=reading.body,
        unknown=reading.unknown,
        size_bytes=size,
        created_at=now,
        updated_at=now,
    )


def _same(known: Entity, entity: Entity) -> bool:
    return (known.body, known.project_id) == (entity.body, entity.project_id)


def _kept(entity: Entity, reading: Reading, status: int) -> Response[wire.Kept]:
    body = wire.Kept(entity=wire.about(entity), dropped=reading.dropped)
    return Response(body, status_code=status, headers={"ETag": wire.tag(entity)})
