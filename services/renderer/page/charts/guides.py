"""Lines to compare with: horizontal, vertical, identity, or any straight one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from services.renderer.page.charts.frame import Entry
from services.renderer.page.charts.markup import element, number
from services.renderer.page.charts.plane import Plane
from services.renderer.page.charts.scale import place
from shared.document.blocks import Guide

_DASHES = ("6 4", "2 3", "10 3 2 3", "1 4")
_PIECES = 48


def entries(guides: Sequence[Guide]) -> list[Entry]:
    """The legend's entries of the guides that have a name."""
    return [Entry(guide.label, _sampled(at), 24.0) for at, guide in enumerate(guides) if guide.label.strip()]


def guides(given: Sequence[Guide], plane: Plane) -> str:
    """Draw them over the data's room, and nowhere else."""
    return "".join(_line(at, _points(guide, plane)) for at, guide in enumerate(given))


def dashed(at: int) -> str:
    """The dash of the guide at this place."""
    return _DASHES[at % len(_DASHES)]


def _sampled(at: int) -> Callable[[float, float], str]:
    return lambda x, middle: _line(at, [(x, middle), (x + 24, middle)])


def _line(at: int, points: list[tuple[float, float]]) -> str:
    if len(points) < 2:
        return ""
    d = "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points)
    return element("path", class_="guide", d=d, stroke_dasharray=dashed(at))


def _points(guide: Guide, plane: Plane) -> list[tuple[float, float]]:
    if guide.kind == "horizontal":
        y = plane.y.at(guide.at)
        return [] if y is None or not plane.y.covers(guide.at) else [(plane.left, y), (plane.right, y)]
    if guide.kind == "vertical":
        x = plane.x.at(guide.at)
        return [] if x is None or not plane.x.covers(guide.at) else [(x, plane.top), (x, plane.bottom)]
    slope, start = (1.0, 0.0) if guide.kind == "identity" else (guide.slope, guide.at)
    if place(slope) is None or place(start) is None:
        return []
    return _traced(slope, start, plane)


def _traced(slope: float, start: float, plane: Plane) -> list[tuple[float, float]]:
    """A straight line in values, which a logarithmic axis bends."""
    low, high = plane.x.axle.low, plane.x.axle.high
    found = []
    for piece in range(_PIECES + 1):
        along = low + (high - low) * piece / _PIECES
        x = 10.0**along if plane.x.axle.log else along
        value = start + slope * x
        drawn = (plane.x.at(x), plane.y.at(value) if plane.y.covers(value) else None)
        if drawn[0] is not None and drawn[1] is not None:
            found.append((drawn[0], drawn[1]))
    return found
