"""What an administrator's template asks for, as a list that forms are made of, and as JSON Schema. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

LONGEST_TEXT = 20_000
DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"

Line = Annotated[str, Meta(max_length=200)]
Name = Annotated[str, Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,63}$")]
Option = Annotated[str, Meta(min_length=1, max_length=200)]
Kind = Literal["date", "text", "number", "boolean", "select", "multiselect"]


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a template asks for."""

    name: Name
    type: Kind = "text"
    label: Line = ""
    required: bool = False
    default: Any = None
    """None: there is none."""
    options: Annotated[list[Option], Meta(max_length=200)] = []
    """What a ``select`` or ``multiselect`` offers."""
    help: Annotated[str, Meta(max_length=1000)] = ""

    @property
    def title(self) -> str:
        """What people are shown."""
        return self.label or self.name.replace("_", " ")


def schema(parameter: Parameter) -> dict[str, Any]:
    """JSON Schema of one parameter's value."""
    about = {"title": parameter.title, "description": parameter.help, "default": parameter.default}
    return _TYPES[parameter.type](parameter) | {name: said for name, said in about.items() if said not in (None, "")}


def described(schema: Mapping[str, Any]) -> list[Parameter]:
    """The parameters of a JSON Schema that a form can ask for; what is built of parts is left out."""
    required = schema.get("required", ())
    found = ((name, _kind(part)) for name, part in schema.get("properties", {}).items())
    return [
        Parameter(
            name=name,
            type=kind,
            label=str(schema["properties"][name].get("title", "")),
            required=name in required,
            default=schema["properties"][name].get("default"),
            options=_options(schema["properties"][name]),
            help=str(schema["properties"][name].get("description", "")),
        )
        for name, kind in found
        if kind is not None
    ]


def filled(given: Mapping[str, Any], parameters: Sequence[Parameter]) -> dict[str, Any]:
    """What was given, with the defaults of what was not; null counts as not given."""
    names = {parameter.name for parameter in parameters}
    said = {name: value for name, value in given.items() if value is not None or name not in names}
    defaults = {one.name: one.default for one in parameters if one.default is not None and one.name not in said}
    return said | defaults


def shown(value: Any) -> str:
    """A parameter's value as words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(shown(one) for one in value)
    return "" if value is None else str(value)


def _text(parameter: Parameter) -> dict[str, Any]:
    return {"type": "string", "maxLength": LONGEST_TEXT} | ({"minLength": 1} if parameter.required else {})


def _date(_: Parameter) -> dict[str, Any]:
    return {"type": "string", "format": "date", "pattern": DATE, "x-must": "be a date such as 2026-11-30"}


def _several(parameter: Parameter) -> dict[str, Any]:
    least = {"minItems": 1} if parameter.required else {}
    return {"type": "array", "items": {"enum": parameter.options}, "uniqueItems": True} | least


_TYPES: dict[str, Any] = {
    "text": _text,
    "date": _date,
    "number": lambda _: {"type": "number"},
    "boolean": lambda _: {"type": "boolean"},
    "select": lambda parameter: {"enum": parameter.options},
    "multiselect": _several,
}


def _kind(schema: Mapping[str, Any]) -> Kind | None:
    if "enum" in schema:
        return "select"
    types = schema.get("type")
    kinds = {types} if isinstance(types, str) else set(types or ()) - {"null"}
    if kinds == {"array"}:
        return "multiselect" if "enum" in schema.get("items", {}) else None
    if kinds == {"string"}:
        return "date" if schema.get("format") == "date" else "text"
    if kinds <= {"number", "integer"} and kinds:
        return "number"
    return "boolean" if kinds == {"boolean"} else None


def _options(schema: Mapping[str, Any]) -> list[str]:
    values = schema.get("enum") or (schema.get("items") or {}).get("enum") or []
    return [str(value) for value in values if value is not None]
