"""From a request's bytes to a checked struct."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
from litestar import Request

from services.api.body import check_values
from shared.domain.errors import Rejected

T = TypeVar("T", bound=msgspec.Struct)


async def body(request: Request[Any, Any, Any], kind: type[T], *, optional: bool = False) -> T:
    """The request's JSON object as a struct. No submitted value is repeated in an error.

    Args:
        optional: an empty body means ``{}``.

    Raises:
        Rejected: it is not JSON, holds what cannot be kept, or a field has the wrong type (with its path).
    """
    data = await request.body()
    if optional and not data.strip():
        data = b"{}"
    try:
        decoded = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Rejected("the body must be a JSON object") from None
    if not isinstance(decoded, dict):
        raise Rejected("the body must be a JSON object")
    check_values(decoded)
    try:
        return msgspec.convert(decoded, kind)
    except msgspec.ValidationError as error:
        raise Rejected(str(error)) from None
