"""Templates as clients see them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from shared.contracts.records import Template
from shared.contracts.states import Format
from shared.templates import own
from shared.templates.parameters import Parameter, described
from shared.templates.registry import TemplateFolder


class TemplateBody(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    key: str
    name: str
    display_name: str
    description: str
    category: str
    required_role: str
    is_active: bool
    is_built_in: bool
    output_formats: list[Format]
    requires_scrambling: bool
    scrambling_profile: str
    max_output_tokens: int
    estimated_time_minutes: int
    generator_class: str
    """The key of the built-in template that does the work."""
    security_level: str
    is_premium: bool
    created_at: datetime | None
    updated_at: datetime | None
    created_by: UUID | None
    parameters: list[Parameter] | None = None
    """What a form can ask for; null where it was not asked for."""
    template_config: dict[str, Any] | None = None
    """What an administrator's template tells the writer; null where it was not asked for."""


class TemplatesData(msgspec.Struct, frozen=True, kw_only=True):
    templates: list[TemplateBody]
    count: int
    user_role: str | None


class TemplatesListed(msgspec.Struct, frozen=True, kw_only=True):
    success: bool = True
    data: TemplatesData


class TemplateShown(msgspec.Struct, frozen=True, kw_only=True):
    template: TemplateBody
    parameters: dict[str, Any]
    """JSON Schema of a request's ``parameters``."""
    sample: dict[str, Any]
    """A request that works, but for its ``template_id``."""


class OneTemplate(msgspec.Struct, frozen=True, kw_only=True):
    success: bool = True
    message: str = ""
    data: TemplateShown


class TemplatePermissions(msgspec.Struct, frozen=True, kw_only=True):
    """What the caller may do with a template."""

    can_view: bool
    can_edit: bool
    can_delete: bool
    can_execute: bool


class PermissionsData(msgspec.Struct, frozen=True, kw_only=True):
    template_id: UUID
    required_role: str
    user_role: str
    user_permissions: TemplatePermissions


class PermissionsShown(msgspec.Struct, frozen=True, kw_only=True):
    success: bool = True
    data: PermissionsData


def template_body(template: Template) -> TemplateBody:
    """A template without what only its editors need."""
    same = {field: getattr(template, field) for field in TemplateBody.__struct_fields__ if hasattr(template, field)}
    more = {
        "display_name": template.name,
        "is_built_in": template.base is None,
        "generator_class": template.base or template.key,
        "parameters": None,
    }
    return TemplateBody(**same | more)


def whole(folder: TemplateFolder) -> TemplateBody:
    """A template with its parameters and its configuration."""
    template = folder.template
    built_in = template.base is None
    return msgspec.structs.replace(
        template_body(template),
        parameters=described(folder.parameters) if built_in else own.parameters(template),
        template_config=template.config,
    )


def one(folder: TemplateFolder, *, dropped: Sequence[str] = ()) -> OneTemplate:
    """A template by itself.

    Args:
        dropped: formats that were asked for and are not made here.
    """
    note = f"Not made here, and left out: {', '.join(dropped)}" if dropped else ""
    shown = TemplateShown(template=whole(folder), parameters=folder.parameters, sample=folder.sample)
    return OneTemplate(message=note, data=shown)
