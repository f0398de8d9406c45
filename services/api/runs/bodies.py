"""From a request's bytes to a checked struct."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
from litestar import Request

from shared.domain.errors import Rejected

T = TypeVar("T", bound=msgspec.Struct)


async def body(request: Request[Any, Any, Any], kind: type[T], *, optional: bool = False) -> T:
    """The request's JSON object as a struct. No submitted value is repeated in an error.

    Args:
        optional: an empty body means ``{}``.

    Raises:
        Rejected: it is not JSON, or a field has the wrong type; the message has its path.
    """
    data = await request.body()
    if optional and not data.strip():
        data = b"{}"
    try:
        decoded = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Rejected("the body must be a JSON object") from None
    if not isinstance(decoded, dict):
        raise Rejected("the body must be a JSON object")
    if _has_nul(decoded):
        raise Rejected("the body must not contain NUL characters")
    try:
        return msgspec.convert(decoded, kind)
    except msgspec.ValidationError as error:
        raise Rejected(str(error)) from None


def _has_nul(value: Any) -> bool:
    match value:
        case str():
            return "\0" in value
        case list():
            return any(_has_nul(item) for item in value)
        case dict():
            return any("\0" in key or _has_nul(item) for key, item in value.items())
        case _:
            return False
