"""From what an administrator says to a template that reports can be made by, or to the reason why not. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec

from services.api.auth.caller import ROLES
from services.api.body import wrong
from shared.contracts.records import Template
from shared.contracts.states import Format
from shared.document import design
from shared.domain.errors import Conflict
from shared.templates import own
from shared.templates.own import Config
from shared.templates.parameters import Parameter, schema
from shared.templates.registry import Registry, TemplateFolder

from .request import check_parameters
from .template_said import MOST_PARAMETERS, Said, convert, plain, read

DEFAULT_BASE = "conversational"
OTHER_FORMATS = frozenset({"csv", "json", "xlsx"})
"""Forms that this API's web editor offers and nobody here makes: left out of what is stored."""
NOT_HERE = ("data_sources", "queries", "visualizations")
OVERRIDES = ("is_active", "required_role")
"""All that may be said of a built-in template."""


def new(said: Said, registry: Registry, *, template_id: UUID, created_by: UUID) -> Template:
    """The template that is asked for.

    Raises:
        Rejected: naming the field.
        Conflict: a built-in template has its name (code ``template_exists``).
    """
    name = said.display_name or said.name
    if not name or not name.strip():
        raise wrong("name", "is required")
    base = _base(said.generator_class or DEFAULT_BASE, registry)
    start = Template(
        id=template_id,
        key=_key(said.name or name, template_id),
        name="",
        description="",
        category="custom",
        workflow_id=base.workflow.id,
        required_role=base.template.required_role,
        output_formats=base.template.output_formats,
        requires_scrambling=base.template.requires_scrambling,
        max_output_tokens=base.template.max_output_tokens,
        estimated_time_minutes=base.template.estimated_time_minutes,
        theme=base.template.theme,
        base=base.template.key,
        created_by=created_by,
    )
    return changed(start, said, registry)


def changed(template: Template, said: Said, registry: Registry) -> Template:
    """An administrator's template as it is to be. Raises as ``new`` does."""
    base = _base(said.generator_class or str(template.base), registry)
    parameters, config = _parameters(template, said), _config(template, said)
    fields = {
        "name": _name(template, said, registry),
        "base": base.template.key,
        "workflow_id": base.workflow.id,
        "parameters": msgspec.to_builtins(parameters),
        "config": msgspec.to_builtins(config),
        "output_formats": _formats(said.output_formats, base) or template.output_formats,
    }
    made = msgspec.structs.replace(template, **_plainly(said), **fields)
    _check_role(made, base)
    _check_words(config, {one.name for one in parameters})
    own.folder(made, base)
    return made


def overridden(said: Said, shown: Mapping[str, Any]) -> dict[str, Any]:
    """What is said of a built-in template that is otherwise than it is.

    Args:
        shown: the template as clients see it, its parameters and configuration included.

    Raises:
        Conflict: more is to be changed than may be (code ``template_built_in``).
    """
    given, present = msgspec.to_builtins(said), msgspec.to_builtins(read(shown))
    other = [name for name, value in given.items() if value is not None and value != present[name]]
    if fixed := [name for name in other if name not in OVERRIDES]:
        raise Conflict(
            f"This template is built in: only {' and '.join(OVERRIDES)} can be changed, not {', '.join(fixed)}. "
            f"Make one of your own with generator_class '{shown['key']}'",
            code="template_built_in",
            details={"fields": fixed},
        )
    return {name: given[name] for name in other}


def left_out(said: Said) -> list[str]:
    """The formats that were asked for and that nobody here makes."""
    return sorted(OTHER_FORMATS.intersection(said.output_formats or ()))


def _plainly(said: Said) -> dict[str, Any]:
    """The fields that are stored as they were said."""
    same = (
        "description", "category", "estimated_time_minutes", "max_output_tokens", "requires_scrambling",
        "scrambling_profile", "security_level", "required_role", "is_active", "is_premium",
    )  # fmt: skip
    return {name: value for name in same if (value := getattr(said, name)) is not None}


