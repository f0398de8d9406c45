"""Lines over categories in their order."""

from __future__ import annotations

from services.renderer.page.charts import frame, looks
from services.renderer.page.charts.categories import below
from services.renderer.page.charts.frame import PLOT, WIDTH, Drawn
from services.renderer.page.charts.lettering import SIZE
from services.renderer.page.charts.markup import element, number
from services.renderer.page.charts.scale import Scale, domain, finite, place, ticks
from shared.document.blocks import Chart, Series
from shared.document.labels import Labels
from shared.document.tables import categories, measured


def lines(chart: Chart, words: Labels) -> Drawn:
    """Draw one line per series; it is broken where a value is missing."""
    names = categories(chart, words.numerals)
    marks = ticks(*domain(finite(value for series in chart.series for value in series.values), zero=False))
    labels = frame.tick_labels(marks, words.numerals)
    key = frame.legend(chart)
    heading = frame.title(frame.value_title(chart), key.height)
    top, left = key.height + heading.height + SIZE + 2, frame.margin(labels)
    bottom = top + PLOT
    scale = Scale(marks.values[0], marks.values[-1], bottom, top)
    middles = centres(len(names), left)
    under = below(names, middles, bottom, ordered=True, left=left, right=WIDTH)
    closing = frame.foot(measured(chart.x), bottom + under.height)
    data = "".join(_series(place_, series, middles, scale) for place_, series in enumerate(chart.series))
    parts = (key.markup, heading.markup, frame.rungs(marks, labels, scale, left), data, under.markup, closing.markup)
    whole = key.whole and heading.whole and under.whole and closing.whole
    return Drawn("".join(parts), bottom + under.height + closing.height + 6, whole)


def centres(count: int, left: float) -> list[float]:
    """Return where the categories stand: over the whole width, a single one in its middle."""
    if count == 1:
        return [(left + WIDTH) / 2]
    pad = min(24.0, (WIDTH - left) / (count * 2))
    apart = (WIDTH - left - 2 * pad) / max(count - 1, 1)
    return [left + pad + apart * at for at in range(count)]


def _series(series: int, drawn: Series, centres: list[float], scale: Scale) -> str:
    points = [
        None if (height := place(value)) is None else (x, scale(height))
        for x, value in zip(centres, drawn.values, strict=False)
    ]
    path = ""
    for before, point in zip([None, *points], points, strict=False):
        if point:
            path += f"{'L' if before else 'M'}{number(point[0])} {number(point[1])}"
    marked = points if len(points) <= frame.FEW else _alone(points)
    dots = "".join(looks.marker(series, *point) for point in marked if point)
    return element("g", looks.line(series, path) + dots) if path else ""


def _alone(points: list[tuple[float, float] | None]) -> list[tuple[float, float] | None]:
    """Return the points without a neighbour: a line does not show them."""
    around = [None, *points, None]
    return [point for before, point, after in zip(around, points, around[2:], strict=False) if not before and not after]
