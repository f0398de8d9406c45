"""A graphic as one SVG element."""

from __future__ import annotations

from itertools import pairwise

import msgspec

from services.renderer.page.charts import frame
from services.renderer.page.charts.bars import bars, histogram
from services.renderer.page.charts.bars_h import bars_h
from services.renderer.page.charts.bullets import bullets
from services.renderer.page.charts.dumbbell import dumbbell
from services.renderer.page.charts.frame import WIDTH, Drawn
from services.renderer.page.charts.intervals import intervals
from services.renderer.page.charts.lines import lines
from services.renderer.page.charts.markup import element, label, number, words
from services.renderer.page.charts.matrices import matrix
from services.renderer.page.charts.multiples import multiples
from services.renderer.page.charts.pareto import pareto
from services.renderer.page.charts.plots import plot
from services.renderer.page.charts.scale import finite
from services.renderer.page.charts.stacked import area, stacked
from services.renderer.page.charts.timelines import timeline
from services.renderer.page.charts.times import time_plot
from services.renderer.page.charts.waterfall import waterfall
from shared.document.blocks import Bullets, Chart, Drawable, Intervals, Matrix, Plot, Timeline, TimePlot
from shared.document.labels import Labels

_KINDS = {
    "bars": bars,
    "bars-h": bars_h,
    "stacked": stacked,
    "lines": lines,
    "area": area,
    "histogram": histogram,
    "pareto": pareto,
    "waterfall": waterfall,
    "dumbbell": dumbbell,
    "multiples": multiples,
}
_EMPTY = 120.0


class Drawing(msgspec.Struct, frozen=True):
    """``whole`` is false where names had to be shortened or left out: then print the data beside it."""

    svg: str
    whole: bool


def draw(graphic: Drawable, *, anchor: str, labels: Labels) -> Drawing:
    """Draw the graphic; ``anchor`` is unique in its page and names the title and description."""
    drawn = _drawn(graphic, labels) if _known(graphic) else _empty(labels)
    named = element("title", words(graphic.title) or "&#160;", id=f"{anchor}-title")
    described = element("desc", words(graphic.alt) or "&#160;", id=f"{anchor}-desc")
    height = max(drawn.height, 1.0)
    svg = element(
        "svg",
        named + described + drawn.markup,
        xmlns="http://www.w3.org/2000/svg",
        class_=f"chart {_kind(graphic)}",
        viewBox=f"0 0 {number(WIDTH)} {number(height)}",
        role="img",
        aria_labelledby=f"{anchor}-title {anchor}-desc",
    )
    return Drawing(svg, drawn.whole)


def _kind(graphic: Drawable) -> str:
    """Return the class that a stylesheet knows the graphic by."""
    return graphic.kind if isinstance(graphic, Chart | Plot) else str(graphic.__struct_config__.tag)


def _known(graphic: Drawable) -> bool:
    """Tell whether there is anything to draw."""
    match graphic:
        case Chart(series=series):
            return bool(finite(value for one in series for value in one.values))
        case Plot(series=points):
            return any(finite([x]) and finite([y]) for one in points for x, y in zip(one.x, one.y, strict=False))
        case TimePlot(series=moments):
            return any(finite([value]) for one in moments for _, value in zip(one.at, one.values, strict=False))
        case Matrix(rows=names, values=values):
            return any(finite(row) for row in values[: len(names)])
        case Intervals(rows=intervals_):
            return any(finite([one.middle, one.low, one.high, *(one.box or ())]) for one in intervals_)
        case Bullets(rows=bullets_):
            return any(finite([one.value, one.target]) for one in bullets_)
        case Timeline(lanes=lanes):
            return any(lane.spells for lane in lanes)


def _drawn(graphic: Drawable, labels: Labels) -> Drawn:
    match graphic:
        case Chart(kind="histogram") if not _has_bins(graphic):
            return bars(msgspec.structs.replace(graphic, kind="bars"), labels)
        case Chart():
            return _KINDS[graphic.kind](graphic, labels)
        case Plot():
            return plot(graphic, labels)
        case TimePlot():
            return time_plot(graphic, labels)
        case Matrix():
            return matrix(graphic, labels)
        case Intervals():
            return intervals(graphic, labels)
        case Bullets():
            return bullets(graphic, labels)
        case Timeline():
            return timeline(graphic, labels)


def _has_bins(chart: Chart) -> bool:
    """Tell whether the edges rise and enclose every count of each series."""
    edges = finite(chart.edges)
    rising = all(low < high for low, high in pairwise(edges))
    fitting = all(len(edges) == len(series.values) + 1 for series in chart.series)
    return bool(chart.series) and fitting and len(edges) == len(chart.edges) and rising


def _empty(labels: Labels) -> Drawn:
    """Say that there is nothing to draw instead of drawing an empty axis."""
    box = element("rect", class_="empty", x=0.5, y=0.5, width=frame.WIDTH - 1, height=_EMPTY - 1)
    said = label(frame.WIDTH / 2, _EMPTY / 2 + 4, labels.no_data, text_anchor="middle", class_="none")
    return Drawn(box + said, _EMPTY)
