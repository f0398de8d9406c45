"""What the OpenAPI document cannot learn from the handlers of entities."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Operation

from services.api.schemas import body_of
from shared.contracts.computing import Asked


class Wrong(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with one field."""

    loc: list[str | int]
    msg: str
    type: str


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """What went wrong: a sentence, or what is wrong with each field; ``code`` is for programs."""

    detail: str | list[Wrong]
    code: str


def _said(description: str) -> ResponseSpec:
    return ResponseSpec(Problem, description=description, generate_examples=False)


ERRORS = {
    401: _said("No key, or one that does not work any more"),
    403: _said("The key, or its owner's role, does not allow this"),
    404: _said("There is no such thing, or it belongs to another owner"),
    409: _said("Its state does not allow this; the message says why"),
    413: _said("It is larger than is taken; the message names the limit and the remedy"),
    422: _said("The request is wrong; each field is named with its path"),
    429: _said("Too often; come back after Retry-After seconds"),
    503: _said("A part does not answer; come back after Retry-After seconds"),
}

_EXAMPLE = {
    "name": "GBM_1",
    "algo": "GBM",
    "project_id": "0d9d0f6a-6a3f-4a55-8a3c-3d2a6b1c9a10",
    "metrics": {"train": {"auc": 0.96}, "test": {"auc": 0.94, "logloss": 0.21}},
    "confusion_matrix": {"labels": ["0", "1"], "matrix": [[56840, 24], [31, 67]], "threshold": 0.31},
}


class EntityOperation(Operation):
    """The operation whose body is an entity of the kind that the path names."""

    def to_schema(self) -> dict[str, Any]:
        content = {"application/json": {"schema": {"type": "object"}, "example": _EXAMPLE}}
        return {**super().to_schema(), "requestBody": {"content": content, "required": True}}


_TABLE = {"type": "string", "contentMediaType": "application/octet-stream"}
_FORM = {"schema": {"type": "object", "properties": {"file": _TABLE}, "required": ["file"]}}


class UploadOperation(Operation):
    """Its body is a table, or a form with one."""

    def to_schema(self) -> dict[str, Any]:
        media = ("text/csv", "application/vnd.apache.parquet", "application/octet-stream")
        content = {each: {"schema": _TABLE} for each in media} | {"multipart/form-data": _FORM}
        return {**super().to_schema(), "requestBody": {"content": content, "required": True}}


_ASKED = {
    "predictions": {
        "upload_id": "0d9d0f6a-6a3f-4a55-8a3c-3d2a6b1c9a10",
        "columns": {"y_true": "is_fraud", "y_score": "p"},
    },
    "positive_class": "1",
}


class ComputeOperation(Operation):
    """Its body is an ``Asked``."""

    def to_schema(self) -> dict[str, Any]:
        return {**super().to_schema(), "requestBody": body_of(Asked, _ASKED)}
