"""Values against targets and ranges, one row each with an axis of its own."""

from __future__ import annotations

from services.renderer.page.charts import frame
from services.renderer.page.charts.frame import WIDTH, Drawn
from services.renderer.page.charts.lettering import SIZE, width
from services.renderer.page.charts.markup import element, label
from services.renderer.page.charts.rows import rows
from services.renderer.page.charts.scale import Scale, compact, finite, place
from shared.document.blocks import Bullet, Bullets
from shared.document.labels import Labels, Numerals

_ROW = 34.0
_STEPS = (0.30, 0.20, 0.12, 0.07)
"""How dark the ranges are, the first one darkest."""


def bullets(drawn: Bullets, words: Labels) -> Drawn:
    """Draw each value as a bar over its ranges, and its target as a stroke across."""
    entries = [frame.entry(0, words.terms.value, "bars"), frame.Entry(words.terms.target, _stroke)]
    key = frame.key(entries if any(each.target is not None for each in drawn.rows) else [])
    laid = rows([each.name for each in drawn.rows], key.height + 4, wanted=_ROW)
    said = [_said(each, drawn.unit, words.numerals) for each in drawn.rows]
    right = WIDTH - max(map(width, said), default=0.0) - 12
    right = max(right, laid.left + 80)
    parts = [key.markup, laid.markup()]
    for at, (row, text) in enumerate(zip(drawn.rows, said, strict=True)):
        parts.append(_row(row, laid.left, right, laid.middle(at), laid.height))
        parts.append(label(WIDTH, laid.middle(at) + SIZE * 0.35, text, text_anchor="end", class_="name"))
    whole = laid.whole and all(right + 12 + width(text) <= WIDTH + 0.5 for text in said)
    return Drawn("".join(parts), laid.bottom + 6, whole)


def _stroke(x: float, middle: float) -> str:
    return element("line", class_="target", x1=x + 6, x2=x + 6, y1=middle - 6, y2=middle + 6)


def _row(row: Bullet, left: float, right: float, middle: float, height: float) -> str:
    ends = sorted(value for value in finite(row.ranges) if value > 0)[: len(_STEPS)]
    known = finite([row.value, row.target])
    low, high = min([0.0, *known]), max([0.0, *known, *ends])
    if high - low <= 0:
        high = low + 1
    on = Scale(low, high, left, right)
    half, zero = height * 0.36, on(0)
    parts = []
    begin = zero
    for end, shade in zip(ends, _STEPS, strict=False):
        x = on(end)
        parts.append(
            element(
                "rect", class_="range", x=begin, y=middle - half, width=x - begin, height=2 * half, fill_opacity=shade
            )
        )
        begin = x
    value, target = place(row.value), place(row.target)
    if value is not None:
        x, span = min(zero, on(value)), abs(on(value) - zero)
        parts.append(element("rect", class_="bar s0", x=x, y=middle - half * 0.42, width=span, height=half * 0.84))
    if target is not None:
        x = on(target)
        parts.append(element("line", class_="target", x1=x, x2=x, y1=middle - half * 0.8, y2=middle + half * 0.8))
    return element("g", "".join(parts), class_="bullet") if parts else ""


def _said(row: Bullet, unit: str, numerals: Numerals) -> str:
    value, target = place(row.value), place(row.target)
    told = "\N{EN DASH}" if value is None else compact(value, numerals)
    told += "" if target is None else f" / {compact(target, numerals)}"
    return f"{told} {unit}".rstrip()
