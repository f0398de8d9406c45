"""Tables that are as wide everywhere, and the tables behind charts."""

from __future__ import annotations

import math
from itertools import pairwise

from shared.document.blocks import Axis, Chart, Column, Inline, Table, Text
from shared.document.labels import Numerals


def even(table: Table) -> Table:
    """Return the table with as many columns as its longest row, and every row as long."""
    width = max([len(table.columns), *(len(row) for row in table.rows)])
    columns = [*table.columns, *(Column([]) for _ in range(width - len(table.columns)))]
    rows = [[*row, *([] for _ in range(width - len(row)))] for row in table.rows]
    return Table(columns, rows, table.caption, table.note)


def data_table(chart: Chart, numerals: Numerals) -> Table:
    """Return the figures of a chart: one row per category, one column per series."""
    columns = [Column(_cell(measured(chart.x)))]
    columns += [Column(_cell(_heading(chart, series.name)), align="right") for series in chart.series]
    rows = [
        [
            _cell(name),
            *(_cell(numerals.write(rounded(_value(series.values, place), chart.decimals))) for series in chart.series),
        ]
        for place, name in enumerate(categories(chart, numerals))
    ]
    return Table(columns, rows)


def categories(chart: Chart, numerals: Numerals) -> list[str]:
    """Return a name for every value: a histogram's are its bins; values without a name are numbered."""
    names = list(chart.categories)
    if chart.kind == "histogram" and len(chart.edges) > 1:
        names = [f"{numerals.write(low)} \N{EN DASH} {numerals.write(high)}" for low, high in pairwise(chart.edges)]
    longest = max((len(series.values) for series in chart.series), default=0)
    return [*names, *(str(place + 1) for place in range(len(names), longest))]


def measured(axis: Axis) -> str:
    """Return what an axis shows and in which unit."""
    return f"{axis.label} ({axis.unit})" if axis.label and axis.unit else axis.label or axis.unit


def rounded(value: float | None, decimals: int | None) -> float | None:
    """Return what is written of a value whose digits are limited."""
    return value if value is None or decimals is None or not math.isfinite(value) else round(value, decimals)


def _value(values: list[float | None], place: int) -> float | None:
    return values[place] if place < len(values) else None


def _heading(chart: Chart, name: str) -> str:
    if len(chart.series) == 1 and not name:
        return measured(chart.y)
    return f"{name} ({chart.y.unit})" if chart.y.unit else name


def _cell(said: str) -> list[Inline]:
    return [Text(said)]
