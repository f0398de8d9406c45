"""What the OpenAPI document cannot learn from the handlers: bodies that are read by hand."""

from __future__ import annotations

from typing import Any

from litestar.openapi.spec import Operation

from services.api.schemas import body_of

from .request import CreateJar, Search, TextDocument, UpdateJar

_JAR = {"name": "Licences", "description": "Texts of licences", "type": "private", "tags": ["law"]}
_DOCUMENT = {"title": "Tea", "text": "Green tea must not be brewed above 80 degrees.", "type": "text"}
_FORM = {
    "schema": {
        "type": "object",
        "properties": {
            "file": {"type": "string", "contentMediaType": "application/octet-stream"},
            "title": {"type": "string", "description": "Absent: the document's own, or the file's name."},
            "language": {"type": "string", "description": "A text search configuration; absent: what it looks like."},
        },
        "required": ["file"],
    }
}


class JarOperation(Operation):
    """Its body is a ``CreateJar``."""

    def to_schema(self) -> dict[str, Any]:
        return {**super().to_schema(), "requestBody": body_of(CreateJar, _JAR)}


class ChangeOperation(Operation):
    """Its body is an ``UpdateJar``."""

    def to_schema(self) -> dict[str, Any]:
        return {**super().to_schema(), "requestBody": body_of(UpdateJar, {"status": "archived"})}


class DocumentOperation(Operation):
    """Its body is a form with a file, or a ``TextDocument``."""

    def to_schema(self) -> dict[str, Any]:
        body = body_of(TextDocument, _DOCUMENT)
        return {
            **super().to_schema(),
            "requestBody": {**body, "content": {**body["content"], "multipart/form-data": _FORM}},
        }


class SearchOperation(Operation):
    """Its body is a ``Search``."""

    def to_schema(self) -> dict[str, Any]:
        return {**super().to_schema(), "requestBody": body_of(Search, {"query": "How hot may the water be?"})}
