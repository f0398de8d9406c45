"""Conditional GET: what a client already has need not be sent again."""

from __future__ import annotations

import re
from typing import Any

from litestar import Request

_TAG = re.compile(r'(?:W/)?("[^"]*")')


def is_known(request: Request[Any, Any, Any], etag: str) -> bool:
    """Whether ``If-None-Match`` names this ETag: alone, in a list, as a weak one, or all of them by ``*``."""
    given = ",".join(request.headers.getall("if-none-match", []))
    return given.strip() == "*" or etag in _TAG.findall(given)
