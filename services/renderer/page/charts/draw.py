"""A chart block as one SVG element."""

from __future__ import annotations

from itertools import pairwise

import msgspec

from services.renderer.page.charts import frame
from services.renderer.page.charts.bars import bars, histogram
from services.renderer.page.charts.bars_h import bars_h
from services.renderer.page.charts.frame import WIDTH, Drawn
from services.renderer.page.charts.lines import lines
from services.renderer.page.charts.markup import element, label, number, words
from services.renderer.page.charts.scale import finite
from shared.document.blocks import Chart
from shared.document.labels import Labels

_KINDS = {"bars": bars, "bars-h": bars_h, "lines": lines, "histogram": histogram}
_EMPTY = 120.0


class Drawing(msgspec.Struct, frozen=True):
    """``whole`` is false where names had to be shortened or left out: then print the data beside it."""

    svg: str
    whole: bool


def draw(chart: Chart, *, anchor: str, labels: Labels) -> Drawing:
    """Draw the chart; ``anchor`` is unique in its page and names the title and description."""
    drawn = _drawn(chart, labels)
    named = element("title", words(chart.title) or "&#160;", id=f"{anchor}-title")
    described = element("desc", words(chart.alt) or "&#160;", id=f"{anchor}-desc")
    height = max(drawn.height, 1.0)
    svg = element(
        "svg",
        named + described + drawn.markup,
        xmlns="http://www.w3.org/2000/svg",
        class_=f"chart {chart.kind}",
        viewBox=f"0 0 {number(WIDTH)} {number(height)}",
        role="img",
        aria_labelledby=f"{anchor}-title {anchor}-desc",
    )
    return Drawing(svg, drawn.whole)


def _drawn(chart: Chart, labels: Labels) -> Drawn:
    if not finite(value for series in chart.series for value in series.values):
        return _empty(labels)
    if chart.kind == "histogram" and not _has_bins(chart):
        return bars(msgspec.structs.replace(chart, kind="bars"), labels)
    return _KINDS[chart.kind](chart, labels)


def _has_bins(chart: Chart) -> bool:
    """Tell whether the edges rise and enclose every count of the one series."""
    edges = finite(chart.edges)
    rising = all(low < high for low, high in pairwise(edges))
    return len(chart.series) == 1 and len(edges) == len(chart.series[0].values) + 1 == len(chart.edges) and rising


def _empty(labels: Labels) -> Drawn:
    """Say that there is nothing to draw instead of drawing an empty axis."""
    box = element("rect", class_="empty", x=0.5, y=0.5, width=frame.WIDTH - 1, height=_EMPTY - 1)
    said = label(frame.WIDTH / 2, _EMPTY / 2 + 4, labels.no_data, text_anchor="middle", class_="none")
    return Drawn(box + said, _EMPTY)
