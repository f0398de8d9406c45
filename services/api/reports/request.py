"""What a client asks for: the request's fields checked one by one, and named when they are wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, cast

import msgspec
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import best_match

from services.api.body import wrong
from shared.contracts.states import Format, Priority
from shared.document import design
from shared.domain import context
from shared.domain.errors import Rejected
from shared.templates import own
from shared.templates.registry import TemplateFolder

from .wording import must

LONGEST_TITLE = 500
LONGEST_DESCRIPTION = 5000
DATES = FormatChecker(["date"])


class CreateReport(msgspec.Struct, frozen=True, kw_only=True):
    """A request for a report. Fields that are not named here are ignored."""

    template_id: str
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_TITLE)]
    description: Annotated[str, msgspec.Meta(max_length=LONGEST_DESCRIPTION)] = ""
    priority: Priority = Priority.NORMAL
    parameters: dict[str, Any] = {}
    """What the template asks for; ``user_query`` says what the report has to answer."""
    output_format: Format = Format.PDF
    honey_jar_id: str | None = None
    scrambling_enabled: bool | None = None
    """Absent: as the template says."""
    callback_url: str | None = None
    """Is called when the report is completed, failed or cancelled, and when somebody has to review it."""


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """A request that can be carried out."""

    asked: CreateReport
    folder: TemplateFolder
    query: str

    @property
    def language(self) -> str:
        language = self.asked.parameters.get("language")
        return language if isinstance(language, str) and language else "en"


_MUST = {
    "template_id": "must be the id of a template, as text",
    "title": f"must be text of 1 to {LONGEST_TITLE} characters",
    "description": f"must be text of at most {LONGEST_DESCRIPTION} characters",
    "priority": f"must be one of {', '.join(Priority)}",
    "parameters": "must be an object",
    "output_format": f"must be one of {', '.join(Format)}",
    "honey_jar_id": "must be the id of a knowledge base, as text, or null",
    "scrambling_enabled": "must be true or false",
    "callback_url": "must be a URL, as text",
}


def read(body: Mapping[str, Any], *, most_bytes: int) -> CreateReport:
    """What is asked for, before anybody looks at its template.

    Args:
        most_bytes: of ``parameters``, as JSON.

    Raises:
        Rejected: naming the field and what it must be.
    """
    if not _there(body.get("template_id")) or not _there(body.get("title")):
        raise Rejected("template_id and title are required", details={"field": _first_missing(body)})
    asked = _asked(body)
    if len(msgspec.json.encode(asked.parameters)) > most_bytes:
        raise wrong("parameters", f"must be at most {most_bytes} bytes of JSON; send less context")
    return asked


def check(asked: CreateReport, folder: TemplateFolder) -> Order:
    """Check a request against its template, whose defaults it gets.

    Raises:
        Rejected: naming the field and what it must be.
    """
    if asked.output_format not in folder.template.output_formats:
        raise wrong("output_format", f"this template makes {', '.join(folder.template.output_formats)}")
    if folder.template.requires_scrambling and asked.scrambling_enabled is False:
        raise wrong(
            "scrambling_enabled",
            "must not be false: this template replaces personal data before anything goes to a language model; leave it "
            "out, or use a template whose requires_scrambling is false",
        )
    asked = msgspec.structs.replace(asked, parameters=own.complete(folder.template, asked.parameters))
    _check_context(asked.parameters, folder)
    check_parameters(asked.parameters, folder.parameters)
    check_parameters(asked.parameters, design.PARAMETERS)
    return Order(asked=asked, folder=folder, query=_query(asked))


def _check_context(parameters: Mapping[str, Any], folder: TemplateFolder) -> None:
    """The documents as the report's first node will read them: what it would fail for is refused now."""
    readers = [node for node in folder.workflow.nodes if node.type_id == "report.collect"]
    if not readers:
        return
    found = context.documents(parameters.get("context"))
    required = any(node.config.get("required") for node in readers)
    if required and not found and parameters.get("conversation_id") is None:
        raise context.empty()


def check_parameters(parameters: Any, schema: dict[str, Any], path: str = "parameters") -> None:
    """Check against a template's JSON Schema.

    Raises:
        Rejected: with the path of what does not fit.
    """
    problem = best_match(Draft202012Validator(schema, format_checker=DATES).iter_errors(parameters))
    if problem is not None:
        field = f"{path}{problem.json_path.removeprefix('$')}"
        if problem.validator == "required":
            names, given = list(problem.validator_value), cast(Mapping[str, Any], problem.instance)
            missing = next(name for name in names if name not in given)
            raise wrong(f"{field}.{missing}", "must be given")
        raise wrong(field, must(problem))


def _there(value: Any) -> bool:
    return bool(value.strip()) if isinstance(value, str) else value is not None


def _first_missing(body: Mapping[str, Any]) -> str:
    return "title" if _there(body.get("template_id")) else "template_id"


def _asked(body: Mapping[str, Any]) -> CreateReport:
    given = {name: value for name, value in body.items() if value is not None}
    if isinstance(given.get("parameters"), dict):
        # Clients write null for "not said"; a query that is null is asked for like one that is absent.
        parameters = given["parameters"]
        given["parameters"] = {
            name: value for name, value in parameters.items() if value is not None or name not in _QUERIES
        }
    try:
        return msgspec.convert(given, CreateReport)
    except msgspec.ValidationError as error:
        found = re.search(r"`\$\.(\w+)", str(error))
        field = found.group(1) if found else "body"
        raise wrong(field, _MUST.get(field, str(error))) from None


_QUERIES = ("user_query", "query")


def _query(asked: CreateReport) -> str:
    """What the report has to answer: the query, else the description, else the title."""
    for name in _QUERIES:
        if name in asked.parameters:
            query = asked.parameters[name]
            if not isinstance(query, str) or not query.strip():
                raise wrong(
                    f"parameters.{name}", "must not be empty; say what the report has to answer, or leave it out"
                )
            return query
    return asked.description.strip() or asked.title
