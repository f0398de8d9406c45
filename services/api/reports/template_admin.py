"""Administrators make templates of their own, change them and take them away."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
import structlog
from litestar import Request, Response, delete, post, put
from litestar.di import NamedDependency
from litestar.handlers.base import BaseRouteHandler
from litestar.params import FromPath

from services.api.auth.caller import Caller, Connection, requires
from services.api.body import json_object
from services.api.idempotency import finalise
from services.api.resources import Resources
from shared.contracts.records import Template
from shared.db import audit, templates
from shared.db.pool import Connection as Db
from shared.domain.errors import Conflict, Forbidden, NotFound
from shared.domain.ids import new_id

from . import catalog, template_request, template_said, template_wire, wire
from .openapi import ERRORS, TemplateOperation
from .templates import may_edit

log = structlog.get_logger()


async def editor(connection: Connection, _handler: BaseRouteHandler) -> None:
    """A guard, after ``requires``: for administrators."""
    if not may_edit(connection.user):
        raise Forbidden("Admin access required", details={"role": "admin"})


GUARDS = [requires("admin"), editor]


@post(
    "/templates",
    status_code=201,
    guards=GUARDS,
    summary="Make a template",
    tags=["templates"],
    responses=ERRORS,
    operation_class=TemplateOperation,
)
async def create(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources]
) -> Response[template_wire.OneTemplate]:
    """Make a template on top of a built-in one. Reports can be asked for by it at once."""
    said = template_said.read(await json_object(request))
    registry = resources.pipeline.registry
    async with resources.pipeline.transaction() as tx:
        wanted = template_request.new(said, registry, template_id=new_id(), created_by=request.user.id)
        made = await templates.create(tx.db, wanted)
        await _note(tx.db, request, "template.create", made)
        folder = (await catalog.one(tx.db, registry, str(made.id))).any(str(made.id))
        response = Response(template_wire.one(folder, dropped=template_request.left_out(said)), status_code=201)
        await finalise(tx.db, request, response)
    log.info("template.created", template_id=str(made.id), template=made.key, base=made.base)
    return response


@put(
    "/templates/{template_id:str}",
    guards=GUARDS,
    summary="Change a template",
    tags=["templates"],
    responses=ERRORS,
    operation_class=TemplateOperation,
)
async def change(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources], template_id: FromPath[str]
) -> template_wire.OneTemplate:
    """Change what is said of a template; what is not said stays. Reports under way keep what they began with.

    Of a built-in template only ``is_active`` and ``required_role`` can be changed.
    """
    said = template_said.read(await json_object(request))
    registry = resources.pipeline.registry
    async with resources.pipeline.transaction() as tx:
        held = await _lock(tx.db, template_id)
        known = (await catalog.one(tx.db, registry, template_id)).any(template_id)
        if held.base is None:
            shown = msgspec.to_builtins(template_wire.whole(known))
            await templates.override(tx.db, held.id, template_request.overridden(said, shown))
        else:
            await templates.change(tx.db, template_request.changed(held, said, registry))
        await _note(tx.db, request, "template.change", held)
        folder = (await catalog.one(tx.db, registry, template_id)).any(template_id)
    log.info("template.changed", template_id=str(held.id), template=held.key)
    return template_wire.one(folder, dropped=template_request.left_out(said))


@delete(
    "/templates/{template_id:str}",
    status_code=200,
    guards=GUARDS,
    summary="Delete a template",
    tags=["templates"],
    responses=ERRORS,
)
async def remove(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources], template_id: FromPath[str]
) -> wire.Said:
    """Switch a template off. Its reports keep it; `PUT` with `is_active` brings it back."""
    async with resources.pipeline.transaction() as tx:
        held = await _lock(tx.db, template_id)
        if held.base is None:
            raise Conflict(
                "This template is built in and cannot be deleted; PUT is_active false switches it off",
                code="template_built_in",
            )
        if await templates.in_use(tx.db, held.id):
            raise Conflict("Cannot delete template with active reports", code="template_in_use")
        await templates.change(tx.db, msgspec.structs.replace(held, is_active=False))
        await _note(tx.db, request, "template.delete", held)
    log.info("template.deleted", template_id=str(held.id), template=held.key)
    return wire.Said(message="Template deleted successfully")


HANDLERS = [create, change, remove]


async def _lock(db: Db, template_id: str) -> Template:
    known: UUID | None = catalog.as_id(template_id)
    held = await templates.lock(db, known) if known else None
    if held is None:
        raise NotFound("Template not found")
    return held


async def _note(db: Db, request: Request[Caller, Any, Any], action: str, template: Template) -> None:
    await audit.append(
        db,
        actor=str(request.user.id),
        action=action,
        object_kind="template",
        object_id=str(template.id),
        trace_id=request.scope["state"]["trace"].trace_id,
        details={"key": template.key},
    )
