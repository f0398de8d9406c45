"""What tells one series from another: a colour class, and a hatching or a dash and a marker.

The colours are the stylesheet's; the rest keeps series apart on grey paper and for every eye.
"""

from __future__ import annotations

import math

from services.renderer.page.charts.markup import element, number

COLOURS = 8
_SPACING = 6.0
_SMALLEST = 4.0
# The directions of the lines over a bar, as (dx, dy).
_HATCHINGS: tuple[tuple[tuple[int, int], ...], ...] = (
    (),
    ((1, -1),),
    ((1, 0),),
    ((1, 1),),
    ((1, -1), (1, 1)),
    ((0, 1),),
)
_DASHES = ("", "7 3", "2 3", "9 3 2 3", "14 4", "5 2 2 2 2 2")
_CORNERS = (
    (),  # a circle
    ((-1, -1), (1, -1), (1, 1), (-1, 1)),
    ((0, -1.35), (1.25, 0.9), (-1.25, 0.9)),
    ((0, -1.45), (1.45, 0), (0, 1.45), (-1.45, 0)),
    ((0, 1.35), (1.25, -0.9), (-1.25, -0.9)),
    ((-0.45, -1.3), (0.45, -1.3), (0.45, 1.3), (-0.45, 1.3)),
)


def colour(series: int) -> str:
    """Return the class that gives a series its colour."""
    return f"s{series % COLOURS}"


def bar(series: int, x: float, y: float, width: float, height: float) -> str:
    """Draw a bar with its series' hatching."""
    drawn = element("rect", class_=f"bar {colour(series)}", x=x, y=y, width=width, height=height)
    path = hatching(series, x, y, width, height)
    return drawn + (element("path", class_="hatch", d=path) if path else "")


def hatching(series: int, x: float, y: float, width: float, height: float) -> str:
    """Return the path of a series' hatching within a box; empty for a plain one, and in a box that is too small."""
    return "".join(_line(direction, x, y, width, height) for direction in _HATCHINGS[series % len(_HATCHINGS)])


def line(series: int, path: str) -> str:
    """Draw a line with its series' dash."""
    dash = _DASHES[series % len(_DASHES)]
    return element("path", class_=f"line {colour(series)}", d=path, stroke_dasharray=dash)


def marker(series: int, x: float, y: float, size: float = 3.4) -> str:
    """Draw a series' marker around a point."""
    corners = _CORNERS[series % len(_CORNERS)]
    if not corners:
        return element("circle", class_=f"dot {colour(series)}", cx=x, cy=y, r=size)
    path = "M" + "L".join(f"{number(x + dx * size)} {number(y + dy * size)}" for dx, dy in corners) + "z"
    return element("path", class_=f"dot {colour(series)}", d=path)


def _line(direction: tuple[int, int], x: float, y: float, width: float, height: float) -> str:
    """Return the parallel lines of one direction, clipped to the bar and aligned over all bars."""
    if width < _SMALLEST or height < _SMALLEST:
        return ""
    if direction == (1, 0):
        return "".join(f"M{number(x)} {number(at)}h{number(width)}" for at in _steps(y, y + height))
    if direction == (0, 1):
        return "".join(f"M{number(at)} {number(y)}v{number(height)}" for at in _steps(x, x + width))
    sign = direction[1]
    # x - sign * y is constant along a diagonal.
    ends = sorted((x - sign * y, x + width - sign * (y + height), x + width - sign * y, x - sign * (y + height)))
    return "".join(_diagonal(at, sign, x, y, width, height) for at in _steps(ends[0], ends[-1], math.sqrt(2)))


def _diagonal(at: float, sign: int, x: float, y: float, width: float, height: float) -> str:
    crossings = sorted((at + sign * y, at + sign * (y + height)))
    left, right = max(x, crossings[0]), min(x + width, crossings[1])
    if right <= left:
        return ""
    top = (left - at) / sign
    return f"M{number(left)} {number(top)}l{number(right - left)} {number(sign * (right - left))}"


def _steps(low: float, high: float, stretch: float = 1.0) -> list[float]:
    apart = _SPACING * stretch
    first, last = math.floor(low / apart) + 1, math.ceil(high / apart)
    return [place * apart for place in range(first, last)]
