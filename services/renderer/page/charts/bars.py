"""Grouped vertical bars, and a histogram's bins."""

from __future__ import annotations

from services.renderer.page.charts import frame, looks
from services.renderer.page.charts.categories import below
from services.renderer.page.charts.frame import PLOT, WIDTH, Drawn
from services.renderer.page.charts.lettering import LEADING, SIZE, width
from services.renderer.page.charts.markup import element, label, number
from services.renderer.page.charts.scale import Scale, compact, domain, finite, place, ticks
from shared.document.blocks import Chart, Series
from shared.document.labels import Labels
from shared.document.tables import categories, measured

_GROUP = 0.72
_WIDEST = 64.0


def bars(chart: Chart, words: Labels) -> Drawn:
    """Draw one group of bars per category."""
    names = categories(chart, words.numerals)
    upright = Upright(chart, words)
    band = (WIDTH - upright.left) / max(len(names), 1)
    broad = min(band * _GROUP / max(len(chart.series), 1), _WIDEST)
    centres = [upright.left + band * (at + 0.5) for at in range(len(names))]
    drawn = "".join(
        upright.bar(number, value, centres[at] + (number - len(chart.series) / 2) * broad, broad - min(1, broad * 0.4))
        for number, series in enumerate(chart.series)
        for at, value in enumerate(series.values)
    )
    values = upright.values(chart.series, centres, band) if len(chart.series) == 1 else ""
    if values and any(value < 0 for value in finite(chart.series[0].values)):
        upright.bottom += LEADING
    under = below(names, centres, upright.bottom, ordered=chart.ordered, left=upright.left, right=WIDTH)
    return upright.finish(drawn + values, under, measured(chart.x))


def histogram(chart: Chart, words: Labels) -> Drawn:
    """Draw counts over their bins, on an axis of the measured quantity; several series as outlines over it."""
    upright = Upright(chart, words)
    marks = ticks(chart.edges[0], chart.edges[-1], about=8)
    across = Scale(chart.edges[0], chart.edges[-1], upright.left + 4, WIDTH - 12)
    if len(chart.series) == 1:
        drawn = "".join(
            upright.bar(0, value, across(low) + 0.5, max(across(high) - across(low) - 1, 0.5))
            for value, low, high in zip(chart.series[0].values, chart.edges, chart.edges[1:], strict=False)
        )
    else:
        drawn = "".join(upright.outline(at, series, chart.edges, across) for at, series in enumerate(chart.series))
    inside = [
        (across(value), said)
        for value, said in zip(marks.values, marks.labels(words.numerals), strict=True)
        if chart.edges[0] - marks.step * 1e-9 <= value <= chart.edges[-1] + marks.step * 1e-9
    ]
    notches = "".join(
        element("line", class_="notch", x1=x, x2=x, y1=upright.bottom, y2=upright.bottom + 4) for x, _ in inside
    )
    under = below(
        [said for _, said in inside], [x for x, _ in inside], upright.bottom + 4, ordered=True, left=0, right=WIDTH
    )
    return upright.finish(drawn + notches, under, measured(chart.x))


class Upright:
    """The frame of a chart whose bars stand on zero."""

    def __init__(self, chart: Chart, words: Labels, *, key: Drawn | None = None, right: float = WIDTH) -> None:
        """
        Args:
            key: instead of the series' legend.
            right: where the grid ends.
        """
        low, high = domain(finite(value for series in chart.series for value in series.values), zero=True)
        marks = ticks(low, high)
        labels = frame.tick_labels(marks, words.numerals)
        key = key or frame.legend(chart)
        heading = frame.title(frame.value_title(chart), key.height)
        top = key.height + heading.height + SIZE + 10
        self._numerals = words.numerals
        self._whole = key.whole and heading.whole
        self.left, self.top, self.bottom = frame.margin(labels), top, top + PLOT
        self._scale = Scale(marks.values[0], marks.values[-1], self.bottom, top)
        self._before = key.markup + heading.markup + frame.rungs(marks, labels, self._scale, self.left, right)

    def bar(self, series: int, value: float | None, x: float, broad: float) -> str:
        """Draw a bar from zero to the value; a gap is nothing."""
        height = place(value)
        if height is None:
            return ""
        ends = sorted((self._scale(0), self._scale(height)))
        return looks.bar(series, x, ends[0], broad, ends[1] - ends[0])

    def outline(self, at: int, series: Series, edges: list[float], across: Scale) -> str:
        """Draw a histogram's series as a stepped line over a light area, so that others show through."""
        points: list[tuple[float, float]] = []
        for given, low, high in zip(series.values, edges, edges[1:], strict=False):
            y = self._scale(place(given) or 0.0)
            points += [(across(low), y), (across(high), y)]
        if not points:
            return ""
        zero = self._scale(0)
        around = [(points[0][0], zero), *points, (points[-1][0], zero)]
        d = "M" + "L".join(f"{number(x)} {number(y)}" for x, y in around)
        return element("path", class_=f"shade {looks.colour(at)}", d=d + "z") + looks.line(at, d)

    def values(self, series: list[Series], centres: list[float], band: float) -> str:
        """Write each value at the end of its bar, if all of them fit."""
        labels = [
            (at, value, compact(value, self._numerals))
            for at, each in enumerate(series[0].values)
            if (value := place(each)) is not None
        ]
        if any(width(said) + 4 > band for _, _, said in labels):
            return ""
        written = (
            label(centres[at], self._scale(value) + (SIZE + 3 if value < 0 else -5), said, text_anchor="middle")
            for at, value, said in labels
        )
        return element("g", "".join(written), class_="values")

    def finish(self, data: str, under: Drawn, measure: str) -> Drawn:
        """Put the chart together above the names under it."""
        base = self.bottom + under.height
        closing = frame.foot(measure, base)
        markup = self._before + data + under.markup + closing.markup
        return Drawn(markup, base + closing.height + 6, self._whole and under.whole and closing.whole)
