"""Charts: what is drawn is what the figures say."""

from __future__ import annotations

import itertools
import math
import re
import time
from typing import Any

import pytest
from hypothesis import given, settings

from services.renderer.page.charts import lettering
from services.renderer.page.charts.scale import domain, ticks
from shared.document.blocks import Axis, Chart, Series
from shared.document.labels import Numerals
from tests.unit.document import strategies as any_
from tests.unit.page.svg import Picture, numbers


def chart(kind: Any = "bars", *values: float | None, **more: Any) -> Chart:
    told = {"title": "T", "alt": "A", "series": [Series("S", list(values))]} | more
    if kind != "histogram":
        told.setdefault("categories", [f"c{place}" for place in range(len(values))])
    return Chart(kind=kind, **told)


def test_bars_are_as_high_as_their_values():
    """Twice the value is twice the height, and every bar stands on zero."""
    bars = Picture(chart("bars", 10, 20, 40)).bars()
    assert [round(bar.height / bars[0].height, 3) for bar in bars] == [1, 2, 4]
    assert {round(bar.bottom, 3) for bar in bars} == {round(bars[0].bottom, 3)}


def test_the_axis_reads_what_the_bars_show():
    """A bar of 20 ends exactly at the tick of 20."""
    picture = Picture(chart("bars", 20, 7))
    assert picture.ticks()["20"] == pytest.approx(picture.bars()[0].y, abs=0.01)
    assert picture.ticks()["0"] == pytest.approx(picture.bars()[0].bottom, abs=0.01)


def test_negative_bars_hang_below_zero():
    """Zero is inside the chart, and signs go to either side of it."""
    up, down = Picture(chart("bars", 30, -30)).bars()
    assert up.bottom == pytest.approx(down.y, abs=0.01)
    assert up.height == pytest.approx(down.height, abs=0.01)


def test_groups_stand_side_by_side():
    """The bars of a category do not overlap, and categories keep apart."""
    picture = Picture(chart("bars", 1, 2, series=[Series("a", [1, 2]), Series("b", [3, 4])], categories=["x", "y"]))
    row = sorted([*picture.bars(0), *picture.bars(1)], key=lambda bar: bar.x)
    assert [bar.series for bar in row] == [0, 1, 0, 1]
    assert all(left.x + left.width <= right.x for left, right in itertools.pairwise(row))


def test_horizontal_bars_are_as_long_as_their_values():
    """The same holds sideways, with negative ones to the left."""
    picture = Picture(chart("bars-h", 10, 40, -20))
    bars = picture.bars()
    assert [round(bar.width / bars[0].width, 2) for bar in bars] == [1, 4, 2]
    assert bars[2].x + bars[2].width == pytest.approx(bars[0].x, abs=0.01)


def test_a_histogram_has_bins_as_wide_as_they_are():
    """Unequal edges give unequal bars over one axis of the quantity."""
    picture = Picture(chart("histogram", 3, 6, edges=[0, 10, 30], x=Axis("Time", "ms")))
    narrow, wide = picture.bars()
    assert wide.width + 1 == pytest.approx(2 * (narrow.width + 1), abs=0.01)
    assert wide.height == pytest.approx(2 * narrow.height, abs=0.01)
    assert "Time (ms)" in picture.said("measure")


@pytest.mark.parametrize("edges", [[], [0, 1], [0, 1, 1], [0, 2, 1], [0, 1, math.inf]])
def test_a_histogram_without_sound_edges_is_bars(edges: list[float]):
    """What cannot be placed on an axis is still shown."""
    assert [round(bar.height) for bar in Picture(chart("histogram", 2, 4, edges=edges)).bars()] == [102, 204]


def test_lines_have_gaps_where_values_are_missing():
    """A missing value is neither zero nor a line across."""
    (path,) = Picture(chart("lines", 1, 2, None, 3, 4)).lines()
    assert path.count("M") == 2
    assert path.count("L") == 2


def test_a_lone_point_of_a_line_is_a_dot():
    """A value between two gaps would be invisible as a line."""
    values = [1.0, None] * 20
    picture = Picture(chart("lines", *values))
    assert picture.dots() == 20


def test_series_differ_by_more_than_colour():
    """Bars are hatched, lines dashed and marked, each in its own way."""
    many = [Series(f"s{place}", [4, 5]) for place in range(6)]
    bars = Picture(chart("bars", series=many, categories=["a", "b"]))
    hatches = re.findall(r'class="hatch" d="([^"]+)"', bars.svg)
    assert len(hatches) == 5 * 3
    lines = Picture(chart("lines", series=many, categories=["a", "b"])).svg
    assert len(set(re.findall(r'stroke-dasharray="([^"]+)"', lines))) == 5


def test_a_legend_names_every_series_and_a_lone_one_names_the_axis():
    """Two series need telling apart, one needs saying."""
    two = Picture(chart("bars", series=[Series("North", [1]), Series("South", [2])], categories=["a"]))
    assert two.said("name") == ["North", "South"]
    assert Picture(chart("bars", 1, y=Axis(unit="EUR"))).said("measure") == ["S (EUR)"]


