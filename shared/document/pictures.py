"""Pictures inside a document: ``data:`` addresses of the kinds that every rendition can show."""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import unquote_to_bytes

import msgspec

LARGEST = 2_000_000
"""Bytes of one picture; a larger one is not shown, and its place says so."""

_ADDRESS = re.compile(r"data:(image/[a-z+]+)((?:;[\w=-]+)*?)(;base64)?,", re.IGNORECASE)
_BEGINNINGS: dict[str, re.Pattern[bytes]] = {
    "image/png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "image/jpeg": re.compile(rb"\xff\xd8\xff"),
    "image/gif": re.compile(rb"GIF8[79]a"),
    "image/webp": re.compile(rb"RIFF....WEBP", re.DOTALL),
    "image/svg+xml": re.compile(rb"(?:\xef\xbb\xbf)?\s*<"),
}


class Picture(msgspec.Struct, frozen=True):
    media_type: str
    data: bytes


def picture(src: str) -> Picture | None:
    """Read a ``data:`` address; None unless it holds a picture of a known kind that is not too large."""
    head = _ADDRESS.match(src)
    if head is None or len(src) > 3 * LARGEST:
        return None
    media_type = head[1].lower().replace("image/jpg", "image/jpeg")
    data = _decoded(src[head.end() :], based=head[3] is not None)
    beginning = _BEGINNINGS.get(media_type)
    if beginning is None or len(data) > LARGEST or not beginning.match(data):
        return None
    return Picture(media_type, data)


def address(found: Picture) -> str:
    """Return the picture as a ``data:`` address."""
    return f"data:{found.media_type};base64,{base64.b64encode(found.data).decode()}"


def _decoded(body: str, *, based: bool) -> bytes:
    raw = unquote_to_bytes(body) if "%" in body or not based else body.encode("ascii", "replace")
    if not based:
        return raw
    try:
        return base64.b64decode(raw, validate=True)
    except binascii.Error:
        return b""
