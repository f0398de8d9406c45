"""How the OpenAPI document describes a request for a machine-learning report."""

from __future__ import annotations

from typing import Any

from shared.document import design

from .options import FLAGS, FORMATS, LONGEST
from .request import KINDS

_UUID = {"type": "string", "format": "uuid"}
_FLAGS = {
    f"include_{name}": {"type": "boolean", "default": True, "description": f"Also as `{name}`."} for name in FLAGS
}
_TEXTS = {name: {"type": "string", "maxLength": longest} for name, longest in LONGEST.items()}

_DESIGN = {
    name: {key: value for key, value in said.items() if key != "x-must"}
    for name, said in design.PARAMETERS["properties"].items()
}

SCHEMA: dict[str, Any] = {
    "title": "CreateMachineLearningReport",
    "description": "A report about something that was pushed to `PUT /api/ml/entities/{kind}/{id}`, or sent along.",
    "type": "object",
    "required": ["project_id", "kind", "entity_id"],
    "properties": {
        "project_id": _UUID,
        "kind": {"enum": list(KINDS)},
        "entity_id": _UUID
        | {"description": "Of kind project it is the project's own id; of kind synthgen it is the job's."},
        "options": {
            "type": "object",
            "description": "Names that are not known are ignored, and told in the report's `summary.ignored_options`.",
            "properties": {
                "llm_insights": {
                    "type": "boolean",
                    "default": False,
                    "description": "Commentary and recommendations by a language model.",
                },
                **_TEXTS,
                **_FLAGS,
                "format": {"enum": list(FORMATS), "default": "pdf"},
                "language": {"type": "string", "description": "A BCP 47 tag."},
                "review": {
                    "type": "boolean",
                    "default": False,
                    "description": "Wait for a reviewer before it is printed.",
                },
                "data": {"type": "object", "description": "The entity itself, instead of one that was pushed."},
                **_DESIGN,
            },
        },
    },
}

EXAMPLE: dict[str, Any] = {
    "project_id": "d4e5f6a7-b8c9-0123-def4-567890123456",
    "kind": "experiment",
    "entity_id": "b8c9d0e1-f2a3-4567-8901-bcdef1234567",
    "options": {"llm_insights": True, "title": "Fraud Detection Model Report", "comments": "Q4 quarterly review"},
}
