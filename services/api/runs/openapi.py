"""What the OpenAPI document cannot learn from the protocol's handlers: bodies and queries read by hand, refusals."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Operation

INTEGER: dict[str, Any] = {"type": "integer", "minimum": 0, "maximum": 10**18 - 1}
PUBLIC: dict[str, Any] = {"security": [{}]}
"""Keyword arguments for a route that asks for no key."""


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """OpenWOP v1's error envelope."""

    error: str
    message: str
    details: dict[str, Any] | None = None


_SAID = {
    400: "The request is wrong; the message names the field",
    401: "No key, or one that does not work any more",
    403: "The key does not allow this; details.scopeRequired says which scope it lacks",
    404: "There is no such thing, or it belongs to another owner",
    409: "The present state does not allow this, or an Idempotency-Key was used for another request",
    410: "It was there, and its time is over",
    422: "Well formed, but it does not fit what it is about",
    429: "Too often; come back after Retry-After seconds",
    503: "A part does not answer; come back after Retry-After seconds",
}


def described(
    *body: type[msgspec.Struct],
    optional: bool = False,
    query: dict[str, dict[str, Any]] | None = None,
    more: tuple[int, ...] = (),
    tag: str = "runs",
) -> dict[str, Any]:
    """Keyword arguments for a route whose refusals are ``error``, ``message`` and ``details``.

    Args:
        body: the struct that its body is read as; several, where the address decides between them.
        optional: it may be empty.
        query: schemas of its query's parameters.
        more: statuses beyond those that every route may refuse with.
        tag: the section of the document.
    """

    class Described(Operation):
        def to_schema(self) -> dict[str, Any]:
            made = super().to_schema()
            if query:
                asked = [{"name": name, "in": "query", "schema": schema} for name, schema in query.items()]
                made["parameters"] = [*made.get("parameters", []), *asked]
            if body:
                made["requestBody"] = {
                    "content": {"application/json": {"schema": _schema(body)}},
                    "required": not optional,
                }
            return made

    return {
        "tags": [tag],
        "operation_class": Described,
        "responses": {
            status: ResponseSpec(Refusal, description=_SAID[status], generate_examples=False)
            for status in sorted({400, 401, 403, 404, 503, *more})
        },
    }


def _schema(kinds: tuple[type[msgspec.Struct], ...]) -> Any:
    schemas, parts = msgspec.json.schema_components(kinds, ref_template="{name}")
    inlined = [_inlined(schema, parts) for schema in schemas]
    return inlined[0] if len(inlined) == 1 else {"anyOf": inlined}


def _inlined(schema: Any, parts: dict[str, Any]) -> Any:
    if isinstance(schema, dict):
        if "$ref" in schema:
            return _inlined(parts[schema["$ref"]], parts)
        return {name: _inlined(value, parts) for name, value in schema.items()}
    return [_inlined(value, parts) for value in schema] if isinstance(schema, list) else schema
