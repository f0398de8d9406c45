"""The same graphics by matplotlib, as scripts for reports draw them: a fresh figure each, written as SVG."""

from __future__ import annotations

import io
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from shared.document.blocks import Bullets, Chart, Drawable, Intervals, Matrix, Moments, Plot, Timeline, TimePlot

mpl.rcParams["svg.fonttype"] = "none"  # text stays text, which is the quicker way too


def draw(graphic: Drawable) -> int:
    """One graphic; how many bytes it has."""
    figure = Figure(figsize=(6.4, 3.6))
    axes = figure.add_subplot()
    axes.set_title(graphic.title)
    _content(axes, graphic)
    file = io.StringIO()
    figure.savefig(file, format="svg")
    return len(file.getvalue())


def _content(axes: Axes, graphic: Drawable) -> None:
    match graphic:
        case Plot() | TimePlot():
            _curves(axes, graphic)
        case Matrix():
            axes.imshow([_gaps(row) for row in graphic.values])
            axes.set_xticks(range(len(graphic.columns)), graphic.columns)
            axes.set_yticks(range(len(graphic.rows)), graphic.rows)
        case Chart():
            _chart(axes, graphic)
        case _:
            _rows(axes, graphic)


def _curves(axes: Axes, graphic: Plot | TimePlot) -> None:
    scattered = isinstance(graphic, Plot) and graphic.kind == "scatter"
    marks = {"linestyle": "", "marker": "."} if scattered else {}
    for line in graphic.series:
        x, y = (line.at, line.values) if isinstance(line, Moments) else (line.x, line.y)
        axes.plot(x, _gaps(y), label=line.name, **marks)
    axes.legend()


def _rows(axes: Axes, graphic: Intervals | Bullets | Timeline) -> None:
    match graphic:
        case Intervals():
            for at, row in enumerate(graphic.rows):
                axes.plot([_number(row.low), _number(row.middle), _number(row.high)], [at] * 3, marker="|")
            axes.set_yticks(range(len(graphic.rows)), [row.name for row in graphic.rows])
        case Bullets():
            axes.barh([row.name for row in graphic.rows], [_number(row.value) for row in graphic.rows])
        case Timeline():
            for at, lane in enumerate(graphic.lanes):
                axes.plot([spell.start for spell in lane.spells], [at] * len(lane.spells), marker="|")


def _chart(axes: Axes, chart: Chart) -> None:
    count = max(len(chart.series), 1)
    for at, series in enumerate(chart.series):
        values = _gaps(series.values)
        if chart.edges:
            axes.stairs(values, chart.edges, label=series.name)
        elif chart.kind in {"lines", "area"}:
            axes.plot(range(len(values)), values, label=series.name)
        elif chart.kind in {"bars-h", "dumbbell"}:
            axes.barh([place + at / count for place in range(len(values))], values, 0.8 / count, label=series.name)
        else:
            axes.bar([place + at / count for place in range(len(values))], values, 0.8 / count, label=series.name)
    if chart.categories:
        across = chart.kind in {"bars-h", "dumbbell"}
        (axes.set_yticks if across else axes.set_xticks)(range(len(chart.categories)), chart.categories)
    axes.legend()


def _gaps(values: Any) -> list[float]:
    return [_number(value) for value in values]


def _number(value: float | None) -> float:
    return float("nan") if value is None else value
