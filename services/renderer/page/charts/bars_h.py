"""Grouped horizontal bars, whose names have room to be long."""

from __future__ import annotations

import math

from services.renderer.page.charts import frame, looks
from services.renderer.page.charts.frame import WIDTH, Drawn
from services.renderer.page.charts.lettering import LEADING, SIZE, width, wrap
from services.renderer.page.charts.markup import element, label, stack
from services.renderer.page.charts.scale import Scale, compact, domain, finite, place, ticks
from shared.document.blocks import Chart
from shared.document.labels import Labels, Numerals
from shared.document.tables import categories, measured

_BAR = 15.0
_GAP = 9.0
_TALLEST = 780.0
_NAMES = 230.0


def bars_h(chart: Chart, words: Labels) -> Drawn:
    """Draw one row of bars per category; the rows share one page whatever their number."""
    names = [" ".join(name.split()) for name in categories(chart, words.numerals)]
    broken = [wrap(name, _NAMES, rows=2) for name in names]
    left = max((width(line) for lines in broken for line in lines), default=0.0) + 10
    key = frame.legend(chart)
    heading = frame.title(measured(chart.x), key.height)
    top = key.height + heading.height + 8
    rows = _Rows(chart, broken, top)
    marks = ticks(*domain(finite(value for series in chart.series for value in series.values), zero=True))
    said = frame.tick_labels(marks, words.numerals)
    scale = Scale(
        marks.values[0], marks.values[-1], left + _before(chart, words.numerals), WIDTH - _after(chart, words.numerals)
    )
    foot = frame.foot(frame.value_title(chart), rows.bottom + LEADING + 4)
    parts = [key.markup, heading.markup, _grid(marks.values, said, scale, top, rows.bottom)]
    parts += [rows.names(left), rows.bars(scale), rows.values(scale, words.numerals), foot.markup]
    whole = rows.whole and key.whole and heading.whole and foot.whole
    whole = whole and all(" ".join(lines) == name for lines, name in zip(broken, names, strict=True))
    return Drawn("".join(parts), rows.bottom + LEADING + 8 + foot.height, whole)


class _Rows:
    def __init__(self, chart: Chart, names: list[list[str]], top: float) -> None:
        series = max(len(chart.series), 1)
        self._chart, self._names, self._top = chart, names, top
        wanted = [max(series * _BAR, LEADING * len(lines)) + _GAP for lines in names]
        room = min(1.0, _TALLEST / max(sum(wanted), 1))
        self._heights = [height * room for height in wanted]
        self._broad = min(_BAR, min(self._heights, default=_BAR) / (series + 0.6))
        self._every = math.ceil(LEADING / min(self._heights, default=LEADING))
        self._single = any(len(lines) * LEADING > height for lines, height in zip(names, self._heights, strict=True))
        self.bottom = top + sum(self._heights)
        self.whole = self._every == 1 and not self._single

    def names(self, left: float) -> str:
        parts = []
        for place_, (middle, lines) in enumerate(zip(self._middles(), self._names, strict=True)):
            if place_ % self._every == 0:
                kept = lines[:1] if self._single else lines
                y = middle + SIZE * 0.35 - LEADING * (len(kept) - 1) / 2
                parts.append(stack(left - 10, y, kept, text_anchor="end"))
        return element("g", "".join(parts), class_="names")

    def bars(self, scale: Scale) -> str:
        parts = []
        for number, series in enumerate(self._chart.series):
            for middle, value in zip(self._middles(), series.values, strict=False):
                if (drawn := place(value)) is not None:
                    ends = sorted((scale(0), scale(drawn)))
                    y = middle + (number - len(self._chart.series) / 2) * self._broad
                    parts.append(looks.bar(number, ends[0], y, ends[1] - ends[0], self._broad * 0.9))
        return "".join(parts)

    def values(self, scale: Scale, numerals: Numerals) -> str:
        if len(self._chart.series) != 1 or self._every > 1:
            return ""
        parts = [
            label(
                scale(drawn) + (-5 if drawn < 0 else 5),
                middle + SIZE * 0.35,
                compact(drawn, numerals),
                text_anchor="end" if drawn < 0 else "start",
            )
            for middle, value in zip(self._middles(), self._chart.series[0].values, strict=False)
            if (drawn := place(value)) is not None
        ]
        return element("g", "".join(parts), class_="values")

    def _middles(self) -> list[float]:
        y, middles = self._top, []
        for height in self._heights:
            middles.append(y + height / 2)
            y += height
        return middles


def _grid(values: list[float], labels: list[str], scale: Scale, top: float, bottom: float) -> str:
    parts = []
    end = -math.inf
    for value, said in zip(values, labels, strict=True):
        x, half = scale(value), width(said) / 2
        parts.append(element("line", class_="zero" if value == 0 else "grid", x1=x, x2=x, y1=top, y2=bottom))
        at = max(min(x, WIDTH - half), half)
        if at - half > end:
            parts.append(label(at, bottom + LEADING, said, class_="tick", text_anchor="middle"))
            end = at + half + 4
    return element("g", "".join(parts), class_="scale")


def _before(chart: Chart, numerals: Numerals) -> float:
    """Return the room that values left of negative bars need."""
    return _room(chart, numerals, negative=True)


def _after(chart: Chart, numerals: Numerals) -> float:
    return max(_room(chart, numerals, negative=False), 16.0)


def _room(chart: Chart, numerals: Numerals, *, negative: bool) -> float:
    if len(chart.series) != 1:
        return 0.0
    ends = [value for value in finite(chart.series[0].values) if (value < 0) == negative]
    return max((width(compact(value, numerals)) + 8 for value in ends), default=0.0)
