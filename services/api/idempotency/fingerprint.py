"""What makes two requests the same."""

from __future__ import annotations

import hashlib
import re
from typing import Any

import msgspec
from litestar import Request

CANONICAL_BYTES = 1024 * 1024
"""A larger JSON body is compared byte by byte: sorting it would hold up everybody else."""

_BOUNDARY = re.compile(r'boundary="?([^";,\s]+)')


def operation(request: Request[Any, Any, Any]) -> str:
    """Method and route template, with the custom verb (``:pause``) that a template may hide in a parameter."""
    template = request.scope["path_template"]
    _, colon, verb = request.scope["path"].rpartition("/")[2].partition(":")
    return f"{request.method} {template}" + (f":{verb}" if colon and not template.endswith(f":{verb}") else "")


async def fingerprint(request: Request[Any, Any, Any]) -> bytes:
    """SHA-256 of the address, the query and the body, which stays readable for the handler.

    JSON bodies that differ in spaces or in the order of names are the same; so are multipart bodies
    that differ in their boundary.
    """
    digest = hashlib.sha256()
    content_type = request.headers.get("content-type", "")
    for part in (
        request.scope["path"].encode(),
        request.scope["query_string"],
        _canonical(await request.body(), content_type),
    ):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.digest()


def _canonical(body: bytes, content_type: str) -> bytes:
    if content_type.startswith("multipart/"):
        found = _BOUNDARY.search(content_type)
        return body.replace(b"--" + found[1].encode("latin-1"), b"--") if found else body
    if len(body) > CANONICAL_BYTES:
        return body
    try:
        return msgspec.json.encode(msgspec.json.decode(body), order="sorted")
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return body