def test_nothing_to_draw_is_said():
    """An empty chart is no empty frame, in the document's language."""
    for empty in (chart("bars"), chart("lines", None, math.nan), chart("bars", series=[])):
        assert Picture(empty, "de").said("none") == ["Keine Daten"]


def test_the_picture_is_described():
    """Title and description are there for who cannot see it."""
    picture = Picture(chart("bars", 1, title="Yield & loss", alt="It <doubled>."))
    assert picture.root.attrib["role"] == "img"
    ids = picture.root.attrib["aria-labelledby"].split()
    told = {each.attrib["id"]: each.text for each in picture.root if "id" in each.attrib}
    assert [told[each] for each in ids] == ["Yield & loss", "It <doubled>."]


def test_names_are_whole_where_they_fit_and_say_so_where_they_do_not():
    """A chart that shortens a name asks for its data table."""
    assert Picture(chart("bars", 1, 2, categories=["North", "South"])).whole
    assert Picture(chart("bars", 1, 2, categories=["The far north of it", "South"])).whole
    assert not Picture(chart("bars", *range(40), categories=[f"A long name {place}" * 3 for place in range(40)])).whole
    assert not Picture(chart("bars-h", 1, 2, categories=["word " * 60, "South"])).whole


def test_long_names_of_horizontal_bars_are_wrapped():
    """Two lines of a name are two lines, not one that is cut."""
    picture = Picture(chart("bars-h", 1, 2, categories=["Writing the document with its bookmarks", "Fonts"]))
    assert picture.whole
    assert len(picture.said("names")) == 3


def test_many_points_of_a_line_are_named_in_part():
    """An ordered axis may leave names out without hiding anything."""
    picture = Picture(chart("lines", *range(200), categories=[f"2026-01-{place}" for place in range(200)]))
    assert picture.whole
    assert 3 <= len(picture.said("names")) < 20


def test_ticks_are_round_and_cover_the_data():
    """Steps are 1, 2 or 5 times a power of ten; no value lies outside."""
    for low, high in [(0, 7), (-3.2, 18), (0, 0.004), (1e6, 1.9e6), (-5, -1), (0.1, 0.35), (3, 4e8)]:
        marks = ticks(low, high)
        mantissa = float(f"{marks.step:e}".split("e", maxsplit=1)[0])
        assert mantissa in {1, 2, 5}
        assert marks.values[0] <= low
        assert marks.values[-1] >= high
        assert 3 <= len(marks.values) <= 9


@pytest.mark.parametrize(
    ("values", "zero", "expected"),
    [
        ([3, 9], True, (0, 9)), ([3, 9], False, (0, 9)), ([8, 9], False, (8, 9)), ([-9, -8], True, (-9, 0)),
        ([5], False, (4.5, 5.5)), ([], True, (0, 1)), ([0, 0], True, (0, 1)),
    ],
)  # fmt: skip
def test_an_axis_starts_at_zero_where_bars_do_or_zero_is_near(
    values: list[float], zero: bool, expected: tuple[float, float]
):
    """Bars always stand on zero; lines only where it costs little."""
    assert domain(values, zero=zero) == expected


def test_labels_of_ticks_share_decimals_and_prefix():
    """Numbers of an axis can be compared at a glance, in the language's numerals."""
    assert ticks(0, 2_500_000).labels(Numerals()) == ["0", "0.5M", "1.0M", "1.5M", "2.0M", "2.5M"]
    assert ticks(0, 25_000).labels(Numerals(group=".", point=",")) == [
        "0",
        "5.000",
        "10.000",
        "15.000",
        "20.000",
        "25.000",
    ]
    assert ticks(0, 0.5).labels(Numerals(point=",")) == ["0", "0,1", "0,2", "0,3", "0,4", "0,5"]
    assert ticks(-1, 1).labels(Numerals())[0] == "\N{MINUS SIGN}1.0"


@settings(max_examples=150, deadline=None)
@given(any_.charts)
def test_any_chart_is_sound_and_inside_its_frame(drawn: Chart):
    """No figure, name or text makes a chart invalid, infinite or larger than its view box."""
    picture = Picture(drawn)
    assert not re.search("nan|inf", " ".join(numbers(picture.svg)))
    assert max(picture.reach(), default=0) <= 0.6


def test_a_chart_is_drawn_in_a_millisecond():
    """Drawing never shows beside printing."""
    drawn = chart("bars", *range(24))
    Picture(drawn)
    start = time.process_time()
    for _ in range(20):
        Picture(drawn)
    assert (time.process_time() - start) / 20 < 0.01


def test_widths_are_those_of_the_sans_serif():
    """What is laid out before the browser is as wide as the browser will set it."""
    assert lettering.width("mmmm") > 2 * lettering.width("iiii")
    assert lettering.width("111") == lettering.width("888")
    assert lettering.width("中") >= lettering.SIZE
