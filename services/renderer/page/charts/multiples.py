"""Small multiples: one panel per series, all on the same axes."""

from __future__ import annotations

import math

from services.renderer.page.charts import frame, looks
from services.renderer.page.charts.frame import WIDTH, Drawn
from services.renderer.page.charts.lettering import LEADING, SIZE, shorten
from services.renderer.page.charts.markup import element, label
from services.renderer.page.charts.scale import Scale, Ticks, domain, finite, place, ticks
from shared.document.blocks import Chart, Series
from shared.document.labels import Labels
from shared.document.tables import categories, measured

_HEIGHT = 84.0
_GAP = 22.0


def multiples(chart: Chart, words: Labels) -> Drawn:
    """Draw a small chart of bars per series; names of the first and the last category stand below each."""
    names = categories(chart, words.numerals)
    marks = ticks(*domain(finite(value for series in chart.series for value in series.values), zero=True), about=3)
    labels = frame.tick_labels(marks, words.numerals)
    heading = frame.title(measured(chart.y), 0.0)
    left = frame.margin(labels)
    columns = 1 if len(chart.series) == 1 else 2 if len(chart.series) <= 4 else 3
    broad = (WIDTH - left - _GAP * (columns - 1)) / columns
    apart = _HEIGHT + 3 * LEADING + 12
    parts, whole = [heading.markup], heading.whole and len(names) <= 2
    for at, series in enumerate(chart.series):
        row, column = divmod(at, columns)
        top = heading.height + 8 + LEADING + row * apart
        panel = _Panel(left + column * (broad + _GAP), top, broad, marks)
        name = shorten(" ".join(series.name.split()), broad)
        whole = whole and name == " ".join(series.name.split())
        parts.append(
            panel.frame(name, labels if column == 0 else []) + panel.bars(at, series, len(names)) + panel.ends(names)
        )
    rows = math.ceil(len(chart.series) / columns)
    bottom = heading.height + 8 + LEADING + rows * apart - LEADING
    foot = frame.foot(measured(chart.x), bottom)
    return Drawn("".join([*parts, foot.markup]), bottom + foot.height + 6, whole and foot.whole)


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

    def ends(self, names: list[str]) -> str:
        if not names:
            return ""
        y, room = self._bottom + LEADING, self._broad / 2 - 4
        said = [shorten(" ".join(name.split()), room) for name in (names[0], names[-1])]
        first = label(self._left, y, said[0]) if said[0] else ""
        last = label(self._left + self._broad, y, said[1], text_anchor="end") if len(names) > 1 and said[1] else ""
        return element("g", first + last, class_="names") if first or last else ""
