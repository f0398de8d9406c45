"""One template folder: template.json, workflow.json, parameters.json, sample.json."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from jsonschema import Draft202012Validator, SchemaError
from jsonschema.exceptions import best_match

from shared.contracts.records import Template
from shared.contracts.workflow import Workflow
from shared.domain import definition
from shared.domain.errors import Rejected

_SCHEMA = Path(__file__).parent / "workflow.schema.json"


class TemplateBroken(Rejected):
    """A template's folder cannot be used. Names the file and the field."""

    code = "template_broken"

    def __init__(self, file: str, field: str, problem: str) -> None:
        super().__init__(f"{file}: {field}: {problem}" if field else f"{file}: {problem}")
        self.file = file
        self.field = field


class TemplateFolder(msgspec.Struct, frozen=True, kw_only=True):
    """A template with everything that a report by it needs."""

    template: Template
    workflow: Workflow
    raw: dict[str, Any]
    """workflow.json as it was read: what clients are served."""
    digest: str
    """SHA-256 of ``raw`` as canonical JSON."""
    parameters: dict[str, Any]
    """JSON Schema of a report's ``parameters``."""
    sample: dict[str, Any]
    """A complete request without its ``template_id``."""


def read_folder(path: Path, known_types: Collection[str]) -> TemplateFolder:
    """Read and check one folder; its name must be the template's key.

    Raises:
        TemplateBroken: a file is missing, is not JSON, or does not hold together.
    """
    raw = _read(path, "workflow.json")
    _check(raw, _workflow_schema(), f"{path.name}/workflow.json")
    workflow = _workflow(raw, f"{path.name}/workflow.json", known_types)
    parameters = _read(path, "parameters.json")
    _check_schema(parameters, f"{path.name}/parameters.json")
    sample = _read(path, "sample.json")
    _check_sample(sample, parameters, f"{path.name}/sample.json")
    return TemplateFolder(
        template=_template(path, workflow.id),
        workflow=workflow,
        raw=raw,
        digest=definition.digest(raw),
        parameters=parameters,
        sample=sample,
    )


def _read(path: Path, name: str) -> dict[str, Any]:
    file = f"{path.name}/{name}"
    try:
        found = msgspec.json.decode((path / name).read_bytes())
    except OSError:
        raise TemplateBroken(file, "", "the file is missing or cannot be read") from None
    except msgspec.DecodeError as error:
        raise TemplateBroken(file, "", f"not JSON: {error}") from None
    if not isinstance(found, dict):
        raise TemplateBroken(file, "", "must hold a JSON object")
    return found


def _template(path: Path, workflow_id: str) -> Template:
    file = f"{path.name}/template.json"
    try:
        template = msgspec.convert(_read(path, "template.json") | {"workflow_id": workflow_id}, Template)
    except msgspec.ValidationError as error:
        raise TemplateBroken(file, "", str(error)) from None
    if template.key != path.name:
        raise TemplateBroken(file, "key", f"must be the folder's name, '{path.name}'")
    return template


def _workflow(raw: dict[str, Any], file: str, known_types: Collection[str]) -> Workflow:
    for field in ("edges", "variables"):
        _refuse_double([str(entry.get("id", entry.get("name"))) for entry in raw[field]], file, field)
    try:
        return definition.read(raw, known_types)
    except Rejected as error:
        raise TemplateBroken(file, "", error.message) from None


def _refuse_double(names: list[str], file: str, field: str) -> None:
    for index, name in enumerate(names):
        if name in names[:index]:
            raise TemplateBroken(file, f"{field}[{index}]", f"'{name}' is there twice")


def _check(value: dict[str, Any], schema: dict[str, Any], file: str) -> None:
    problem = best_match(Draft202012Validator(schema).iter_errors(value))
    if problem is not None:
        raise TemplateBroken(file, problem.json_path.removeprefix("$").lstrip("."), problem.message)


def _check_schema(schema: dict[str, Any], file: str) -> None:
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        raise TemplateBroken(file, error.json_path, error.message) from None


def _check_sample(sample: dict[str, Any], parameters: dict[str, Any], file: str) -> None:
    if not isinstance(sample.get("title"), str):
        raise TemplateBroken(file, "title", "a sample request needs a title")
    problem = best_match(Draft202012Validator(parameters).iter_errors(sample.get("parameters")))
    if problem is not None:
        where = "parameters" + problem.json_path.removeprefix("$")
        raise TemplateBroken(file, where, problem.message)


@cache
def _workflow_schema() -> dict[str, Any]:
    schema: dict[str, Any] = msgspec.json.decode(_SCHEMA.read_bytes())
    return schema
