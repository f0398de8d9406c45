"""Two values per category and the way between them."""

from __future__ import annotations

import msgspec

from services.renderer.page.charts import frame, looks
from services.renderer.page.charts.across import across
from services.renderer.page.charts.axle import axle
from services.renderer.page.charts.bars_h import bars_h
from services.renderer.page.charts.frame import WIDTH, Drawn
from services.renderer.page.charts.lettering import LEADING, SIZE, width
from services.renderer.page.charts.markup import element, label
from services.renderer.page.charts.rows import rows
from services.renderer.page.charts.scale import compact, place
from shared.document.blocks import Chart
from shared.document.labels import Labels
from shared.document.tables import categories, measured

_ROW = 26.0
_GAP = 9.0


def dumbbell(chart: Chart, words: Labels) -> Drawn:
    """Draw one row per category: a dot per series and a line between. With other than two series, bars."""
    if len(chart.series) != 2:
        return bars_h(msgspec.structs.replace(chart, kind="bars-h"), words)
    key = frame.key([frame.entry(at, each.name, "scatter") for at, each in enumerate(chart.series)])
    heading = frame.title(measured(chart.x), key.height)
    laid = rows(categories(chart, words.numerals), key.height + heading.height + 8, wanted=_ROW)
    pairs = [tuple(_value(series.values, at) for series in chart.series) for at in range(len(laid.names))]
    known = [value for pair in pairs for value in pair if value is not None]
    room = max((width(compact(value, words.numerals)) for value in known), default=0.0) + _GAP + 4
    on = axle(known, words.numerals).scale(laid.left + room, WIDTH - room)
    parts = [key.markup, heading.markup, across(on, laid.top, laid.bottom), laid.markup()]
    for at, pair in enumerate(pairs):
        dots = [(place_, series, value) for series, value in enumerate(pair) if (place_ := on.at(value)) is not None]
        parts.append(_row(sorted(dots), laid.middle(at), words, told=laid.height >= LEADING))
    foot = frame.foot(frame.value_title(chart), laid.bottom + LEADING + 4)
    whole = laid.whole and key.whole and heading.whole and foot.whole
    return Drawn("".join([*parts, foot.markup]), laid.bottom + LEADING + 8 + foot.height, whole)


def _row(dots: list[tuple[float, int, float | None]], middle: float, words: Labels, *, told: bool) -> str:
    """The row's line, dots and values; dots are in order of their places."""
    if not dots:
        return ""
    (first, _, low), (last, _, high) = dots[0], dots[-1]
    parts = [element("line", class_="way", x1=first, x2=last, y1=middle, y2=middle)] if len(dots) > 1 else []
    parts += [looks.marker(series, x, middle, 4.4) for x, series, _ in dots]
    if told:
        y = middle + SIZE * 0.35
        written = [label(last + _GAP, y, compact(high or 0.0, words.numerals), text_anchor="start")]
        if len(dots) > 1:
            written.append(label(first - _GAP, y, compact(low or 0.0, words.numerals), text_anchor="end"))
        parts.append(element("g", "".join(written), class_="values"))
    return element("g", "".join(parts), class_="pair")


def _value(values: list[float | None], at: int) -> float | None:
    return place(values[at]) if at < len(values) else None
