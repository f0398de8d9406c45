"""Small multiples: one panel per series, on the same axes or each on its own."""

from __future__ import annotations

import math

from services.renderer.page.charts import frame, looks
from services.renderer.page.charts.frame import WIDTH, Drawn
from services.renderer.page.charts.lettering import LEADING, SIZE, shorten, width
from services.renderer.page.charts.markup import element, label
from services.renderer.page.charts.scale import Scale, Ticks, domain, finite, place, ticks
from shared.document.blocks import Chart, Series
from shared.document.labels import Labels
from shared.document.tables import categories, measured

_HEIGHT = 84.0
_GAP = 22.0


def multiples(chart: Chart, words: Labels) -> Drawn:
    """Draw a small chart of bars per series; names of the first and the last category stand below each."""
    names = [" ".join(name.split()) for name in categories(chart, words.numerals)]
    scales = _scales(chart)
    labels = [frame.tick_labels(marks, words.numerals) for marks in scales]
    heading = frame.title(measured(chart.y), 0.0)
    left = max(map(frame.margin, labels), default=0.0)
    columns = 1 if len(chart.series) == 1 else 2 if len(chart.series) <= 4 else 3
    gap = _GAP + (left if chart.apart else 0.0)
    broad = (WIDTH - left - gap * (columns - 1)) / columns
    apart = _HEIGHT + 3 * LEADING + 12
    every = all(width(name) + 4 <= broad / max(len(names), 1) for name in names)
    parts, whole = [heading.markup], heading.whole and (every or len(names) <= 2)
    for at, series in enumerate(chart.series):
        row, column = divmod(at, columns)
        top = heading.height + 14 + LEADING + row * apart
        panel = _Panel(left + column * (broad + gap), top, broad, scales[at])
        name = shorten(" ".join(series.name.split()), broad)
        whole = whole and name == " ".join(series.name.split())
        parts.append(
            panel.frame(name, labels[at] if column == 0 or chart.apart else [])
            + panel.bars(at, series, len(names))
            + panel.names(names, every=every)
        )
    rows = math.ceil(len(chart.series) / columns)
    bottom = heading.height + 14 + LEADING + rows * apart - LEADING
    foot = frame.foot(measured(chart.x), bottom)
    return Drawn("".join([*parts, foot.markup]), bottom + foot.height + 6, whole and foot.whole)


def _scales(chart: Chart) -> list[Ticks]:
    """The ticks of each panel."""
    own = [series.values for series in chart.series]
    every = [value for values in own for value in values]
    covered = own if chart.apart else [every] * len(own)
    return [ticks(*domain(finite(values), zero=True), about=3) for values in covered]


class _Panel:
    def __init__(self, left: float, top: float, broad: float, marks: Ticks) -> None:
        self._left, self._top, self._broad, self._marks = left, top, broad, marks
        self._bottom = top + _HEIGHT
        self._scale = Scale(marks.values[0], marks.values[-1], self._bottom, top)

    def frame(self, name: str, labels: list[str]) -> str:
        parts = []
        for at, value in enumerate(self._marks.values):
            y = self._scale(value)
            kind = "zero" if value == 0 else "grid"
            parts.append(element("line", class_=kind, x1=self._left, x2=self._left + self._broad, y1=y, y2=y))
            if labels:
                parts.append(label(self._left - 8, y + SIZE * 0.35, labels[at], class_="tick", text_anchor="end"))
        return element("g", "".join(parts), class_="scale") + label(self._left, self._top - 8, name, class_="name")

    def bars(self, at: int, series: Series, count: int) -> str:
        band = self._broad / max(count, 1)
        parts, zero = [], self._scale(0)
        for category, given in enumerate(series.values):
            if (value := place(given)) is not None and value:
                ends = sorted((zero, self._scale(value)))
                x = self._left + band * (category + 0.12)
                parts.append(
                    element(
                        "rect",
                        class_=f"bar {looks.colour(0)}",
                        x=x,
                        y=ends[0],
                        width=band * 0.76,
                        height=ends[1] - ends[0],
                    )
                )
        return element("g", "".join(parts), class_=f"panel p{at}") if parts else ""

    def names(self, names: list[str], *, every: bool) -> str:
        """Write the names below the bars, or those of the first and the last one."""
        y, band = self._bottom + LEADING, self._broad / max(len(names), 1)
        if every:
            parts = [
                label(self._left + band * (at + 0.5), y, name, text_anchor="middle")
                for at, name in enumerate(names)
                if name
            ]
        else:
            room = self._broad / 2 - 4
            ends = shorten(names[0], room), shorten(names[-1], room)
            parts = [label(self._left, y, ends[0]), label(self._left + self._broad, y, ends[1], text_anchor="end")]
        return element("g", "".join(parts), class_="names") if parts else ""
