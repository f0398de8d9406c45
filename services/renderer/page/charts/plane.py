"""The frame of a chart with two axes: grid, ticks, titles and legend around the data."""

from __future__ import annotations

from services.renderer.page.charts import frame
from services.renderer.page.charts.axle import Axle, On
from services.renderer.page.charts.categories import below
from services.renderer.page.charts.frame import WIDTH, Drawn
from services.renderer.page.charts.lettering import SIZE, shorten
from services.renderer.page.charts.markup import element, label

RIGHT = WIDTH - 12
"""Where the data ends, so that its last points are whole."""


class Plane:
    """Room for data between its axes."""

    def __init__(self, across: Axle, up: Axle, *, key: Drawn, over: str, height: float) -> None:
        """
        Args:
            over: what is written above the vertical axis.
            height: of the part with the data.
        """
        said = [shorten(each, WIDTH / 3) for each in up.labels]
        heading = frame.title(over, key.height)
        self.top = key.height + heading.height + SIZE + 2
        self.left, self.right, self.bottom = frame.margin(said), RIGHT, self.top + height
        self.x: On = across.scale(self.left + 6, self.right)
        self.y: On = up.scale(self.bottom, self.top)
        self._whole = key.whole and heading.whole
        self._before = key.markup + heading.markup + self._rungs(said)

    def finish(self, data: str, measure: str) -> Drawn:
        """Put the chart together, with what the horizontal axis measures below it."""
        marks = self.x.ticks()
        notches = [element("line", class_="notch", x1=x, x2=x, y1=self.bottom, y2=self.bottom + 4) for x, _ in marks]
        names = [said for _, said in marks]
        under = below(names, [x for x, _ in marks], self.bottom + 4, ordered=True, left=self.left, right=WIDTH)
        base = self.bottom + 4 + under.height
        closing = frame.foot(measure, base)
        markup = self._before + data + "".join(notches) + under.markup + closing.markup
        return Drawn(markup, base + closing.height + 6, self._whole and closing.whole)

    def _rungs(self, labels: list[str]) -> str:
        parts = []
        for value, said in zip(self.y.axle.values, labels, strict=True):
            y = self.y.at(value)
            if y is not None:
                kind = "zero" if value == 0 else "grid"
                parts.append(element("line", class_=kind, x1=self.left, x2=WIDTH, y1=y, y2=y))
                parts.append(label(self.left - 8, y + SIZE * 0.35, said, class_="tick", text_anchor="end"))
        return element("g", "".join(parts), class_="scale")


def path(points: list[tuple[float, float] | None], *, steps: bool = False) -> str:
    """A line through the points, broken where one is missing; as steps, level until the next."""
    written, before = [], None
    for point in points:
        if point is not None:
            move = "L" if before else "M"
            if before and steps:
                written.append(f"H{point[0]:.6g}")
            written.append(f"{move}{point[0]:.6g} {point[1]:.6g}")
        before = point
    return "".join(written)


def alone(points: list[tuple[float, float] | None]) -> list[tuple[float, float]]:
    """The points without a neighbour, which a line does not show."""
    around = [None, *points, None]
    return [
        point
        for before, point, after in zip(around, points, around[2:], strict=False)
        if point and not before and not after
    ]
