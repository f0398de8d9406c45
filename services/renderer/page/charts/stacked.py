"""Series upon one another: as bars over categories, and as areas."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from services.renderer.page.charts import frame, looks
from services.renderer.page.charts.categories import below
from services.renderer.page.charts.frame import PLOT, WIDTH, Drawn
from services.renderer.page.charts.lettering import SIZE, width
from services.renderer.page.charts.lines import centres
from services.renderer.page.charts.markup import element, label, number
from services.renderer.page.charts.scale import Scale, compact, domain, place, ticks
from shared.document.blocks import Chart
from shared.document.labels import Labels
from shared.document.tables import categories, measured

_GROUP = 0.66
_WIDEST = 72.0


def stacked(chart: Chart, words: Labels) -> Drawn:
    """Draw one bar of segments per category; what is below zero hangs below it."""
    names = categories(chart, words.numerals)
    columns = [[_value(series.values, at) for series in chart.series] for at in range(len(names))]
    rises = [sum(value for value in column if value > 0) for column in columns]
    falls = [sum(value for value in column if value < 0) for column in columns]
    stand = _Stand(chart, [*rises, *falls], words)
    band = (WIDTH - stand.left) / max(len(names), 1)
    broad = min(band * _GROUP, _WIDEST)
    middles = [stand.left + band * (at + 0.5) for at in range(len(names))]
    drawn = "".join(
        _column(column, middle - broad / 2, broad, stand.scale) for column, middle in zip(columns, middles, strict=True)
    )
    if not any(falls):
        said = [compact(rise, words.numerals) for rise in rises]
        if all(width(each) + 4 <= band for each in said):
            told = [
                label(x, stand.scale(rise) - 5, each, text_anchor="middle")
                for x, rise, each in zip(middles, rises, said, strict=True)
                if rise
            ]
            drawn += element("g", "".join(told), class_="values") if told else ""
    under = below(names, middles, stand.bottom, ordered=chart.ordered, left=stand.left, right=WIDTH)
    return stand.finish(drawn, under, measured(chart.x))


def area(chart: Chart, words: Labels) -> Drawn:
    """Draw each series as an area upon those before it; a gap and what is below zero are nothing."""
    names = categories(chart, words.numerals)
    levels = [[0.0] * len(names)]
    for series in chart.series:
        levels.append([low + max(_value(series.values, at), 0.0) for at, low in enumerate(levels[-1])])
    stand = _Stand(chart, levels[-1], words)
    middles = centres(len(names), stand.left)
    drawn = "".join(_area(at, middles, low, high, stand.scale) for at, (low, high) in enumerate(pairwise(levels)))
    under = below(names, middles, stand.bottom, ordered=True, left=stand.left, right=WIDTH)
    return stand.finish(drawn, under, measured(chart.x))


class _Stand:
    """The frame of what stands on zero."""

    def __init__(self, chart: Chart, totals: Sequence[float], words: Labels) -> None:
        marks = ticks(*domain(list(totals), zero=True))
        labels = frame.tick_labels(marks, words.numerals)
        key = frame.legend(chart)
        heading = frame.title(frame.value_title(chart), key.height)
        top = key.height + heading.height + SIZE + 10
        self.left, self.bottom = frame.margin(labels), top + PLOT
        self.scale = Scale(marks.values[0], marks.values[-1], self.bottom, top)
        self._whole = key.whole and heading.whole
        self._before = key.markup + heading.markup + frame.rungs(marks, labels, self.scale, self.left)

    def finish(self, data: str, under: Drawn, measure: str) -> Drawn:
        base = self.bottom + under.height
        closing = frame.foot(measure, base)
        markup = self._before + data + under.markup + closing.markup
        return Drawn(markup, base + closing.height + 6, self._whole and under.whole and closing.whole)


def _value(values: Sequence[float | None], at: int) -> float:
    return (place(values[at]) or 0.0) if at < len(values) else 0.0


def _column(values: Sequence[float], x: float, broad: float, scale: Scale) -> str:
    up, down, parts = 0.0, 0.0, []
    for series, value in enumerate(values):
        base = up if value > 0 else down
        ends = sorted((scale(base), scale(base + value)))
        if value:
            seam = 1.0 if base and ends[1] - ends[0] > 3 else 0.0
            parts.append(looks.bar(series, x, ends[0] + (seam if value < 0 else 0), broad, ends[1] - ends[0] - seam))
        up, down = (base + value, down) if value > 0 else (up, base + value if value < 0 else down)
    return "".join(parts)


def _area(series: int, xs: Sequence[float], low: Sequence[float], high: Sequence[float], scale: Scale) -> str:
    if not any(top > base for base, top in zip(low, high, strict=True)):
        return ""
    over = [(x, scale(value)) for x, value in zip(xs, high, strict=True)]
    under = [(x, scale(value)) for x, value in zip(xs, low, strict=True)]
    if len(xs) == 1:
        return looks.bar(series, xs[0] - _WIDEST / 2, over[0][1], _WIDEST, under[0][1] - over[0][1])
    d = "M" + "L".join(f"{number(x)} {number(y)}" for x, y in [*over, *reversed(under)]) + "z"
    edge = "M" + "L".join(f"{number(x)} {number(y)}" for x, y in over)
    return element("path", class_=f"area {looks.colour(series)}", d=d) + looks.line(series, edge)
