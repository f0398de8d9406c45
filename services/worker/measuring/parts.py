"""Blocks from figures. A chart without anything to show is left out, never drawn empty."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from shared.document.blocks import (
    Axis,
    Block,
    Callout,
    Chart,
    Column,
    Heading,
    Inline,
    ListBlock,
    Paragraph,
    Series,
    Table,
    Text,
    Tile,
    Tiles,
)

from .values import Unit, count

_BARS = 40
"""More parts than these are too narrow for bars of segments."""
_TOLD = 8
"""As many values of a series are read out to who cannot see a chart; of longer ones their extremes."""


def heading(text: str, level: int = 1) -> Heading:
    return Heading(level, [Text(text)])


def say(text: str) -> Paragraph:
    return Paragraph([Text(text)])


def warn(title: str, text: str) -> Callout:
    return Callout([say(text)], tone="info", title=title)


def tiles(*given: tuple[str, str, str]) -> Tiles:
    """Headline figures: label, value, note."""
    return Tiles([Tile(label, value, note) for label, value, note in given])


def notes(points: Sequence[tuple[str, str]]) -> ListBlock:
    """Definitions: a word and what it means here."""
    return ListBlock([[Paragraph([Text(f"{name}.", ["strong"]), Text(f" {text}")])] for name, text in points])


def table(
    heads: Sequence[str], rows: Sequence[Sequence[str]], *, caption: str, note: str = "", texts: int = 1
) -> list[Block]:
    """A table whose first ``texts`` columns are words and whose others are figures. Nothing without rows."""
    if not rows:
        return []
    columns = [Column([Text(name)], "left" if place < texts else "right") for place, name in enumerate(heads)]
    cells: list[list[list[Inline]]] = [
        [[Text(each, ["strong"] if place == 0 else [])] for place, each in enumerate(row)] for row in rows
    ]
    return [Table(columns, cells, caption=caption, note=note)]


def bars(
    title: str,
    categories: Sequence[str],
    series: Mapping[str, Sequence[float | None]],
    *,
    x: str = "",
    y: str = "",
    unit: str = "",
    caption: str = "",
    sideways: bool = False,
) -> list[Block]:
    """Bars over categories, which ``x`` names; nothing where every value is zero."""
    kind = "bars-h" if sideways else "bars"
    return _chart(kind, title, categories, series, (Axis(x), Axis(y, unit)), caption)


def stacked(
    title: str,
    categories: Sequence[str],
    series: Mapping[str, Sequence[float | None]],
    *,
    x: str,
    y: str,
    caption: str = "",
) -> list[Block]:
    """Bars of one segment per series over parts of the period; of many parts lines instead."""
    kind = "stacked" if len(categories) <= _BARS else "lines"
    return _chart(kind, title, categories, series, (Axis(x), Axis(y)), caption)


def pareto(title: str, counts: Mapping[str, float], *, x: str, y: str) -> list[Block]:
    """What something comes from, the largest first, with what they have come to together."""
    return _chart("pareto", title, list(counts), {y: list(counts.values())}, (Axis(x), Axis(y)), "")


def lines(
    title: str,
    categories: Sequence[str],
    series: Mapping[str, Sequence[float | None]],
    *,
    x: str,
    y: str,
    unit: str = "",
    caption: str = "",
) -> list[Block]:
    """Lines over parts of the period in their order. A single part is drawn as bars."""
    kind = "lines" if len(categories) > 1 else "bars"
    return _chart(kind, title, categories, series, (Axis(x), Axis(y, unit)), caption)


def in_unit(unit: Unit, series: Mapping[str, Sequence[float | None]]) -> dict[str, list[float | None]]:
    return {name: unit.values(values) for name, values in series.items()}


def histogram(title: str, counts: Mapping[int, int], *, x: str, y: str, caption: str = "") -> list[Block]:
    """How often each whole number came up, in at most twenty bins of one width."""
    if not counts or not any(counts.values()):
        return []
    low, high = min(counts), max(counts)
    width = max(1, math.ceil((high - low + 1) / 20))
    bins = (high - low) // width + 1
    edges = [float(low + width * place) for place in range(bins + 1)]
    values = [0.0] * bins
    for value, times in counts.items():
        values[(value - low) // width] += times
    total = sum(counts.values())
    alt = f"Histogram of {count(total)} values from {count(low)} to {count(high)} in steps of {count(width)}."
    return [
        Chart(
            kind="histogram",
            title=title,
            alt=f"{alt} Most frequent: {_bin(edges, values)}.",
            series=[Series(y, list(values))],
            edges=edges,
            x=Axis(x),
            y=Axis(y),
            caption=caption,
        )
    ]


def _bin(edges: list[float], values: list[float]) -> str:
    best = max(range(len(values)), key=values.__getitem__)
    return f"{count(edges[best])} to below {count(edges[best + 1])} ({count(values[best])})"


def _chart(
    kind: str,
    title: str,
    categories: Sequence[str],
    series: Mapping[str, Sequence[float | None]],
    axes: tuple[Axis, Axis],
    caption: str,
) -> list[Block]:
    drawn = {name: values for name, values in series.items() if any(values)}
    if not drawn:
        return []
    return [
        Chart(
            kind=kind,  # type: ignore[arg-type]
            ordered=kind == "stacked",
            title=title,
            alt=_alt(title, categories, drawn, axes),
            categories=list(categories),
            series=[Series(name, [None if v is None else float(v) for v in values]) for name, values in drawn.items()],
            x=axes[0],
            y=axes[1],
            caption=caption,
        )
    ]


def _alt(
    title: str, categories: Sequence[str], series: Mapping[str, Sequence[float | None]], axes: tuple[Axis, Axis]
) -> str:
    unit = next((axis.unit for axis in axes if axis.unit), "")
    told = []
    for name, values in series.items():
        known = [(value, at) for value, at in zip(values, categories, strict=True) if value is not None]
        if len(known) <= _TOLD:
            said = ", ".join(f"{at} {_figure(value, unit)}" for value, at in known)
        else:
            most, least = max(known), min(known)
            said = f"from {_figure(least[0], unit)} ({least[1]}) to {_figure(most[0], unit)} ({most[1]})"
        told.append(f"{name}: {said}" if len(series) > 1 or not title.startswith(name) else said)
    return f"{title}, {len(categories)} values on the axis. {'; '.join(told)}."


def _figure(value: float, unit: str) -> str:
    return f"{value:,.4g} {unit}".rstrip() if value != int(value) else f"{value:,.0f} {unit}".rstrip()
