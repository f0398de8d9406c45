"""Administrators' templates: a row on top of a built-in template makes a template like any other. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from shared.contracts.records import Template
from shared.document.design import Design

from .folder import TemplateFolder
from .parameters import Parameter, filled, schema, shown

_PLACE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One section that every report by a template has."""

    title: Annotated[str, Meta(min_length=1, max_length=200)]
    instructions: Annotated[str, Meta(max_length=5000)] = ""


class Config(Design, frozen=True, kw_only=True, omit_defaults=True):
    """What a template tells the writer, and how its reports look unless they say otherwise.

    ``{{name}}`` stands for the value of a parameter.
    """

    instructions: Annotated[str, Meta(max_length=20_000)] = ""
    sections: Annotated[list[Section], Meta(max_length=40)] = msgspec.field(default_factory=list)


def folder(template: Template, base: TemplateFolder) -> TemplateFolder:
    """Everything that a report by an administrator's template needs."""
    asked = parameters(template)
    return TemplateFolder(
        template=template,
        workflow=base.workflow,
        raw=base.raw,
        digest=base.digest,
        parameters=_with(base.parameters, asked),
        sample=_sample(template, base, asked),
    )


def parameters(template: Template) -> list[Parameter]:
    return msgspec.convert(template.parameters, list[Parameter])


def config(template: Template) -> Config:
    return msgspec.convert(template.config, Config)


def complete(template: Template, given: dict[str, Any]) -> dict[str, Any]:
    """A report's parameters with its template's defaults, its looks among them. A built-in one has none here."""
    if template.base is None:
        return given
    looks = {name: value for name, value in msgspec.to_builtins(config(template)).items() if name in _LOOKS}
    return looks | filled(given, parameters(template))


def told(template: Template, given: Mapping[str, Any]) -> dict[str, Any]:
    """What the writer is told of a report's template; nothing of a built-in one.

    Args:
        given: the report's complete parameters; those that the template's words do not name are listed at
            the end of its instructions.
    """
    if template.base is None:
        return {}
    asked, said = parameters(template), config(template)
    named = set(places(said))
    values = {one.name: shown(given.get(one.name)) for one in asked}
    rest = [f"{one.title}: {values[one.name]}" for one in asked if one.name not in named and values[one.name]]
    instructions = [_put(said.instructions, values), *rest]
    return {
        "key": template.key,
        "name": template.name,
        "instructions": "\n".join(line for line in instructions if line),
        "sections": [
            {"title": _put(section.title, values), "instructions": _put(section.instructions, values)}
            for section in said.sections
        ],
        "maxOutputTokens": template.max_output_tokens,
    }


def places(said: Config) -> Iterator[str]:
    """The parameters that a template's words name."""
    for text in (said.instructions, *(part for one in said.sections for part in (one.title, one.instructions))):
        yield from _PLACE.findall(text)


_LOOKS = frozenset(Design.__struct_fields__)


def _put(text: str, values: Mapping[str, str]) -> str:
    return _PLACE.sub(lambda found: values.get(found[1], found[0]), text)


def _with(base: Mapping[str, Any], asked: list[Parameter]) -> dict[str, Any]:
    """The base's schema with more properties; one of the same name must fit both."""
    properties = dict(base.get("properties", {}))
    for one in asked:
        properties[one.name] = {"allOf": [properties[one.name], schema(one)]} if one.name in properties else schema(one)
    required = [*base.get("required", []), *(one.name for one in asked if one.required and one.default is None)]
    return {**base, "properties": properties, **({"required": required} if required else {})}


def _sample(template: Template, base: TemplateFolder, asked: list[Parameter]) -> dict[str, Any]:
    """The base's request, with a value for whatever this template demands beside it."""
    values = {one.name: _example(one) for one in asked if one.required and one.default is None}
    given = complete(template, {**base.sample.get("parameters", {}), **values})
    return {**base.sample, "title": template.name, "parameters": given, "output_format": template.output_formats[0]}


def _example(parameter: Parameter) -> Any:
    options = parameter.options
    examples: dict[str, Any] = {
        "text": parameter.title,
        "date": "2026-11-30",
        "number": 1,
        "boolean": True,
        "select": options[:1] and options[0],
        "multiselect": options[:1],
    }
    return examples[parameter.type]
