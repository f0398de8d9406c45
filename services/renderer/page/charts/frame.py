"""What surrounds the data of a chart with a vertical measure: legend, titles, grid, and room for all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import msgspec

from services.renderer.page.charts import looks
from services.renderer.page.charts.lettering import LEADING, SIZE, shorten, width, wrap
from services.renderer.page.charts.markup import element, label, number, stack
from services.renderer.page.charts.scale import Scale, Ticks
from shared.document.blocks import Chart, Series
from shared.document.labels import Numerals
from shared.document.tables import measured

WIDTH = 640.0
FEW = 26
"""Up to so many points of a line are marked."""
PLOT = 204.0
"""How high the part with the data is."""

_LEGEND_ROW = 20.0
_LEGEND_GAP = 18.0
_SWATCH = {"lines": 24.0, "steps": 24.0, "area": 24.0}
_LONGEST_NAME = 260.0


class Drawn(msgspec.Struct, frozen=True):
    """Markup, how much height it takes, and whether it says everything."""

    markup: str = ""
    height: float = 0.0
    whole: bool = True


class Entry(msgspec.Struct, frozen=True):
    """A line of a legend: its sample, drawn in a box of this width and of the letters' height, and its name."""

    name: str
    sample: Callable[[float, float], str]
    """From the left end and the middle of the box to markup."""
    swatch: float = 12.0


def legend(chart: Chart) -> Drawn:
    """Name the series above the data; one series alone needs no legend."""
    if len(chart.series) < 2:
        return Drawn()
    # Several histograms are outlines over one another.
    kind = "steps" if chart.kind == "histogram" else chart.kind
    return key([entry(place, series.name, kind) for place, series in enumerate(chart.series)])


def entry(place: int, name: str, kind: str) -> Entry:
    """The legend's entry of a series, as its kind of chart draws it."""
    return Entry(name, partial(_sample, kind, place), _SWATCH.get(kind, 12.0))


def key(entries: Sequence[Entry]) -> Drawn:
    """Write a legend above the data."""
    x, y, parts, whole = 0.0, SIZE, [], True
    for each in entries:
        said = " ".join(each.name.split())
        name = shorten(said, _LONGEST_NAME)
        needed = each.swatch + 6 + width(name)
        if x and x + needed > WIDTH:
            x, y = 0.0, y + _LEGEND_ROW
        parts.append(each.sample(x, y - SIZE / 2 + 2) + label(x + each.swatch + 6, y, name, class_="name"))
        x += needed + _LEGEND_GAP
        whole = whole and name == said
    return Drawn(element("g", "".join(parts), class_="legend"), y + 12, whole) if parts else Drawn()


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


def rungs(ticks: Ticks, labels: list[str], scale: Scale, left: float, right: float = WIDTH) -> str:
    """Draw a hairline per tick and its label left of it; the line at zero is the strong one."""
    parts = []
    for value, said in zip(ticks.values, labels, strict=True):
        y = scale(value)
        parts.append(element("line", class_="zero" if value == 0 else "grid", x1=left, x2=right, y1=y, y2=y))
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


def _sample(kind: str, series: int, x: float, middle: float) -> str:
    if kind == "scatter":
        return looks.marker(series, x + 6, middle)
    if kind == "area":
        tint = element("rect", class_=f"area {looks.colour(series)}", x=x, y=middle - SIZE / 2, width=24.0, height=SIZE)
        return tint + looks.line(series, f"M{number(x)} {number(middle - SIZE / 2)}h24")
    if kind not in _SWATCH:
        return looks.bar(series, x, middle - SIZE / 2, 12.0, SIZE)
    swatch = _SWATCH[kind]
    drawn = looks.line(series, f"M{number(x)} {number(middle)}h{swatch}")
    return drawn + (looks.marker(series, x + swatch / 2, middle) if kind == "lines" else "")


def _is_whole(lines: list[str], said: str) -> bool:
    return " ".join(lines) == " ".join(said.split())
