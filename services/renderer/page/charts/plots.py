"""Points on two axes of numbers: curves, steps, scatters."""

from __future__ import annotations

from collections.abc import Sequence

from services.renderer.page.charts import frame, looks
from services.renderer.page.charts.axle import axle
from services.renderer.page.charts.frame import Drawn
from services.renderer.page.charts.guides import entries, guides
from services.renderer.page.charts.markup import element
from services.renderer.page.charts.plane import Plane, alone, path
from services.renderer.page.charts.scale import place
from shared.document.blocks import Plot, Points
from shared.document.labels import Labels
from shared.document.tables import measured
from shared.document.thinning import MOST, spread, thinned

_HEIGHT = 250.0
_SQUARE = 320.0
_MARKED = 30
_CROWD = 300

Place = tuple[float, float]


def plot(drawn: Plot, words: Labels) -> Drawn:
    """Draw every series in its own look, and the guides above them."""
    series = [_finite(each, drawn.log) for each in drawn.series]
    guided = {kind: [guide.at for guide in drawn.guides if guide.kind == kind] for kind in ("vertical", "horizontal")}
    xs = [x for points in series for x, _ in filter(None, points)] + guided["vertical"]
    ys = [y for points in series for _, y in filter(None, points)] + guided["horizontal"]
    across = axle(xs, words.numerals, log="x" in drawn.log, fixed=drawn.x_range, about=8)
    up = axle(ys, words.numerals, log="y" in drawn.log, fixed=drawn.y_range)
    named = [frame.entry(at, each.name, drawn.kind) for at, each in enumerate(drawn.series) if each.name.strip()]
    key = frame.key([*named, *entries(drawn.guides)] if len(named) > 1 or entries(drawn.guides) else [])
    identity = any(guide.kind == "identity" for guide in drawn.guides)
    plane = Plane(across, up, key=key, over=measured(drawn.y), height=_SQUARE if identity else _HEIGHT)
    shown = [_thin(points, scatter=drawn.kind == "scatter") for points in series]
    data = "".join(_series(drawn.kind, at, points, plane) for at, points in enumerate(shown))
    return plane.finish(guides(drawn.guides, plane) + data, _below(drawn, series, shown, words))


def _finite(points: Points, log: Sequence[str]) -> list[Place | None]:
    """The points that have a place on the axes; None for each that has not."""
    found: list[Place | None] = []
    for given_x, given_y in zip(points.x, points.y, strict=False):
        x, y = place(given_x), place(given_y)
        known = x is not None and y is not None and not ("x" in log and x <= 0) and not ("y" in log and y <= 0)
        found.append((x, y) if known and x is not None and y is not None else None)
    return found


def _thin(points: list[Place | None], *, scatter: bool) -> list[Place | None]:
    if len(points) <= MOST:
        return points
    known = [point for point in points if point]
    choose = spread if scatter else thinned
    kept = choose([x for x, _ in known], [y for _, y in known])
    return [known[at] for at in kept]


def _series(kind: str, at: int, points: list[Place | None], plane: Plane) -> str:
    drawn = [_placed(point, plane) for point in points]
    if kind == "scatter":
        size = 3.4 if len(drawn) <= _CROWD else 2.2
        opacity = "" if len(drawn) <= _CROWD else 0.55
        dots = "".join(looks.marker(at, *point, size) for point in drawn if point)
        return element("g", dots, class_="cloud", fill_opacity=opacity) if dots else ""
    marked = [point for point in drawn if point] if len(drawn) <= _MARKED and kind == "lines" else alone(drawn)
    dots = "".join(looks.marker(at, *point) for point in marked)
    line = path(drawn, steps=kind == "steps")
    return element("g", looks.line(at, line) + dots) if line else ""


def _placed(point: Place | None, plane: Plane) -> Place | None:
    if point is None:
        return None
    x, y = plane.x.at(point[0]), plane.y.at(point[1])
    return None if x is None or y is None else (x, y)


def _below(drawn: Plot, series: list[list[Place | None]], shown: list[list[Place | None]], words: Labels) -> str:
    """What the horizontal axis measures, and how many points of a scatter are drawn if not all."""
    every = sum(1 for points in series for point in points if point)
    some = sum(1 for points in shown for point in points if point)
    write = words.numerals.write
    told = "" if some == every else words.terms.drawn.format(shown=write(some), all=write(every))
    return " · ".join(part for part in (measured(drawn.x), told if drawn.kind == "scatter" else "") if part)
