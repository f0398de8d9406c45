"""What the OpenAPI document cannot learn from the handlers: their errors, and the body that is read by hand."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Operation

from services.api.schemas import body_of

from .ml import openapi as ml
from .request import CreateReport
from .template_said import Said


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """What went wrong, for a person and (``code``) for a program."""

    success: bool = False
    error: str
    detail: str
    code: str
    details: dict[str, Any] | None = None
    correlation_id: str | None = None


def _said(description: str) -> ResponseSpec:
    return ResponseSpec(Problem, description=description, generate_examples=False)


ERRORS = {
    400: _said("The request is wrong, or the report's state does not allow it; the message names the field"),
    401: _said("No key, or one that does not work any more"),
    403: _said("The key, or its owner's role, does not allow this"),
    404: _said("There is no such thing, or it belongs to another owner"),
    409: _said("It is in use, its name is taken, or an Idempotency-Key was used for another request"),
    429: _said("Too often; come back after Retry-After seconds"),
    503: _said("A part does not answer; come back after Retry-After seconds"),
}


_EXAMPLE = {
    "template_id": "cc030440-0005-470f-8341-6ec798d00445",
    "title": "Tea and coffee compared",
    "parameters": {
        "user_query": "Compare tea and coffee: water temperature and brewing time.",
        "context": [
            {"title": "Tea", "text": "Green tea must not be brewed above 80 degrees. It needs two minutes."},
            {"title": "Coffee", "text": "Filter coffee is brewed at 90 to 96 degrees within four minutes."},
        ],
    },
    "output_format": "pdf",
}


_TEMPLATE = {
    "name": "Weekly review",
    "description": "What happened in one region within a week.",
    "generator_class": "conversational",
    "parameters": [
        {"name": "region", "type": "select", "options": ["North", "South"], "required": True},
        {"name": "since", "type": "date", "label": "First day"},
    ],
    "template_config": {
        "instructions": "Write for the managers of the region {{region}}. Keep to what changed.",
        "sections": [{"title": "What changed in the {{region}}"}, "What to decide"],
        "theme": "broadsheet",
    },
    "output_formats": ["pdf", "md"],
}


class CreateOperation(Operation):
    """The operation whose body asks for a report in either dialect."""

    def to_schema(self) -> dict[str, Any]:
        longform = body_of(CreateReport, _EXAMPLE)["content"]["application/json"]
        either = {
            "schema": {"anyOf": [longform["schema"], ml.SCHEMA]},
            "examples": {"longform": {"value": longform["example"]}, "ml": {"value": ml.EXAMPLE}},
        }
        return {**super().to_schema(), "requestBody": {"content": {"application/json": either}, "required": True}}


class TemplateOperation(Operation):
    """An operation whose body is what is said of a template."""

    def to_schema(self) -> dict[str, Any]:
        return {**super().to_schema(), "requestBody": body_of(Said, _TEMPLATE)}
