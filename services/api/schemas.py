"""Bodies that are read by hand, as the OpenAPI document describes them."""

from __future__ import annotations

from typing import Any

import msgspec


def body_of(kind: type[msgspec.Struct], example: dict[str, Any]) -> dict[str, Any]:
    """A JSON body of this kind, as the document describes it."""
    _, parts = msgspec.json.schema_components([kind], ref_template="{name}")
    schema = _inlined(parts[kind.__name__], parts)
    return {"content": {"application/json": {"schema": schema, "example": example}}, "required": True}


def _inlined(schema: Any, parts: dict[str, Any]) -> Any:
    if isinstance(schema, dict):
        if "$ref" in schema:
            return _inlined(parts[schema["$ref"]], parts)
        return {name: _inlined(value, parts) for name, value in schema.items()}
    return [_inlined(value, parts) for value in schema] if isinstance(schema, list) else schema
