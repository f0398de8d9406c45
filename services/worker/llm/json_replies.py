"""JSON in a model's answer: found, read and checked, with words for what is wrong. Pure."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

LONGEST = 200_000
_THOUGHT = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)
_MOST_ERRORS = 8
_LONGEST_ERROR = 240


class Unusable(Exception):
    """The answer is not what was asked for. ``errors`` say why, one sentence each."""

    def __init__(self, errors: list[str]) -> None:
        super().__init__("; ".join(errors))
        self.errors = errors


def json_object(text: str, schema: dict[str, Any]) -> dict[str, Any]:
    """The JSON object in an answer, whatever stands around it.

    Raises:
        Unusable: there is none, or it does not fit the schema.
    """
    found = _decoded(_THOUGHT.sub("", text[:LONGEST]))
    errors = sorted(Draft202012Validator(schema).iter_errors(found), key=lambda error: list(map(str, error.path)))
    if errors:
        raise Unusable([_said(error) for error in errors[:_MOST_ERRORS]])
    return found


def _decoded(text: str) -> dict[str, Any]:
    start, end = text.find("{"), text.rfind("}")
    if start < 0 or end < start:
        raise Unusable(["there is no JSON object in the answer"])
    try:
        found = msgspec.json.decode(text[start : end + 1].encode("utf-8", "replace"))
    except (msgspec.DecodeError, RecursionError) as error:
        raise Unusable([f"it is not JSON: {str(error)[:_LONGEST_ERROR]}"]) from None
    if not isinstance(found, dict):
        raise Unusable(["the answer must be a JSON object"])
    return found


def _said(error: ValidationError) -> str:
    """What is wrong, without quoting a value that may be as long as the answer."""
    where = error.json_path.removeprefix("$").lstrip(".") or "the object"
    words = _MUST.get(str(error.validator))
    said = words.format(error.validator_value) if words else error.message
    return f"{where}: {said if len(said) <= _LONGEST_ERROR else said[:_LONGEST_ERROR] + ' …'}"


_MUST = {
    "minItems": "must have at least {} items",
    "maxItems": "must have at most {} items",
    "minLength": "must have at least {} characters",
    "maxLength": "must have at most {} characters",
    "minimum": "must be at least {}",
    "maximum": "must be at most {}",
    "type": "must be of type {}",
}
