"""The ``@font-face`` rules of one document, and which of its characters no font has."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import groupby
from typing import Literal

import msgspec
import uharfbuzz

from services.renderer.page.fonts.families import Face, others, text_characters, text_faces
from services.renderer.page.fonts.subset import characters, embedded, shaping

Mode = Literal["embed", "system"]
"""``embed`` makes a page that looks the same everywhere. ``system`` leaves the text faces to a browser
that was started with what :func:`install` wrote, which prints a quarter faster."""

_WEIGHTS = (400, 600)
_ALWAYS = frozenset([*range(0x20, 0x7F), *range(0xA0, 0x100), *range(0x2010, 0x2040), *range(0x20A0, 0x20C0),
                     0x2044, 0x2116, 0x2122, 0x2190, 0x2191, 0x2192, 0x2193, 0x2212, 0x221E, 0x2248, 0x2260, 0x2264,
                     0x2265, 0x02C6, 0x02DA, 0x02DC])  # fmt: skip
_PARTS = {
    "extended": (range(0x100, 0x250), range(0x1E00, 0x1F00)),
    "greek": (range(0x370, 0x400), range(0x1F00, 0x2000)),
    "cyrillic": (range(0x400, 0x530),),
}
_REST = "rest"


class Typesetting(msgspec.Struct, frozen=True):
    """``rules`` go into the stylesheet; ``missing`` characters would be empty boxes."""

    rules: str
    missing: frozenset[str]


def typesetting(used: Iterable[str], language: str, mode: Mode) -> Typesetting:
    """Choose faces for the characters used, each as small as it can be kept ready for the next document."""
    points = frozenset(point for point in map(ord, used) if not _is_invisible(chr(point)))
    lacking = points - text_characters() - _ALWAYS
    own = _text_rules(_parts(points - lacking)) if mode == "embed" else ""
    if not lacking:
        return Typesetting(own, frozenset())
    joiners = frozenset(point for point in map(ord, used) if _is_invisible(chr(point)) and point > 0xFF)
    rules, missing = _other_rules(lacking, joiners, language)
    return Typesetting(own + rules, frozenset(map(chr, missing)))


def faces_for(said: str, language: str) -> list[uharfbuzz.Font]:
    """Return what the words can be drawn with, semibold: the sans serif first, and others for what it lacks."""
    sans = next(face for face in text_faces() if (face.family, face.weight) == ("Pressrun Sans", 600))
    found, lacking = [shaping(sans.path, 0, sans.axes)], set(map(ord, said)) - characters(sans.path, 0)
    for font in others(language):
        if lacking & font.characters():
            lacking -= font.characters()
            found.append(shaping(font.path, font.index, (("wght", 600),)))
    return found


@lru_cache(maxsize=32)
def _text_rules(parts: frozenset[str]) -> str:
    return "\n".join(_rule(face, _characters(face, parts)) for face in text_faces())


@lru_cache(maxsize=64)
def _other_rules(lacking: frozenset[int], joiners: frozenset[int], language: str) -> tuple[str, frozenset[int]]:
    rules = []
    for font in others(language):
        found = lacking & font.characters()
        if found:
            lacking -= found
            held = found | (joiners & font.characters())
            uris = [embedded(font.path, font.index, (("wght", weight),), held, text_face=False) for weight in _WEIGHTS]
            rules += [
                f'@font-face{{font-family:"Pressrun Other";font-weight:{weight};src:url({uri});unicode-range:{_ranges(held)}}}'
                for weight, uri in zip(_WEIGHTS, uris, strict=True)
            ]
        if not lacking:
            break
    return "\n".join(rules), lacking


def _parts(points: frozenset[int]) -> frozenset[str]:
    """Return the names of the parts of the text faces that hold the characters."""
    more = points - _ALWAYS
    named = {name: frozenset(point for part in ranges for point in part) for name, ranges in _PARTS.items()}
    parts = {name for name, held in named.items() if more & held}
    return frozenset(parts | ({_REST} if more.difference(*named.values()) else set()))


def _characters(face: Face, parts: frozenset[str]) -> frozenset[int]:
    held = set(_ALWAYS)
    for name in parts & _PARTS.keys():
        held.update(point for part in _PARTS[name] for point in part)
    if _REST in parts:
        held |= characters(face.path, 0)
    return frozenset(held)


def _rule(face: Face, held: frozenset[int]) -> str:
    uri = embedded(face.path, 0, face.axes, held, text_face=True)
    return f'@font-face{{font-family:"{face.family}";font-weight:{face.weight};font-style:{face.style};src:url({uri})}}'


def _is_invisible(character: str) -> bool:
    """Tell whether a character needs no glyph: controls, joiners, selectors, line separators."""
    return unicodedata.category(character) in {"Cc", "Cf", "Zl", "Zp"} or "\ufe00" <= character <= "\ufe0f"


def _ranges(points: frozenset[int]) -> str:
    """Write the characters as a unicode-range, neighbours together."""
    runs = groupby(enumerate(sorted(points)), key=lambda each: each[1] - each[0])
    spans = [[point for _, point in run] for _, run in runs]
    return ",".join(f"U+{span[0]:X}-{span[-1]:X}" if len(span) > 1 else f"U+{span[0]:X}" for span in spans)
