"""Static, small fonts out of the variable ones that are installed with the renderer."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable
from functools import lru_cache

import uharfbuzz
from fontTools.ttLib import TTFont

# What the page's stylesheet and correct shaping ask of the text faces; other features only add weight.
_FEATURES = ("kern", "liga", "calt", "ccmp", "locl", "mark", "mkmk", "tnum", "lnum", "pnum", "onum", "case", "zero")
_FLAGS = uharfbuzz.SubsetFlags.NO_HINTING | uharfbuzz.SubsetFlags.NOTDEF_OUTLINE | uharfbuzz.SubsetFlags.DOWNGRADE_CFF2

Axes = tuple[tuple[str, float], ...]
"""Where on its axes a variable font is made static."""


def subset(path: str, index: int, axes: Axes, characters: Iterable[int] | None, *, text_face: bool) -> bytes:
    """Return a static font with the characters, or with all of them."""
    face = _face(path, index)
    wanted = uharfbuzz.SubsetInput()
    wanted.flags = _FLAGS
    wanted.unicode_set.update(_public(face) if characters is None else characters)
    if text_face:
        wanted.layout_feature_tag_set.clear()
        wanted.layout_feature_tag_set.update(int.from_bytes(tag.encode(), "big") for tag in _FEATURES)
    for tag, place in axes:
        wanted.pin_axis_location(face, tag, place)
    return bytes(uharfbuzz.subset(face, wanted).blob.data)


@lru_cache(maxsize=256)
def embedded(path: str, index: int, axes: Axes, characters: frozenset[int], *, text_face: bool) -> str:
    """Return a subset as a data URI that a stylesheet can hold.

    WOFF rather than WOFF2: a quarter larger, and made in a tenth of the time.
    """
    font = TTFont(io.BytesIO(subset(path, index, axes, characters, text_face=text_face)), lazy=True)
    font.flavor = "woff"
    written = io.BytesIO()
    font.save(written, reorderTables=None)
    return f"data:font/woff;base64,{base64.b64encode(written.getvalue()).decode()}"


@lru_cache(maxsize=64)
def characters(path: str, index: int) -> frozenset[int]:
    """Return what a font can show."""
    return _public(_face(path, index))


def shaping(path: str, index: int, axes: Axes) -> uharfbuzz.Font:
    """Return a font to shape and draw with."""
    font = uharfbuzz.Font(_face(path, index))
    font.set_variations(dict(axes))
    return font


def _public(face: uharfbuzz.Face) -> frozenset[int]:
    """Return a font's characters but for private ones.

    Some fonts give private numbers to their tabular figures, and a PDF's text would be made of those.
    """
    return frozenset(point for point in face.unicodes if not (0xE000 <= point <= 0xF8FF or point >= 0xF0000))


@lru_cache(maxsize=64)
def _face(path: str, index: int) -> uharfbuzz.Face:
    return uharfbuzz.Face(uharfbuzz.Blob.from_file_path(path), index)
