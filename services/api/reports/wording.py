"""What a value must be, in plain words: jsonschema's own messages quote the value, which may be megabytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from jsonschema.exceptions import ValidationError

LONGEST_MESSAGE = 300

_TYPES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}


def must(problem: ValidationError) -> str:
    """What the schema demands of the value that does not fit: in its own words (``x-must``) where it has some."""
    schema: Mapping[str, Any] = problem.schema if isinstance(problem.schema, dict) else {}
    says = _SAYS.get(str(problem.validator))
    own = schema.get("x-must") if problem.validator in {"pattern", "format"} or says is None else None
    if own is not None:
        message = f"must {own}"
    elif problem.validator == "additionalProperties":
        message = f"must have no other fields than {', '.join(schema.get('properties', {}))}"
    elif says is not None:
        message = f"must {says(problem.validator_value)}"
    else:
        message = "must be as the template's parameters say; GET /api/reports/templates shows them"
    return message if len(message) <= LONGEST_MESSAGE else f"{message[:LONGEST_MESSAGE]} …"


def _type(given: str | list[str]) -> str:
    return f"be {' or '.join(_TYPES[name] for name in ([given] if isinstance(given, str) else given))}"


_SAYS: dict[str, Callable[[Any], str]] = {
    "type": _type,
    "enum": lambda values: f"be one of {', '.join(str(value) for value in values if value is not None)}",
    "pattern": lambda pattern: f"match {pattern}",
    "format": lambda name: f"be a {name}",
    "minLength": lambda least: "not be empty" if least == 1 else f"have at least {least} characters",
    "maxLength": lambda most: f"have at most {most} characters",
    "minItems": lambda least: f"have at least {least} entries",
    "maxItems": lambda most: f"have at most {most} entries",
    "uniqueItems": lambda _: "have no entry twice",
    "minimum": lambda least: f"be at least {least}",
    "maximum": lambda most: f"be at most {most}",
}
