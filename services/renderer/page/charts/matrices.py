"""Values in rows and columns, each a cell."""

from __future__ import annotations

import math

import msgspec

from services.renderer.page.charts import frame, looks
from services.renderer.page.charts.categories import below
from services.renderer.page.charts.frame import WIDTH, Drawn
from services.renderer.page.charts.lettering import LEADING, SIZE, width, wrap
from services.renderer.page.charts.markup import element, label, stack
from services.renderer.page.charts.rows import Rows, rows
from services.renderer.page.charts.scale import compact, finite, place
from shared.document.blocks import Matrix
from shared.document.labels import Labels, Numerals
from shared.document.tables import measured, rounded

_BROADEST = 130.0
_ROW = 44.0
_PLAIN_ROW = 30.0
_FAINT, _DARK = 0.05, 0.95
_LIGHT_LETTERS = 0.55


class _Cell(msgspec.Struct, frozen=True):
    row: int
    column: int
    value: float
    text: str
    detail: str
    depth: float
    """From 0, the lightest, to 1."""


def matrix(drawn: Matrix, words: Labels) -> Drawn:
    """Draw every known value as a cell; values are written where all of them fit."""
    heading = frame.title(measured(drawn.y), 0.0)
    laid = rows(drawn.rows, heading.height + 6, wanted=_ROW if drawn.details else _PLAIN_ROW)
    columns = max(len(drawn.columns), *(len(row) for row in drawn.values), 1)
    broad = min((WIDTH - laid.left) / columns, _BROADEST)
    cells = _cells(drawn, words.numerals)
    told = all(max(width(cell.text), width(cell.detail)) + 6 <= broad for cell in cells)
    told = told and laid.height >= (2 * LEADING + 4 if drawn.details else LEADING + 2)
    parts = [heading.markup, laid.markup(), *(_drawn(cell, drawn, laid, broad, told=told) for cell in cells)]
    centres = [laid.left + broad * (at + 0.5) for at in range(columns)]
    names = [*drawn.columns, *[""] * (columns - len(drawn.columns))]
    right = laid.left + broad * columns
    under = below(names, centres, laid.bottom, ordered=False, left=laid.left, right=right)
    foot = _foot(measured(drawn.x), laid.left, right, laid.bottom + under.height)
    whole = told and laid.whole and under.whole and heading.whole and foot.whole
    return Drawn("".join([*parts, under.markup, foot.markup]), laid.bottom + under.height + foot.height + 6, whole)


def _foot(said: str, left: float, right: float, y: float) -> Drawn:
    """Write what the columns are below them."""
    if not said.strip():
        return Drawn()
    lines = wrap(said, WIDTH, rows=2)
    half = max(map(width, lines)) / 2
    centre = min(max((left + right) / 2, half), WIDTH - half)
    whole = " ".join(lines) == " ".join(said.split())
    markup = stack(centre, y + LEADING, lines, class_="measure", text_anchor="middle")
    return Drawn(markup, LEADING * len(lines) + 4, whole)


def _cells(drawn: Matrix, numerals: Numerals) -> list[_Cell]:
    largest = [_largest(row) for row in drawn.values]
    most = max(largest, default=0.0)
    found = []
    for row, values in enumerate(drawn.values[: len(drawn.rows)]):
        reach = largest[row] if drawn.by_row else most
        for column, given in enumerate(values):
            if (value := place(given)) is not None:
                detail = drawn.details[row][column] if _has(drawn.details, row, column) else ""
                depth = math.sqrt(abs(value) / reach) if reach and not drawn.diverging else abs(value) / (reach or 1)
                text = compact(rounded(value, drawn.decimals) or 0.0, numerals) + (
                    f" {drawn.unit}" if drawn.unit else ""
                )
                found.append(_Cell(row, column, value, text, detail, min(depth, 1.0)))
    return found


def _drawn(cell: _Cell, drawn: Matrix, laid: Rows, broad: float, *, told: bool) -> str:
    x, y = laid.left + broad * cell.column, laid.top + laid.height * cell.row
    gap = 0.75 if min(broad, laid.height) > 6 else 0.0
    box = (x + gap, y + gap, broad - 2 * gap, laid.height - 2 * gap)
    negative = drawn.diverging and cell.value < 0
    depth = _FAINT + (_DARK - _FAINT) * cell.depth
    parts = [
        element(
            "rect", class_=f"cell {looks.colour(1 if negative else 0)}", x=box[0], y=box[1], width=box[2], height=box[3],
            fill_opacity=round(depth, 3),
        )
    ]  # fmt: skip
    if negative and (lines := looks.hatching(1, *box)):
        parts.append(element("path", class_="cell-hatch", d=lines))
    if told:
        kind = "on" if depth >= _LIGHT_LETTERS and not negative else "off"
        middle, centre = y + laid.height / 2, x + broad / 2
        shift = SIZE * 0.35 - (LEADING / 2 if cell.detail else 0)
        parts.append(label(centre, middle + shift, cell.text, text_anchor="middle", class_=f"said {kind}"))
        if cell.detail:
            parts.append(
                label(centre, middle + shift + LEADING, cell.detail, text_anchor="middle", class_=f"said {kind} detail")
            )
    return "".join(parts)


def _largest(row: list[float | None]) -> float:
    return max((abs(value) for value in finite(row)), default=0.0)


def _has(details: list[list[str]], row: int, column: int) -> bool:
    return row < len(details) and column < len(details[row])
