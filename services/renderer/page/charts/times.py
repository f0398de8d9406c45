"""Lines over time, with bands of values that mean something and thresholds."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from services.renderer.page.charts import frame, looks, moments
from services.renderer.page.charts.axle import axle
from services.renderer.page.charts.frame import Drawn, Entry
from services.renderer.page.charts.guides import entries, guides
from services.renderer.page.charts.lettering import SIZE
from services.renderer.page.charts.markup import element
from services.renderer.page.charts.plane import Plane, alone, path
from services.renderer.page.charts.scale import place
from shared.document.blocks import Band, Moments, TimePlot
from shared.document.labels import Labels
from shared.document.tables import measured
from shared.document.thinning import MOST, thinned

_HEIGHT = 220.0

Place = tuple[float, float]


def time_plot(drawn: TimePlot, words: Labels) -> Drawn:
    """Draw every series in its own look over the bands."""
    level = [guide for guide in drawn.guides if guide.kind == "horizontal"]
    series = [_points(each) for each in drawn.series]
    ends = [end for band in drawn.bands for end in (band.low, band.high)]
    values = [point[1] for points in series for point in points if point] + [guide.at for guide in level]
    up = axle([*values, *ends], words.numerals)
    across = moments.axle(point[0] for points in series for point in points if point)
    named = [frame.entry(at, each.name, "lines") for at, each in enumerate(drawn.series) if each.name.strip()]
    others = [*entries(level), *(Entry(band.label, _swatch(band)) for band in drawn.bands if band.label.strip())]
    key = frame.key([*named, *others] if len(named) > 1 or others else [])
    plane = Plane(across, up, key=key, over=measured(drawn.y), height=_HEIGHT)
    data = "".join(_series(at, points, plane) for at, points in enumerate(series))
    return plane.finish(_bands(drawn.bands, plane) + guides(level, plane) + data, moments.measure(across))


def _points(series: Moments) -> list[Place | None]:
    found: list[Place | None] = []
    for at, given in zip(series.at, series.values, strict=False):
        value = place(given)
        found.append(None if value is None else (moments.seconds(at), value))
    if len(found) <= MOST:
        return found
    known = [point for point in found if point]
    return [known[at] for at in thinned([x for x, _ in known], [y for _, y in known])]


def _series(at: int, points: list[Place | None], plane: Plane) -> str:
    drawn: list[Place | None] = []
    for point in points:
        x, y = (plane.x.at(point[0]), plane.y.at(point[1])) if point else (None, None)
        drawn.append(None if x is None or y is None else (x, y))
    marked = [point for point in drawn if point] if len(drawn) <= frame.FEW else alone(drawn)
    line = path(drawn)
    dots = "".join(looks.marker(at, *point) for point in marked)
    return element("g", looks.line(at, line) + dots) if line else ""


def _bands(bands: Sequence[Band], plane: Plane) -> str:
    return "".join(_band(band, plane) for band in bands)


def _band(band: Band, plane: Plane) -> str:
    low, high = plane.y.axle.low, plane.y.axle.high
    begin, end = (_within(band.low, -math.inf, low, high), _within(band.high, math.inf, low, high))
    top, bottom = plane.y.at(end), plane.y.at(begin)
    if top is None or bottom is None or bottom - top <= 0:
        return ""
    return _tinted(band, plane.left, top, frame.WIDTH - plane.left, bottom - top)


def _within(value: float | None, otherwise: float, low: float, high: float) -> float:
    return min(max(otherwise if value is None or math.isnan(value) else value, low), high)


def _swatch(band: Band) -> Callable[[float, float], str]:
    return lambda x, middle: _tinted(band, x, middle - SIZE / 2, 12.0, SIZE)


def _tinted(band: Band, x: float, y: float, width: float, height: float) -> str:
    """A tint, and lines over it that tell the tones apart on grey paper."""
    tint = element("rect", class_=f"band {band.tone}", x=x, y=y, width=width, height=height)
    lines = looks.hatching({"good": 0, "warning": 3, "bad": 4}[band.tone], x, y, width, height)
    return tint + (element("path", class_=f"band-hatch {band.tone}", d=lines) if lines else "")
