"""Changes one after the other, each from where the one before ended."""

from __future__ import annotations

from itertools import accumulate

from services.renderer.page.charts import frame, looks
from services.renderer.page.charts.categories import below
from services.renderer.page.charts.frame import PLOT, WIDTH, Drawn
from services.renderer.page.charts.lettering import LEADING, SIZE, width
from services.renderer.page.charts.markup import element, label
from services.renderer.page.charts.scale import Scale, compact, domain, place, ticks
from shared.document.blocks import Chart
from shared.document.labels import Labels, Numerals
from shared.document.tables import categories, measured

_GROUP = 0.66
_WIDEST = 72.0
_UP, _DOWN, _TOTAL = 0, 1, 3


def waterfall(chart: Chart, words: Labels) -> Drawn:
    """Draw the changes of the first series, joined by hairlines; ``total`` closes with a bar from zero."""
    names = categories(chart, words.numerals)
    changes = [place(value) or 0.0 for series in chart.series[:1] for value in series.values]
    changes += [0.0] * (len(names) - len(changes))
    ends = [place(value) or 0.0 for value in accumulate(changes)]
    spans = [(end - change, end) for change, end in zip(changes, ends, strict=True)]
    kinds = [_UP if change >= 0 else _DOWN for change in changes]
    said = [
        _signed(change, words.numerals) if at else compact(change, words.numerals) for at, change in enumerate(changes)
    ]
    if chart.total.strip():
        names, spans, kinds = [*names, chart.total], [*spans, (0.0, ends[-1] if ends else 0.0)], [*kinds, _TOTAL]
        said.append(compact(spans[-1][1], words.numerals))
    marks = ticks(*domain([end for span in spans for end in span], zero=True))
    labels = frame.tick_labels(marks, words.numerals)
    heading = frame.title(frame.value_title(chart), 0.0)
    top, left = heading.height + SIZE + 10, frame.margin(labels)
    bottom = top + PLOT + LEADING
    scale = Scale(marks.values[0], marks.values[-1], bottom - LEADING, top)
    band = (WIDTH - left) / max(len(names), 1)
    broad = min(band * _GROUP, _WIDEST)
    middles = [left + band * (at + 0.5) for at in range(len(names))]
    parts = [heading.markup, frame.rungs(marks, labels, scale, left)]
    for at, ((start, end), middle) in enumerate(zip(spans, middles, strict=True)):
        low, high = sorted((scale(start), scale(end)))
        parts.append(looks.bar(kinds[at], middle - broad / 2, low, broad, max(high - low, 0.75)))
        if at + 1 < len(spans):
            y = scale(end)
            parts.append(
                element("line", class_="notch", x1=middle + broad / 2, x2=middles[at + 1] - broad / 2, y1=y, y2=y)
            )
    if all(width(each) + 4 <= band for each in said):
        written = [
            label(x, min(scale(start), scale(end)) - 5 if end >= start else max(scale(start), scale(end)) + SIZE + 2, each,
                  text_anchor="middle")
            for x, (start, end), each in zip(middles, spans, said, strict=True)
        ]  # fmt: skip
        parts.append(element("g", "".join(written), class_="values"))
    under = below(names, middles, bottom, ordered=False, left=left, right=WIDTH)
    closing = frame.foot(measured(chart.x), bottom + under.height)
    whole = heading.whole and under.whole and closing.whole
    return Drawn("".join([*parts, under.markup, closing.markup]), bottom + under.height + closing.height + 6, whole)


def _signed(change: float, numerals: Numerals) -> str:
    return f"+{compact(change, numerals)}" if change > 0 else compact(change, numerals)
