"""Pictures as they may be shown: read, checked, without what no picture needs, and no larger than paper."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import Any

import msgspec
from PIL import Image, ImageOps

from services.renderer.page.drawings import sanitised
from shared.document.blocks import Document
from shared.document.pictures import Picture, address, picture

_MOST_PIXELS = 40_000_000
_LONGEST_SIDE = 2400
"""Pixels: 300 to the inch across a page's text."""
_READ = ("PNG", "JPEG", "GIF", "WEBP")
_MODES = frozenset({"1", "L", "LA", "P", "RGB", "RGBA"})


def pictured(document: Document) -> Document:
    """Return the document with its pictures cleaned; one that cannot be shown has no address."""
    if not _has_pictures(document):
        return document
    return msgspec.convert(_walk(msgspec.to_builtins(document)), Document)


@lru_cache(maxsize=16)
def cleaned(src: str) -> str | None:
    """Return a ``data:`` address of the picture without metadata and scripts, or None where it is none."""
    found = picture(src)
    if found is None:
        return None
    if found.media_type == "image/svg+xml":
        drawn = sanitised(found.data)
        return None if drawn is None else address(Picture(found.media_type, drawn))
    made = _redrawn(found.data)
    return None if made is None else address(made)


def _redrawn(data: bytes) -> Picture | None:
    try:
        with Image.open(io.BytesIO(data), formats=_READ) as opened:
            if opened.width * opened.height > _MOST_PIXELS:
                return None
            opened.load()
            return _written(opened)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return None


def _written(opened: Image.Image) -> Picture:
    """Photographs stay JPEG, anything else becomes PNG; of an animation the first frame stays."""
    photograph = opened.format == "JPEG"
    upright = ImageOps.exif_transpose(opened)
    if max(upright.size) > _LONGEST_SIDE:
        upright.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    bare = upright if upright.mode in _MODES else upright.convert("RGB")
    bare.info = {name: value for name, value in bare.info.items() if name == "transparency"}
    out = io.BytesIO()
    if photograph:
        (bare if bare.mode in {"L", "RGB"} else bare.convert("RGB")).save(out, "JPEG", quality=88)
        return Picture("image/jpeg", out.getvalue())
    bare.save(out, "PNG")
    return Picture("image/png", out.getvalue())


def _has_pictures(document: Document) -> bool:
    return b'"type":"figure"' in msgspec.json.encode(document.blocks)


def _walk(value: Any) -> Any:
    if isinstance(value, dict):
        walked = {key: _walk(each) for key, each in value.items()}
        return walked | {"src": cleaned(value["src"]) or ""} if value.get("type") == "figure" else walked
    return [_walk(each) for each in value] if isinstance(value, list) else value
