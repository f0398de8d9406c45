"""The tables behind graphics: every figure where they are few, and a summary of long series."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from math import isfinite

from shared.document.blocks import (
    Bullets,
    Chart,
    Column,
    Drawable,
    Inline,
    Intervals,
    Matrix,
    Moments,
    Plot,
    Points,
    Table,
    Text,
    Timeline,
    TimePlot,
)
from shared.document.labels import Labels
from shared.document.tables import data_table as chart_table
from shared.document.tables import measured, rounded

MOST_ROWS = 40
"""A plot of more points is summed up."""

Place = tuple[float, float]


def data_table(graphic: Drawable, labels: Labels) -> Table:
    """Return the figures of a graphic."""
    match graphic:
        case Chart():
            return chart_table(graphic, labels.numerals)
        case Plot():
            return _plot(graphic, labels)
        case TimePlot():
            return _times(graphic, labels)
        case Matrix():
            return _matrix(graphic, labels)
        case Intervals():
            return _intervals(graphic, labels)
        case Bullets():
            return _bullets(graphic, labels)
        case Timeline():
            return _timeline(graphic, labels)


def _plot(plot: Plot, labels: Labels) -> Table:
    across, up = measured(plot.x) or "x", measured(plot.y) or "y"
    write = labels.numerals.write
    points = [(one.name, x, y) for one in plot.series for x, y in zip(one.x, one.y, strict=False)]
    if len(points) <= MOST_ROWS:
        return _table([labels.terms.series, across, up], [[name, write(x), write(y)] for name, x, y in points], 1)
    return _summary([(one.name, _known(one)) for one in plot.series], up, write, labels)


def _times(plot: TimePlot, labels: Labels) -> Table:
    up, write = measured(plot.y) or labels.terms.value, labels.numerals.write
    points = [(one.name, at, value) for one in plot.series for at, value in zip(one.at, one.values, strict=False)]
    if len(points) <= MOST_ROWS:
        return _table([labels.terms.series, "UTC", up], [[name, _instant(at), write(v)] for name, at, v in points], 2)
    series = [(one.name, _seen(one)) for one in plot.series]
    return _summary(series, up, lambda at: _instant(datetime.fromtimestamp(at, UTC)), labels)


def _known(points: Points) -> list[Place]:
    return [(x, y) for x, y in zip(points.x, points.y, strict=False) if y is not None and isfinite(x) and isfinite(y)]


def _seen(moments: Moments) -> list[Place]:
    pairs = zip(moments.at, moments.values, strict=False)
    return [(_aware(at).timestamp(), value) for at, value in pairs if value is not None and isfinite(value)]


def _summary(
    series: Sequence[tuple[str, list[Place]]], up: str, across: Callable[[float], str], labels: Labels
) -> Table:
    """One row per series: how many points it has, its ends and its extremes, each with its place."""
    words, write = labels.terms, labels.numerals.write
    rows = []
    for name, points in series:
        if not points:
            rows.append([name, write(0), *["\N{EN DASH}"] * 4])
            continue
        low, high = min(points, key=lambda point: point[1]), max(points, key=lambda point: point[1])
        said = [f"{write(y)} {words.at} {across(x)}" for x, y in (points[0], points[-1], low, high)]
        rows.append([name, write(len(points)), *said])
    ends = [f"{each} ({up})" for each in (words.first, words.last, words.lowest, words.highest)]
    return _table([words.series, words.points, *ends], rows, 1)


def _matrix(matrix: Matrix, labels: Labels) -> Table:
    rows = [
        [name, *(_cell(matrix, row, column, labels) for column in range(len(matrix.columns)))]
        for row, name in enumerate(matrix.rows)
    ]
    corner = " / ".join(part for part in (measured(matrix.y), measured(matrix.x)) if part)
    return _table([corner, *matrix.columns], rows, 1)


def _cell(matrix: Matrix, row: int, column: int, labels: Labels) -> str:
    values = matrix.values[row] if row < len(matrix.values) else []
    details = matrix.details[row] if row < len(matrix.details) else []
    said = labels.numerals.write(rounded(values[column] if column < len(values) else None, matrix.decimals))
    return f"{said} ({details[column]})" if column < len(details) and details[column] else said


def _intervals(intervals: Intervals, labels: Labels) -> Table:
    words, write = labels.terms, labels.numerals.write
    boxed = any(row.box for row in intervals.rows)
    quarters = ["25 %", "75 %"] if boxed else []
    rows = [
        [row.name, *map(write, (row.low, row.middle, row.high)), *map(write, (row.box or (None, None))[: 2 * boxed])]
        for row in intervals.rows
    ]
    return _table([measured(intervals.x), words.low, words.middle, words.high, *quarters], rows, 1)


def _bullets(bullets: Bullets, labels: Labels) -> Table:
    words, write = labels.terms, labels.numerals.write
    value = f"{words.value} ({bullets.unit})" if bullets.unit else words.value
    return _table(
        ["", value, words.target], [[row.name, write(row.value), write(row.target)] for row in bullets.rows], 1
    )


def _timeline(timeline: Timeline, labels: Labels) -> Table:
    words = labels.terms
    rows = [
        [lane.name, spell.status, _instant(spell.start), "…" if spell.end is None else _instant(spell.end)]
        for lane in timeline.lanes
        for spell in lane.spells
    ]
    return _table(["", words.status, f"{words.begin} (UTC)", f"{words.end} (UTC)"], rows, 4)


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _instant(at: datetime) -> str:
    return f"{_aware(at).astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]], words: int) -> Table:
    columns = [Column(_text(head), "left" if at < words else "right") for at, head in enumerate(heads)]
    return Table(columns, [[_text(each) for each in row] for row in rows])


def _text(said: str) -> list[Inline]:
    return [Text(said)]
