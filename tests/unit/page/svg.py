"""Reading a drawn chart back."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import msgspec

from services.renderer.page.charts import draw
from services.renderer.page.charts.lettering import SIZE, width
from shared.document.blocks import Chart
from shared.document.labels import labels

NS = "{http://www.w3.org/2000/svg}"


class Rect(msgspec.Struct):
    """A bar: its series, and its edges."""

    series: int
    x: float
    y: float
    width: float
    height: float

    @property
    def bottom(self) -> float:
        return self.y + self.height


class Picture:
    """What a chart's SVG shows."""

    def __init__(self, chart: Chart, language: str = "en") -> None:
        drawing = draw(chart, anchor="figure-1", labels=labels(language))
        self.whole = drawing.whole
        self.svg = drawing.svg
        self.root = ET.fromstring(drawing.svg)  # noqa: S314 - our own
        self.width, self.height = (float(side) for side in self.root.attrib["viewBox"].split()[2:])

    def bars(self, series: int = 0) -> list[Rect]:
        return [
            Rect(series, *(float(rect.attrib[side]) for side in ("x", "y", "width", "height")))
            for rect in self.root.findall(f"{NS}rect")
            if rect.attrib["class"] == f"bar s{series}"
        ]

    def lines(self, series: int = 0) -> list[str]:
        return [
            path.attrib["d"]
            for path in self.root.findall(f"{NS}g/{NS}path")
            if path.attrib["class"] == f"line s{series}"
        ]

    def dots(self, series: int = 0) -> int:
        found = self.root.findall(f"{NS}g/*")
        return sum(each.attrib.get("class") == f"dot s{series}" for each in found)

    def said(self, kind: str) -> list[str]:
        """The texts of a group or of a class."""
        grouped = self.root.findall(f"{NS}g[@class='{kind}']/{NS}text")
        return [each.text or "" for each in [*grouped, *self.root.findall(f".//{NS}text[@class='{kind}']")]]

    def ticks(self) -> dict[str, float]:
        """The y of each tick's label."""
        return {
            str(each.text): float(each.attrib["y"]) - SIZE * 0.35
            for each in self.root.findall(f".//{NS}text[@class='tick']")
        }

    def reach(self) -> list[float]:
        """How far each shape and text goes beyond the view box: nothing is above zero."""
        beyond = []
        for each in self.root.iter():
            beyond += (
                _shape(each, self.width, self.height)
                if each.tag != f"{NS}text"
                else _text(each, self.width, self.height)
            )
        return beyond


def _shape(each: ET.Element, width: float, height: float) -> list[float]:
    if "transform" in each.attrib or each.tag == f"{NS}svg":
        return []
    xs = [float(each.attrib[name]) for name in ("x", "x1", "x2", "cx") if name in each.attrib]
    ys = [float(each.attrib[name]) for name in ("y", "y1", "y2", "cy") if name in each.attrib]
    if "width" in each.attrib:
        xs.append(xs[0] + float(each.attrib["width"]))
        ys.append(ys[0] + float(each.attrib["height"]))
    return [*(max(-x, x - width) for x in xs), *(max(-y, y - height) for y in ys)]


def _text(each: ET.Element, whole: float, height: float) -> list[float]:
    if "transform" in each.attrib:
        return []
    x, y, long = float(each.attrib["x"]), float(each.attrib["y"]), width(each.text or "")
    left = x - {"end": long, "middle": long / 2}.get(each.attrib.get("text-anchor", ""), 0)
    return [-left, left + long - whole, SIZE * 0.7 - y, y - height]


def numbers(markup: str) -> list[str]:
    """Every attribute value that is a number or a path."""
    return re.findall(r' (?:x|y|x1|x2|y1|y2|cx|cy|r|width|height|d|viewBox|transform)="([^"]*)"', markup)
