"""What reports can be made by."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Request, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from services.api.auth.caller import ROLES, Caller, requires
from services.api.resources import Resources
from shared.templates.registry import TemplateFolder

from . import catalog, template_wire
from .access import READ
from .openapi import ERRORS

_CATEGORY = "Only templates of this category."


@get("/templates", guards=[requires(*READ)], summary="List templates", tags=["templates"], responses=ERRORS)
async def index(
    request: Request[Caller, Any, Any],
    resources: NamedDependency[Resources],
    category: Annotated[str | None, QueryParameter(description=_CATEGORY)] = None,
    include_config: Annotated[bool, QueryParameter(description="With parameters and template_config.")] = False,
    include_inactive: Annotated[bool, QueryParameter(description="Also what is switched off (for editors).")] = False,
) -> template_wire.TemplatesListed:
    """The templates that the caller may use; those who may change them get them with everything."""
    editor = may_edit(request.user)
    found = [
        folder
        for folder in await _all(resources, category)
        if request.user.may_act_as(folder.template.required_role)
        and (folder.template.is_active or (editor and include_inactive))
    ]
    show = (
        template_wire.whole if editor or include_config else lambda folder: template_wire.template_body(folder.template)
    )
    data = template_wire.TemplatesData(
        templates=[show(folder) for folder in found], count=len(found), user_role=request.user.principal.role
    )
    return template_wire.TemplatesListed(data=data)


@get("/public/templates", summary="List templates for everybody", tags=["templates"], security=[{}])
async def public(
    resources: NamedDependency[Resources],
    category: Annotated[str | None, QueryParameter(description=_CATEGORY)] = None,
) -> template_wire.TemplatesListed:
    """The templates that every user may use. Needs no key."""
    everybody = [folder.template for folder in await _all(resources, category) if folder.template.is_active]
    shown = [template_wire.template_body(one) for one in everybody if one.required_role == ROLES[0]]
    data = template_wire.TemplatesData(templates=shown, count=len(shown), user_role=None)
    return template_wire.TemplatesListed(data=data)


@get(
    "/templates/{template_id:str}",
    guards=[requires(*READ)],
    summary="Look at a template",
    tags=["templates"],
    responses=ERRORS,
)
async def show(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources], template_id: FromPath[str]
) -> template_wire.OneTemplate:
    """One template: its parameters as a list and as a JSON Schema, and a request that works."""
    known = await _one(resources, template_id)
    folder = known.any(template_id) if may_edit(request.user) else known.usable(template_id, request.user)
    return template_wire.one(folder)


@get(
    "/templates/{template_id:str}/permissions",
    guards=[requires(*READ)],
    summary="Ask what may be done with a template",
    tags=["templates"],
    responses=ERRORS,
)
async def permissions(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources], template_id: FromPath[str]
) -> template_wire.PermissionsShown:
    """What the caller may do with a template."""
    template = (await _one(resources, template_id)).any(template_id).template
    caller, editor = request.user, may_edit(request.user)
    usable = caller.may_act_as(template.required_role)
    data = template_wire.PermissionsData(
        template_id=template.id,
        required_role=template.required_role,
        user_role=caller.principal.role,
        user_permissions=template_wire.TemplatePermissions(
            can_view=editor or (usable and template.is_active),
            can_edit=editor,
            can_delete=editor and template.base is not None,
            can_execute=usable and template.is_active,
        ),
    )
    return template_wire.PermissionsShown(data=data)


HANDLERS = [index, public, show, permissions]


def may_edit(caller: Caller) -> bool:
    """Whether this caller may make, change and delete templates: an administrator, by a key that may administer."""
    return caller.may_act_as("admin") and "admin" in caller.principal.scopes


async def _all(resources: Resources, category: str | None) -> list[TemplateFolder]:
    async with resources.pipeline.database.connect() as db:
        known = await catalog.whole(db, resources.pipeline.registry)
    return [folder for folder in known.by_id.values() if category in {None, "", folder.template.category}]


async def _one(resources: Resources, template_id: str) -> catalog.Catalog:
    async with resources.pipeline.database.connect() as db:
        return await catalog.one(db, resources.pipeline.registry, template_id)
