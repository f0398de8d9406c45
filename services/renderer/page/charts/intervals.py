"""Middles with their intervals, and boxes, one row each."""

from __future__ import annotations

from collections.abc import Callable

from services.renderer.page.charts import frame, looks
from services.renderer.page.charts.across import across
from services.renderer.page.charts.axle import On, axle
from services.renderer.page.charts.frame import WIDTH, Drawn, Entry
from services.renderer.page.charts.guides import dashed
from services.renderer.page.charts.lettering import LEADING
from services.renderer.page.charts.markup import element
from services.renderer.page.charts.rows import rows
from services.renderer.page.charts.scale import finite
from shared.document.blocks import Guide, Interval, Intervals
from shared.document.labels import Labels
from shared.document.tables import measured
from shared.document.thinning import spread

_ROW = 30.0
_OUTLIERS = 100


def intervals(drawn: Intervals, words: Labels) -> Drawn:
    """Draw each row's reach as a line with ends, its box, its middle and its outliers."""
    upright = [guide for guide in drawn.guides if guide.kind == "vertical"]
    key = frame.key([Entry(guide.label, _sample(at), 24.0) for at, guide in enumerate(upright) if guide.label.strip()])
    heading = frame.title(measured(drawn.x), key.height)
    laid = rows([each.name for each in drawn.rows], key.height + heading.height + 8, wanted=_ROW)
    values = [value for each in drawn.rows for value in _values(each)]
    measure = axle([*values, *(guide.at for guide in upright)], words.numerals)
    on = measure.scale(laid.left + 8, WIDTH - 16)
    parts = [key.markup, heading.markup, across(on, laid.top, laid.bottom), laid.markup()]
    parts += [_guide(at, guide, on, laid.top, laid.bottom) for at, guide in enumerate(upright)]
    parts += [_row(each, on, laid.middle(place), laid.height) for place, each in enumerate(drawn.rows)]
    foot = frame.foot(measured(drawn.y), laid.bottom + LEADING + 4)
    whole = laid.whole and key.whole and heading.whole and foot.whole
    return Drawn("".join([*parts, foot.markup]), laid.bottom + LEADING + 8 + foot.height, whole)


def _values(row: Interval) -> list[float]:
    return finite([row.middle, row.low, row.high, *(row.box or ()), *row.outliers])


def _row(row: Interval, on: On, middle: float, height: float) -> str:
    half = min(9.0, height * 0.32)
    low, high, centre = on.at(row.low), on.at(row.high), on.at(row.middle)
    parts = []
    if low is not None and high is not None:
        parts.append(element("line", class_="whisker", x1=low, x2=high, y1=middle, y2=middle))
        cap = half * 0.6
        parts += [element("line", class_="whisker", x1=x, x2=x, y1=middle - cap, y2=middle + cap) for x in (low, high)]
    box = [on.at(end) for end in row.box or ()]
    if len(box) == 2 and box[0] is not None and box[1] is not None:
        left, right = sorted((box[0], box[1]))
        parts.append(element("rect", class_="box", x=left, y=middle - half, width=right - left, height=2 * half))
    if centre is not None and row.box:
        parts.append(element("line", class_="median", x1=centre, x2=centre, y1=middle - half, y2=middle + half))
    elif centre is not None:
        parts.append(looks.marker(0, centre, middle, 4.4))
    kept = finite(row.outliers)
    shown = [kept[at] for at in spread(kept, kept, _OUTLIERS)]
    outside = [on.at(value) for value in shown]
    parts += [element("circle", class_="outlier", cx=x, cy=middle, r=2.4) for x in outside if x is not None]
    return element("g", "".join(parts), class_="interval") if parts else ""


def _guide(at: int, guide: Guide, on: On, top: float, bottom: float) -> str:
    x = on.at(guide.at)
    if x is None:
        return ""
    return element("line", class_="guide", x1=x, x2=x, y1=top, y2=bottom, stroke_dasharray=dashed(at))


def _sample(at: int) -> Callable[[float, float], str]:
    return lambda x, middle: element(
        "line", class_="guide", x1=x, x2=x + 24, y1=middle, y2=middle, stroke_dasharray=dashed(at)
    )
