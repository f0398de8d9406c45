"""Create, list, look at, change and delete knowledge bases."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import structlog
from litestar import Request, Response, delete, get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from msgspec.structs import replace

from services.api.auth.caller import Caller, requires
from services.api.body import json_object, wrong
from services.api.idempotency import finalise
from services.api.reports.openapi import ERRORS
from services.api.reports.wire import Pagination
from services.api.resources import Resources
from shared.contracts.knowledge import Base, BaseView
from shared.db import garbage, knowledge
from shared.db.pool import Connection
from shared.domain.ids import new_id

from . import wire
from .access import READ, WRITE, find, is_admin, note, view
from .openapi import ChangeOperation, JarOperation
from .request import MOST_NAMED, CreateJar, UpdateJar, converted

TAGS = ["knowledge bases"]
FARTHEST = 2**40

log = structlog.get_logger()


@post(
    "/",
    status_code=201,
    guards=[requires(*WRITE)],
    summary="Make a honey jar",
    tags=TAGS,
    responses=ERRORS,
    operation_class=JarOperation,
)
async def create(request: Request[Caller, Any, Any], resources: NamedDependency[Resources]) -> Response[wire.JarAnswer]:
    """Make a knowledge base. Its documents are sent to `POST .../{honey_jar_id}/documents`."""
    asked = converted(await json_object(request), CreateJar)
    now = datetime.now(UTC)
    base = Base(
        id=new_id(),
        principal_id=request.user.id,
        name=asked.name,
        description=asked.description,
        type=asked.type,
        status=asked.status,
        tags=list(dict.fromkeys(asked.tags)),
        readers=asked.permissions.read,
        writers=asked.permissions.write,
        created_at=now,
        updated_at=now,
    )
    async with resources.pipeline.transaction() as tx:
        await _check_named(tx.db, base)
        await knowledge.insert(tx.db, base)
        await note(tx.db, request, "knowledge.create", base.id, type=base.type)
        response = Response(_answer(BaseView(base=base)), status_code=201)
        await finalise(tx.db, request, response)
    log.info("knowledge.created", base_id=str(base.id), type=base.type)
    return response


@get("/", guards=[requires(*READ)], summary="List honey jars", tags=TAGS, responses=ERRORS)
async def index(
    request: Request[Caller, Any, Any],
    resources: NamedDependency[Resources],
    limit: Annotated[int, QueryParameter(description="1 to 100; outside of that it is moved to the nearest.")] = 50,
    offset: Annotated[int, QueryParameter(description="How many to skip.")] = 0,
    search: Annotated[str, QueryParameter(description="What the name or the description contains.")] = "",
) -> wire.JarsAnswer:
    """Every knowledge base that the caller may read, newest first."""
    if offset < 0:
        raise wrong("offset", "must not be negative")
    if "\0" in search:
        raise wrong("search", "holds a NUL character; remove it")
    limit, offset = max(1, min(limit, 100)), min(offset, FARTHEST)
    async with resources.pipeline.database.connect() as db:
        found, total = await knowledge.page(
            db, request.user.id, everything=is_admin(request.user), search=search, limit=limit, offset=offset
        )
    pagination = Pagination(total=total, limit=limit, offset=offset, has_more=offset + len(found) < total)
    return wire.JarsAnswer(data=wire.JarsData(honey_jars=[wire.jar(one) for one in found], pagination=pagination))


@get("/{jar_id:str}", guards=[requires(*READ)], summary="Look at a honey jar", tags=TAGS, responses=ERRORS)
async def show(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources], jar_id: FromPath[str]
) -> wire.JarAnswer:
    """One knowledge base with its figures."""
    async with resources.pipeline.database.connect() as db:
        return _answer(await view(db, request.user, jar_id))


@get("/{jar_id:str}/status", guards=[requires(*READ)], summary="A honey jar's status", tags=TAGS, responses=ERRORS)
async def status(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources], jar_id: FromPath[str]
) -> wire.StatusAnswer:
    """How far its documents are."""
    async with resources.pipeline.database.connect() as db:
        found = await view(db, request.user, jar_id)
    counts = {"completed": found.documents - found.busy - found.failed, "failed": found.failed, "waiting": found.busy}
    return wire.StatusAnswer(data=wire.StatusData(status=wire.status(found), documents=counts, stats=wire.stats(found)))


async def _update(request: Request[Caller, Any, Any], resources: Resources, jar_id: str) -> wire.JarAnswer:
    asked = converted(await json_object(request), UpdateJar)
    async with resources.pipeline.transaction() as tx:
        before = await find(tx.db, request.user, jar_id, "change", lock=True)
        base = _changed(before, asked)
        await _check_named(tx.db, base)
        await knowledge.update(tx.db, base)
        changed = [name for name in Base.__struct_fields__ if getattr(base, name) != getattr(before, name)]
        await note(tx.db, request, "knowledge.update", base.id, changed=changed)
        return _answer(await view(tx.db, request.user, jar_id))


@patch(
    "/{jar_id:str}",
    guards=[requires(*WRITE)],
    summary="Change a honey jar",
    tags=TAGS,
    responses=ERRORS,
    operation_class=ChangeOperation,
)
async def update(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources], jar_id: FromPath[str]
) -> wire.JarAnswer:
    """Change what is named in the body; the rest stays."""
    return await _update(request, resources, jar_id)


@put(
    "/{jar_id:str}",
    guards=[requires(*WRITE)],
    summary="Change a honey jar",
    tags=TAGS,
    responses=ERRORS,
    operation_class=ChangeOperation,
)
async def put_(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources], jar_id: FromPath[str]
) -> wire.JarAnswer:
    """The same as `PATCH`."""
    return await _update(request, resources, jar_id)


@delete(
    "/{jar_id:str}",
    status_code=200,
    guards=[requires(*WRITE)],
    summary="Delete a honey jar",
    tags=TAGS,
    responses=ERRORS,
)
async def remove(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources], jar_id: FromPath[str]
) -> wire.Said:
    """Delete a knowledge base with its documents. Reports that wait to be written from it will fail and say so."""
    async with resources.pipeline.transaction() as tx:
        base = await find(tx.db, request.user, jar_id, "change", lock=True)
        keys = await knowledge.delete(tx.db, base.id)
        await garbage.add(tx.db, keys)
        await note(tx.db, request, "knowledge.delete", base.id, documents=len(keys))
    log.info("knowledge.deleted", base_id=str(base.id), documents=len(keys))
    return wire.Said(message="Honey jar deleted")


HANDLERS = [create, index, show, status, update, put_, remove]


def _answer(found: BaseView) -> wire.JarAnswer:
    return wire.JarAnswer(data=wire.JarData(honey_jar=wire.jar(found)))


def _changed(base: Base, asked: UpdateJar) -> Base:
    fields = {name: getattr(asked, name) for name in ("name", "description", "type", "status", "tags")}
    base = replace(base, **{name: value for name, value in fields.items() if value is not None})
    if asked.permissions is not None:
        return replace(base, readers=asked.permissions.read, writers=asked.permissions.write)
    return replace(base, readers=[], writers=[]) if base.type == "private" else base


async def _check_named(db: Connection, base: Base) -> None:
    """Permissions that mean something.

    Raises:
        Rejected: too many are named, a private base names somebody, or an id is nobody's.
    """
    named = [*base.readers, *base.writers]
    if len(named) > MOST_NAMED:
        raise wrong("permissions", f"names {len(named)} principals; at most {MOST_NAMED} can be")
    if named and base.type == "private":
        raise wrong("permissions", "a private honey jar is its owner's alone; choose another type to name others")
    if unknown := await knowledge.unknown_principals(db, named):
        raise wrong("permissions", f"{unknown[0]} is no principal's id")
