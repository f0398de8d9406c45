"""The outline of a watermark's words, in whatever script, laid across a page."""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import groupby
from typing import Any

import msgspec
import uharfbuzz
from fontTools.pens.basePen import BasePen

from .page.directions import direction
from .page.fonts import faces_for

_LARGEST = 100.0
"""Points."""
_ACROSS = 0.86
_UPRIGHT = math.radians(45)
_HEIGHT = 0.72
"""Of capital letters, in ems."""

Point = tuple[float, float]


class Mark(msgspec.Struct, frozen=True):
    """A path in a page's own points."""

    path: bytes
    size: tuple[float, float]


class Outline(msgspec.Struct, frozen=True):
    """Words as curves, in ems from the start of their line."""

    curves: list[tuple[str, list[Point]]]
    width: float

    def across(self, width: float, height: float) -> Mark:
        """Lay the words over the middle of a page, as large as they fit."""
        most = _ACROSS * min(width, height) / math.cos(_UPRIGHT)
        size = min(_LARGEST, most / (self.width + _HEIGHT)) if self.width else _LARGEST
        cos, sin = size * math.cos(_UPRIGHT), size * math.sin(_UPRIGHT)
        left, low = -self.width / 2, -_HEIGHT / 2
        lines = []
        for operator, points in self.curves:
            placed = [(x + left, y + low) for x, y in points]
            turned = [(width / 2 + x * cos - y * sin, height / 2 + x * sin + y * cos) for x, y in placed]
            lines.append(" ".join([*(f"{x:.2f} {y:.2f}" for x, y in turned), operator]))
        return Mark("".join(f"{line}\n" for line in lines).encode(), (width, height))


@lru_cache(maxsize=64)
def outline(said: str, language: str) -> Outline:
    """Shape the words with the page's fonts; what no font has is left out."""
    pen, at = _Pen(), 0.0
    for font, run in _runs(" ".join(said.split()), language):
        at = _draw(font, run, pen, at)
    return Outline(pen.curves, at)


class _Pen(BasePen):  # type: ignore[misc]  # fontTools has no types
    """Collects what fonts draw, moved and scaled."""

    def __init__(self) -> None:
        super().__init__(None)
        self.curves: list[tuple[str, list[Point]]] = []
        self.origin: Point = (0.0, 0.0)
        self.scale = 1.0

    def _moveTo(self, point: Point) -> None:  # noqa: N802 - the pens' protocol
        self._add("m", point)

    def _lineTo(self, point: Point) -> None:  # noqa: N802
        self._add("l", point)

    def _curveToOne(self, *points: Point) -> None:  # noqa: N802
        self._add("c", *points)

    def _closePath(self) -> None:  # noqa: N802
        self._add("h")

    def _add(self, operator: str, *points: Point) -> None:
        (left, low), scale = self.origin, self.scale
        self.curves.append((operator, [(left + x * scale, low + y * scale) for x, y in points]))


def _runs(said: str, language: str) -> list[tuple[uharfbuzz.Font, str]]:
    """Divide the words by the font that has them, in the order in which they stand on paper."""
    fonts = faces_for(said, language)
    runs = [
        (fonts[place], "".join(each for each, _ in run))
        for place, run in groupby(_placed(said, fonts), lambda each: each[1])
    ]
    return runs[::-1] if direction(said) == "rtl" else runs


def _placed(said: str, fonts: list[uharfbuzz.Font]) -> list[tuple[str, int]]:
    """Return each character with the place of its font; spaces and marks go with what is before them."""
    placed: list[tuple[str, int]] = []
    for character in said:
        having = [place for place, font in enumerate(fonts) if font.get_nominal_glyph(ord(character))]
        before = placed[-1][1] if placed else None
        if having:
            placed.append((character, before if before in having and not character.isalnum() else having[0]))
    return placed


def _draw(font: uharfbuzz.Font, run: str, pen: _Pen, at: float) -> float:
    buffer: Any = uharfbuzz.Buffer()
    buffer.add_str(run)
    buffer.guess_segment_properties()
    uharfbuzz.shape(font, buffer)
    pen.scale = 1 / font.face.upem
    for glyph, place in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        pen.origin = (at + place.x_offset * pen.scale, place.y_offset * pen.scale)
        font.draw_glyph_with_pen(glyph.codepoint, pen)
        at += place.x_advance * pen.scale
    return at
