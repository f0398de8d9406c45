"""A request's JSON as values that every later part can hold: PostgreSQL, the page, other clients."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Iterator
from typing import Any

import msgspec
from litestar import Request

from shared.domain.errors import Rejected

from .problems import FIELDS, place

DEEPEST = 32
MOST_VALUES = 10_000
"""Values in one body. Long texts are welcome; a million little values are not a report's parameters."""
LARGEST_NUMBER = 2**63
"""PostgreSQL keeps a larger float as an integer of many digits, which comes back as one."""

NOT_JSON = "JSON data required"
_NO_NUMBER = "is no number that JSON has; NaN and Infinity are not: send null"


async def json_object(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """The body as a JSON object; of a key that is there twice, the last one counts.

    Raises:
        Rejected: it is missing, not JSON, not an object, or holds what cannot be kept (with the field).
    """
    found = await decoded(request)
    check_values(found)
    return found


async def decoded(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """The body as a JSON object whose values nobody has looked at.

    Raises:
        Rejected: it is not one; NaN and Infinity are named by their path.
    """
    raw = await request.body()
    try:
        found = msgspec.json.decode(raw)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError, RecursionError) as error:
        path = await asyncio.to_thread(_no_number, raw)
        raise _not_json(f"{path}: {_NO_NUMBER}" if path else str(error) if raw else "", path) from None
    if not isinstance(found, dict):
        raise _not_json("the body must be a JSON object")
    return found


def check_values(found: dict[str, Any], *, most: int = MOST_VALUES, largest: float = LARGEST_NUMBER) -> None:
    """Refuse what some later part cannot hold.

    Args:
        most: values in all.
        largest: of a float's absolute value; whole numbers have 64 bits at most.

    Raises:
        Rejected: nested too deep, too many values, a NUL character, or a number beyond 64 bits.
    """
    for number, (path, depth, value) in enumerate(_walk(found)):
        if number > most:
            raise wrong(path.split(".")[0].split("[")[0], f"holds more than {most} values; send fewer")
        if depth > DEEPEST:
            raise wrong(path[:200], f"is nested deeper than {DEEPEST} levels; flatten it")
        if isinstance(value, str) and "\0" in value:
            raise wrong(path, "holds a NUL character; remove it")
        limit = largest if isinstance(value, float) else LARGEST_NUMBER
        if isinstance(value, int | float) and not -limit <= value < limit:
            raise wrong(path, "is a number beyond 64 bits; send it as text")


def wrong(field: str, problem: str) -> Rejected:
    """A refusal that names its field."""
    return Rejected(f"{field}: {problem}", details={"field": field})


def _not_json(reason: str, path: str = "") -> Rejected:
    said = {"loc": place(path), "msg": f"{NOT_JSON}: {reason}" if reason else NOT_JSON, "type": "invalid_json"}
    return Rejected(NOT_JSON, code="invalid_json", details={FIELDS: [said]} | ({"reason": reason} if reason else {}))


def _no_number(raw: bytes) -> str:
    """Where a body that is not JSON holds NaN, Infinity or a number that is too large to be one; empty: nowhere."""
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        return ""
    numbers = _walk(found) if isinstance(found, dict) else ()
    return next((path for path, _, value in numbers if isinstance(value, float) and not math.isfinite(value)), "")


def _walk(value: dict[str, Any]) -> Iterator[tuple[str, int, Any]]:
    waiting: list[tuple[str, int, Any]] = [("", 0, value)]
    while waiting:
        path, depth, value = waiting.pop()
        yield path, depth, value
        if isinstance(value, dict):
            for key, inner in value.items():
                if "\0" in key:
                    raise wrong(path or "body", "has a key with a NUL character; remove it")
                waiting.append((f"{path}.{key}" if path else key, depth + 1, inner))
        elif isinstance(value, list):
            waiting.extend((f"{path}[{index}]", depth + 1, inner) for index, inner in enumerate(value))
