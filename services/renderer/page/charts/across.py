"""The grid and ticks of a horizontal measure below rows."""

from __future__ import annotations

import math

from services.renderer.page.charts.axle import On
from services.renderer.page.charts.frame import WIDTH
from services.renderer.page.charts.lettering import LEADING, width
from services.renderer.page.charts.markup import element, label


def across(on: On, top: float, bottom: float) -> str:
    """Draw a hairline per tick over the rows, and below them the labels that do not touch."""
    parts, end = [], -math.inf
    zero = on.at(0.0) if on.covers(0.0) else None
    for x, said in on.ticks():
        half = width(said) / 2
        parts.append(element("line", class_="zero" if x == zero else "grid", x1=x, x2=x, y1=top, y2=bottom))
        at = max(min(x, WIDTH - half), half)
        if at - half > end:
            parts.append(label(at, bottom + LEADING, said, class_="tick", text_anchor="middle"))
            end = at + half + 6
    return element("g", "".join(parts), class_="scale")
