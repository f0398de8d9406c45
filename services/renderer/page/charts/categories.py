"""The names below a chart with a vertical measure: straight, broken, turned or thinned, as they fit."""

from __future__ import annotations

import math

from services.renderer.page.charts.frame import Drawn
from services.renderer.page.charts.lettering import LEADING, SIZE, shorten, width, wrap
from services.renderer.page.charts.markup import element, label, number, stack

_TURN = 40.0
_LONGEST_TURNED = 160.0
_GAP = 8.0


def below(names: list[str], centres: list[float], y: float, *, ordered: bool, left: float, right: float) -> Drawn:
    """Write the names under their places.

    Names of an ordered axis, such as months under a line, may be thinned and still say everything.
    Names of bars are broken over two lines or turned first.
    """
    said = [" ".join(name.split()) for name in names]
    if not any(said):
        return Drawn()
    apart = (right - left) / max(len(said), 1)
    widest = max(map(_capped, said))
    if widest + _GAP <= apart or len(said) == 1:
        return _straight(said, centres, y, (left, right))
    if not ordered and (broken := _broken(said, apart)):
        parts = [stack(x, y + LEADING, lines, text_anchor="middle") for x, lines in zip(centres, broken, strict=True)]
        return Drawn(element("g", "".join(parts), class_="names"), LEADING * max(map(len, broken)) + 6)
    if ordered and widest <= (right - left) / 4:
        every = math.ceil((widest + _GAP) / apart)
        return _straight(
            [name if place % every == 0 else "" for place, name in enumerate(said)], centres, y, (left, right)
        )
    return _turned(said, centres, y, apart)


def _straight(names: list[str], centres: list[float], y: float, edges: tuple[float, float]) -> Drawn:
    """Write names in one line each; those at the ends are moved inwards rather than cut."""
    left, right = edges
    parts, whole = [], True
    for name, x in zip(names, centres, strict=True):
        said = shorten(name, right - left)
        half = width(said) / 2
        at = min(max(x, half), right - half)
        parts.append(label(at, y + LEADING, said, text_anchor="middle") if said else "")
        whole = whole and said == name
    return Drawn(element("g", "".join(parts), class_="names"), LEADING + 6, whole)


def _broken(names: list[str], apart: float) -> list[list[str]] | None:
    broken = [wrap(name, apart - _GAP, rows=3) for name in names]
    whole = all(" ".join(lines) == name for lines, name in zip(broken, names, strict=True))
    return broken if whole else None


def _turned(names: list[str], centres: list[float], y: float, apart: float) -> Drawn:
    every = math.ceil(LEADING / apart)
    # A turned name reaches left of its place: the first ones have less room.
    cosine, sine = math.cos(math.radians(_TURN)), math.sin(math.radians(_TURN))
    parts, deepest, whole = [], 0.0, every == 1
    for name, x in list(zip(names, centres, strict=True))[::every]:
        said = shorten(name, min(_LONGEST_TURNED, (x + 4) / cosine))
        turn = f"rotate(-{number(_TURN)} {number(x + 4)} {number(y + SIZE)})"
        parts.append(label(x + 4, y + SIZE, said, text_anchor="end", transform=turn))
        deepest = max(deepest, width(said) * sine + SIZE * cosine)
        whole = whole and said == name
    return Drawn(element("g", "".join(parts), class_="names"), deepest + SIZE, whole)


def _capped(name: str) -> float:
    return width(name[:200])
