"""What reports can be made by."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Request, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from services.api.auth.caller import Caller, requires
from services.api.resources import Resources

from . import wire
from .access import READ
from .longform import template_body
from .openapi import ERRORS
from .request import find_template


@get("/templates", guards=[requires(*READ)], summary="List templates", tags=["templates"], responses=ERRORS)
async def index(
    request: Request[Caller, Any, Any],
    resources: NamedDependency[Resources],
    category: Annotated[str | None, QueryParameter(description="Only templates of this category.")] = None,
) -> wire.TemplatesListed:
    """The templates that the caller may use."""
    found = sorted((folder.template for folder in resources.pipeline.registry.by_id.values()), key=lambda t: t.name)
    shown = [
        template_body(template)
        for template in found
        if template.is_active
        and request.user.may_act_as(template.required_role)
        and category in {None, "", template.category}
    ]
    role = request.user.principal.role
    return wire.TemplatesListed(data=wire.TemplatesData(templates=shown, count=len(shown), user_role=role))


@get(
    "/templates/{template_id:str}",
    guards=[requires(*READ)],
    summary="Look at a template",
    tags=["templates"],
    responses=ERRORS,
)
async def show(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources], template_id: FromPath[str]
) -> wire.OneTemplate:
    """One template: its parameters as a JSON Schema, and a request that works."""
    folder = find_template(template_id, resources.pipeline.registry, request.user)
    body = wire.TemplateShown(
        template=template_body(folder.template), parameters=folder.parameters, sample=folder.sample
    )
    return wire.OneTemplate(data=body)


HANDLERS = [index, show]