def _name(template: Template, said: Said, registry: Registry) -> str:
    """Both fields mean the same; of a template that is changed, the one that is new counts."""
    names = [name for name in (said.display_name, said.name) if name and name.strip() and name != template.name]
    name = names[0] if names else template.name
    if any(name.casefold() == folder.template.name.casefold() for folder in registry.by_id.values()):
        raise Conflict("Template with this name already exists", code="template_exists")
    return name


def _base(key: str, registry: Registry) -> TemplateFolder:
    bases = {folder.template.key: folder for folder in registry.offered}
    base = bases.get(key)
    if base is None:
        known = ", ".join(sorted(bases))
        raise wrong("generator_class", f"must be the key of a built-in template: {known}")
    return base


def _parameters(template: Template, said: Said) -> list[Parameter]:
    wanted, path = said.parameters, "parameters"
    if not wanted and (inner := (said.template_config or {}).get("parameters")):
        if not isinstance(inner, list) or len(inner) > MOST_PARAMETERS:
            raise wrong("template_config.parameters", f"must be a list of at most {MOST_PARAMETERS} parameters")
        path = "template_config.parameters"
        wanted = convert([plain(one) for one in inner], list[Parameter], path)
    if wanted is None:
        return own.parameters(template)
    for place, one in enumerate(wanted):
        if one.name in {other.name for other in wanted[:place]}:
            raise wrong(f"{path}[{place}].name", f"'{one.name}' is there twice")
        if one.type in {"select", "multiselect"} and not one.options:
            raise wrong(f"{path}[{place}].options", f"must name what a {one.type} offers")
        if one.default is not None:
            check_parameters(one.default, schema(one), f"{path}[{place}].default")
    return wanted


def _config(template: Template, said: Said) -> Config:
    if said.template_config is None:
        return own.config(template)
    given = {name: value for name, value in said.template_config.items() if value is not None and name != "parameters"}
    for name in NOT_HERE:
        if given.pop(name, None):
            raise wrong(
                f"template_config.{name}", "is not known here: choose a built-in template with data as generator_class"
            )
    if unknown := sorted(given.keys() - set(Config.__struct_fields__)):
        known = ", ".join(sorted(Config.__struct_fields__))
        raise wrong(f"template_config.{unknown[0]}"[:200], f"is not known; there are {known}")
    if isinstance(given.get("sections"), list):
        given["sections"] = [{"title": one} if isinstance(one, str) else one for one in given["sections"]]
    looks = {name: given[name] for name in design.Design.__struct_fields__ if name in given}
    check_parameters(looks, design.PARAMETERS, "template_config")
    return convert(given, Config, "template_config")


def _formats(wanted: list[str] | None, base: TemplateFolder) -> list[Format]:
    made = base.template.output_formats
    for place, name in enumerate(wanted or ()):
        if name not in made and name not in OTHER_FORMATS:
            raise wrong(f"output_formats[{place}]", f"must be one of {', '.join(made)}")
    kept = [format_ for format_ in made if format_ in (wanted or ())]
    if wanted and not kept:
        raise wrong("output_formats", f"must name at least one of {', '.join(made)}")
    return kept


def _check_role(template: Template, base: TemplateFolder) -> None:
    least = base.template.required_role
    if ROLES.index(template.required_role) < ROLES.index(least):
        raise wrong("required_role", f"must be {least} or above, as '{base.template.key}' demands")


def _check_words(config: Config, names: set[str]) -> None:
    for place in own.places(config):
        if place not in names:
            raise wrong("template_config", f"{{{{{place[:64]}}}}} stands for no parameter of this template")


def _key(name: str, template_id: UUID) -> str:
    """A word for logs and metrics. Its end keeps it apart from every built-in template there will be."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:40].rstrip("_") or "template"
    return f"{stem}_{template_id.hex[-6:]}"
