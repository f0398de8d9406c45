"""Which part of a list is asked for. What cannot be read is refused, not moved."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request

from services.api.problems import FIELDS
from shared.domain.errors import Unprocessable

MOST = 500
FARTHEST = 2**40
"""An offset beyond this is as empty as this one, and PostgreSQL can count to it."""


class Part(msgspec.Struct, frozen=True):
    limit: int
    offset: int


def part(request: Request[Any, Any, Any]) -> Part:
    """``limit`` (1 to 500, 50 if absent) and ``offset``. Raises ``Unprocessable``."""
    limit, offset = _number(request, "limit", 50), _number(request, "offset", 0)
    if not 1 <= limit <= MOST:
        raise unfit("limit", f"must be 1 to {MOST}")
    if offset < 0:
        raise unfit("offset", "must not be negative")
    return Part(limit, min(offset, FARTHEST))


def ident(request: Request[Any, Any, Any], name: str) -> UUID | None:
    """A UUID of the query; None if it is absent or empty. Raises ``Unprocessable``."""
    said = request.query_params.get(name)
    if not said:
        return None
    try:
        return UUID(said)
    except ValueError:
        raise unfit(name, "must be a UUID", "uuid_parsing") from None


def unfit(name: str, problem: str, kind: str = "value_error") -> Unprocessable:
    """A refusal of one parameter of the query."""
    message = f"{name}: {problem}"
    return Unprocessable(message, details={FIELDS: [{"loc": ["query", name], "msg": message, "type": kind}]})


def _number(request: Request[Any, Any, Any], name: str, default: int) -> int:
    said = request.query_params.get(name)
    if said is None or said == "":
        return default
    try:
        return int(said)
    except ValueError:
        raise unfit(name, "must be a whole number", "int_parsing") from None
