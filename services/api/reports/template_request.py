"""What an administrator says of a template: checked part by part, and named by path when it is wrong. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from services.api.auth.caller import ROLES
from services.api.body import wrong
from shared.contracts.records import Template
from shared.contracts.states import Format
from shared.document import design
from shared.domain.errors import Conflict, Rejected
from shared.templates import own
from shared.templates.own import Config
from shared.templates.parameters import Parameter, schema
from shared.templates.registry import Registry, TemplateFolder

from .request import check_parameters

DEFAULT_BASE = "conversational"
PROFILES = ("gdpr_compliant", "hipaa_compliant", "full_anonymization", "security_audit", "chat_analytics")
OTHER_FORMATS = frozenset({"csv", "json", "xlsx"})
"""Forms that this API's web editor offers and nobody here makes: left out of what is stored."""
NOT_HERE = ("data_sources", "queries", "visualizations")
MOST_PARAMETERS = 50
OVERRIDES = ("is_active", "required_role")
"""All that may be said of a built-in template."""

Minutes = Annotated[int, Meta(ge=1, le=1440)]
Tokens = Annotated[int, Meta(ge=0, le=200_000)]


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """The body of a request to make or change a template; None is not said. Other fields are ignored."""

    name: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    display_name: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    """What people read; ``name`` if this is not said."""
    description: Annotated[str, Meta(max_length=5000)] | None = None
    category: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_-]{0,49}$")] | None = None
    generator_class: str | None = None
    """The key of the built-in template that does the work."""
    parameters: Annotated[list[Parameter], Meta(max_length=MOST_PARAMETERS)] | None = None
    """What a report's ``parameters`` hold, beside what the built-in template asks for."""
    template_config: dict[str, Any] | None = None
    """``instructions``, ``sections`` and how reports look; ``{{name}}`` stands for a parameter's value."""
    output_formats: Annotated[list[str], Meta(min_length=1, max_length=20)] | None = None
    estimated_time_minutes: Minutes | None = None
    max_output_tokens: Tokens | None = None
    requires_scrambling: bool | None = None
    scrambling_profile: Literal[PROFILES] | None = None  # type: ignore[valid-type]
    security_level: Literal["standard", "high", "critical"] | None = None
    required_role: Literal[ROLES] | None = None  # type: ignore[valid-type]
    is_active: bool | None = None
    is_premium: bool | None = None


def read(body: Mapping[str, Any]) -> Said:
    """What is said.

    Raises:
        Rejected: with the path of what has a wrong type or is out of its range.
    """
    given = {name: value for name, value in body.items() if value is not None}
    if given.get("parameters") == {}:
        del given["parameters"]  # an empty object is how some clients say that there are none
    if isinstance(given.get("parameters"), list):
        given["parameters"] = [_plain(one) for one in given["parameters"]]
    return _convert(given, Said, "")


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
    base = registry.by_key.get(key)
    if base is None:
        known = ", ".join(sorted(registry.by_key))
        raise wrong("generator_class", f"must be the key of a built-in template: {known}")
    return base


def _parameters(template: Template, said: Said) -> list[Parameter]:
    wanted, path = said.parameters, "parameters"
    if not wanted and (inner := (said.template_config or {}).get("parameters")):
        if not isinstance(inner, list) or len(inner) > MOST_PARAMETERS:
            raise wrong("template_config.parameters", f"must be a list of at most {MOST_PARAMETERS} parameters")
        path = "template_config.parameters"
        wanted = _convert([_plain(one) for one in inner], list[Parameter], path)
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
    return _convert(given, Config, "template_config")


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


def _plain(parameter: Any) -> Any:
    """A parameter as this API's web editor writes it: ``string`` is text, an empty default none at all."""
    if not isinstance(parameter, dict):
        return parameter
    said = {name: value for name, value in parameter.items() if value is not None}
    if said.get("type") == "string":
        said["type"] = "text"
    if said.get("default") in ("", []):
        del said["default"]
    if "description" in said and "help" not in said:
        said["help"] = said["description"]
    if isinstance(said.get("options"), list):
        said["options"] = [option for option in said["options"] if option != ""]
    return said


def _convert(given: Any, kind: Any, path: str) -> Any:
    try:
        return msgspec.convert(given, kind)
    except msgspec.ValidationError as error:
        message, _, place = str(error).partition(" - at `$")
        where = f"{path}{place.rstrip('`')}".lstrip(".") or "body"
        field = re.sub(r"\[.*?\]$", "", where).rpartition(".")[2]
        raise Rejected(f"{where}: {_MUST.get(field, _in_words(message))}", details={"field": where}) from None


_MUST = {
    "type": "must be one of date, text, number, boolean, select, multiselect",
    "required_role": f"must be one of {', '.join(ROLES)}",
    "scrambling_profile": f"must be one of {', '.join(PROFILES)}",
    "security_level": "must be one of standard, high, critical",
    "category": "must be a word such as analysis, in lower case",
    "name": "must be text of 1 to 200 characters (a parameter's: letters, digits and _, 64 at most)",
}


def _in_words(message: str) -> str:
    """What msgspec says, without the names of Python's types."""
    expected = re.match(r"Expected `(\w+)(?: \| null)?`(, got )?", message)
    if expected is None:
        return message[:1].lower() + message[1:]
    word = _WORDS.get(expected[1], expected[1])
    return f"must be {word}" if expected[2] else f"must be {word}{message[expected.end() :]}"


_WORDS = {
    "str": "text",
    "int": "a whole number",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
}
