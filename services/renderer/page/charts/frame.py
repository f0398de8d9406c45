"""What surrounds the data of a chart with a vertical measure: legend, titles, grid, and room for all."""

from __future__ import annotations

import msgspec

from services.renderer.page.charts import looks
from services.renderer.page.charts.lettering import LEADING, SIZE, shorten, width, wrap
from services.renderer.page.charts.markup import element, label, stack
from services.renderer.page.charts.scale import Scale, Ticks
from shared.document.blocks import Chart, Series
from shared.document.labels import Numerals
from shared.document.tables import measured

WIDTH = 640.0
PLOT = 204.0
"""How high the part with the data is."""

_LEGEND_ROW = 20.0
_LEGEND_GAP = 18.0
_SWATCH = {"lines": 24.0}
_LONGEST_NAME = 260.0


class Drawn(msgspec.Struct, frozen=True):
    """Markup, how much height it takes, and whether it says everything."""

    markup: str = ""
    height: float = 0.0
    whole: bool = True


def legend(chart: Chart) -> Drawn:
    """Name the series above the data; one series alone needs no legend."""
    if len(chart.series) < 2:
        return Drawn()
    swatch = _SWATCH.get(chart.kind, 12.0)
    x, y, parts, whole = 0.0, SIZE, [], True
    for place, series in enumerate(chart.series):
        name = shorten(" ".join(series.name.split()), _LONGEST_NAME)
        needed = swatch + 6 + width(name)
        if x and x + needed > WIDTH:
            x, y = 0.0, y + _LEGEND_ROW
        parts.append(
            _sample(chart.kind, place, x, y - SIZE + 2, swatch) + label(x + swatch + 6, y, name, class_="name")
        )
        x += needed + _LEGEND_GAP
        whole = whole and name == " ".join(series.name.split())
    return Drawn(element("g", "".join(parts), class_="legend"), y + 12, whole)


def title(said: str, y: float) -> Drawn:
    """Write what an axis measures above the chart, from its left edge."""
    if not said.strip():
        return Drawn()
    lines = wrap(said, WIDTH, rows=2)
    return Drawn(stack(0, y + LEADING, lines, class_="measure"), LEADING * len(lines), _is_whole(lines, said))


def foot(said: str, y: float) -> Drawn:
    """Write what an axis measures below the chart, to its right edge."""
    if not said.strip():
        return Drawn()
    lines = wrap(said, WIDTH, rows=2)
    drawn = stack(WIDTH, y + LEADING, lines, class_="measure", text_anchor="end")
    return Drawn(drawn, LEADING * len(lines) + 4, _is_whole(lines, said))


def value_title(chart: Chart) -> str:
    """Return what the values are; a lone series' name where the axis has none."""
    lone = next((series.name for series in chart.series if len(chart.series) == 1), "")
    return measured(chart.y) if chart.y.label or not lone else measured(msgspec.structs.replace(chart.y, label=lone))


def rungs(ticks: Ticks, labels: list[str], scale: Scale, left: float) -> str:
    """Draw a hairline per tick and its label left of it; the line at zero is the strong one."""
    parts = []
    for value, said in zip(ticks.values, labels, strict=True):
        y = scale(value)
        parts.append(element("line", class_="zero" if value == 0 else "grid", x1=left, x2=WIDTH, y1=y, y2=y))
        parts.append(label(left - 8, y + SIZE * 0.35, said, class_="tick", text_anchor="end"))
    return element("g", "".join(parts), class_="scale")


def margin(labels: list[str]) -> float:
    """Return how far right the data starts, so that the ticks' labels fit before it."""
    return max(map(width, labels), default=0.0) + 10


def tick_labels(ticks: Ticks, numerals: Numerals) -> list[str]:
    """Return the labels of the ticks, none of which may take a third of the chart."""
    return [shorten(each, WIDTH / 3) for each in ticks.labels(numerals)]


def longest(series: list[Series]) -> int:
    """Return how many values the longest series has."""
    return max((len(each.values) for each in series), default=0)


def _sample(kind: str, series: int, x: float, y: float, swatch: float) -> str:
    if kind != "lines":
        return looks.bar(series, x, y, swatch, SIZE)
    middle = y + SIZE / 2
    return looks.line(series, f"M{x} {middle}h{swatch}") + looks.marker(series, x + swatch / 2, middle)


def _is_whole(lines: list[str], said: str) -> bool:
    return " ".join(lines) == " ".join(said.split())
