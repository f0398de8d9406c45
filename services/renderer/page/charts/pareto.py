"""Bars from the largest to the smallest, and the line of what they have come to."""

from __future__ import annotations

import msgspec

from services.renderer.page.charts import frame, looks
from services.renderer.page.charts.bars import Upright, bars
from services.renderer.page.charts.categories import below
from services.renderer.page.charts.frame import WIDTH, Drawn
from services.renderer.page.charts.lettering import SIZE, width
from services.renderer.page.charts.markup import element, label
from services.renderer.page.charts.plane import path
from services.renderer.page.charts.scale import Scale, place
from shared.document.blocks import Chart, Series
from shared.document.labels import Labels
from shared.document.tables import categories, measured

_GROUP = 0.72
_WIDEST = 64.0
_SHARES = (0, 20, 40, 60, 80, 100)


def pareto(chart: Chart, words: Labels) -> Drawn:
    """Draw the one series in falling order, with its cumulative share on the right axis.

    What has no such order, because it has several series or values below zero, is drawn as bars.
    """
    known = [
        (value, name) for value, name in zip(_values(chart), categories(chart, words.numerals), strict=False) if value
    ]
    if len(chart.series) != 1 or not known or any(value < 0 for value, _ in known):
        return bars(msgspec.structs.replace(chart, kind="bars"), words)
    known.sort(key=lambda one: -one[0])
    only = msgspec.structs.replace(
        chart, kind="bars", series=[Series(chart.series[0].name, [value for value, _ in known])],
        categories=[name for _, name in known],
    )  # fmt: skip
    written = [f"{words.numerals.write(share)} %" for share in _SHARES]
    right = WIDTH - max(map(width, written)) - 10
    key = frame.key([frame.entry(0, frame.value_title(only), "bars"), frame.entry(1, "Σ %", "lines")])
    upright = Upright(only, words, key=key, right=right)
    band = (right - upright.left) / len(known)
    broad = min(band * _GROUP, _WIDEST)
    middles = [upright.left + band * (at + 0.5) for at in range(len(known))]
    drawn = "".join(upright.bar(0, value, x - broad / 2, broad) for x, (value, _) in zip(middles, known, strict=True))
    shares = Scale(0, 100, upright.bottom, upright.top)
    drawn += _shares([value for value, _ in known], middles, shares)
    for share, said in zip(_SHARES, written, strict=True):
        drawn += label(WIDTH, shares(share) + SIZE * 0.35, said, class_="tick", text_anchor="end")
    under = below([name for _, name in known], middles, upright.bottom, ordered=False, left=upright.left, right=right)
    return upright.finish(drawn, under, measured(chart.x))


def _values(chart: Chart) -> list[float | None]:
    return [place(value) for series in chart.series[:1] for value in series.values]


def _shares(values: list[float], middles: list[float], scale: Scale) -> str:
    largest = max(values)
    parts, sum_, total = [], 0.0, sum(value / largest for value in values)
    for value, x in zip(values, middles, strict=True):
        sum_ += value / largest
        parts.append((x, scale(100 * sum_ / total)))
    dots = "".join(looks.marker(1, *point) for point in parts) if len(parts) <= frame.FEW else ""
    return element("g", looks.line(1, path(list(parts))) + dots)
