"""The graphics of reports on models: places are computed here by other means and compared."""

from __future__ import annotations

import itertools
import math
import random
import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings

from services.renderer.page.charts import draw, moments
from services.renderer.page.charts.lettering import SIZE, width
from shared.document.blocks import (
    Axis,
    Band,
    Bullet,
    Bullets,
    Chart,
    Column,
    Document,
    Drawable,
    Guide,
    Interval,
    Intervals,
    Lane,
    Matrix,
    Meta,
    Moments,
    Plot,
    Points,
    Series,
    Spell,
    Text,
    Timeline,
    TimePlot,
    decode,
    encode,
)
from shared.document.data import MOST_ROWS, data_table
from shared.document.labels import labels
from shared.document.markdown_out import markdown
from shared.document.thinning import MOST, spread, thinned
from tests.unit.document import strategies as any_
from tests.unit.page.gallery import BEGIN, gallery
from tests.unit.page.svg import NS, Picture, numbers

TOLD: dict[str, Any] = {"title": "T", "alt": "A"}


def places(path: str) -> list[tuple[float, float]]:
    """The points of a path of absolute moves and lines."""
    return [(float(x), float(y)) for x, y in re.findall(r"[ML](-?[\d.e+-]+) (-?[\d.e+-]+)", path)]


def found(picture: Picture, kind: str) -> list[ET.Element]:
    """Elements of this class or classes."""
    return [each for each in picture.root.iter() if each.attrib.get("class") == kind]


def side(each: ET.Element, *names: str) -> list[float]:
    return [float(each.attrib[name]) for name in names]


def test_a_curve_goes_through_its_points():
    """Equal steps in value are equal steps on paper, in both directions, whatever the spacing of the points."""
    picture = Picture(Plot(**TOLD, series=[Points("s", [0, 1, 4], [0, 1, 4])], x_range=(0, 4), y_range=(0, 4)))
    (a, b, c) = places(picture.lines()[0])
    assert c[0] - a[0] == pytest.approx(4 * (b[0] - a[0]), abs=0.01)
    assert a[1] - c[1] == pytest.approx(4 * (a[1] - b[1]), abs=0.01)
    assert picture.ticks()["0"] == pytest.approx(a[1], abs=0.01)
    assert picture.ticks()["4"] == pytest.approx(c[1], abs=0.01)


def test_the_identity_goes_through_equal_values():
    """The diagonal of a ROC curve ends in its corners, and a point on it is on it."""
    plot = Plot(
        **TOLD,
        series=[Points("s", [0.0, 0.5, 1.0], [0.0, 0.5, 1.0])],
        guides=[Guide("identity")],
        x_range=(0, 1),
        y_range=(0, 1),
    )
    picture = Picture(plot)
    curve, line = places(picture.lines()[0]), places(found(picture, "guide")[0].attrib["d"])
    assert line[0] == pytest.approx(curve[0], abs=0.01)
    assert line[-1] == pytest.approx(curve[-1], abs=0.01)


def test_a_trend_rises_as_it_says_and_stays_inside():
    """A line of slope two from one, cut where the axis ends."""
    plot = Plot(
        **TOLD,
        series=[Points("s", [0, 10], [0, 10])],
        guides=[Guide("line", at=1, slope=2)],
        x_range=(0, 10),
        y_range=(0, 10),
    )
    picture = Picture(plot)
    (x0, y0), (x1, y1) = places(picture.lines()[0])
    line = places(found(picture, "guide")[0].attrib["d"])
    for x, y in line:
        value = 10 * (x - x0) / (x1 - x0)
        assert 10 * (y0 - y) / (y0 - y1) == pytest.approx(1 + 2 * value, abs=0.01)
    assert min(y for _, y in line) >= y1 - 0.01


def test_a_logarithmic_axis_gives_every_decade_the_same_room():
    """And what has no logarithm is a gap, not a crash."""
    plot = Plot(**TOLD, series=[Points("s", [1, 10, 0, 100, 1000], [1, 1, 1, -5, 2])], log=["x"])
    picture = Picture(plot)
    path = picture.lines()[0]
    xs = [x for x, _ in places(path)]
    assert path.count("M") == 2
    assert xs[1] - xs[0] == pytest.approx((xs[3] - xs[0]) / 3, abs=0.01)
    assert {"1", "10", "100", "1,000"} <= set(picture.said("names"))


def test_what_lies_outside_a_fixed_range_is_not_drawn_at_its_edge():
    """A point beyond the axis would lie about its value."""
    plot = Plot(**TOLD, kind="scatter", series=[Points("s", [0.5, 3], [0.5, 0.5])], x_range=(0, 1), y_range=(0, 1))
    assert Picture(plot).dots() == 1


@pytest.mark.parametrize("asked", [(-1.7e308, 1.7e308), (0.0, 1.7e308), (0.0, 5e-324), (2.0, 1.0), (1.0, 1.0 + 1e-15)])
def test_a_range_that_no_axis_can_show_still_gives_readable_ticks(asked: tuple[float, float]):
    """Numbers at the ends of what a computer can write are no reason for a report to fail."""
    said = Picture(Plot(**TOLD, series=[Points("s", [0, 1], [0, 1])], y_range=asked)).said("names")
    assert said
    assert not {"inf", "nan"} & set(said)


def test_steps_are_level_until_the_next_point():
    """The score of the fourth model holds until the ninth is better."""
    picture = Picture(Plot(**TOLD, kind="steps", series=[Points("s", [0, 4, 9], [1, 2, 3])]))
    assert re.fullmatch(r"M\S+ \S+H\S+L\S+ \S+H\S+L\S+ \S+", picture.lines()[0])


def test_cells_stand_in_their_row_and_column_and_are_as_dark_as_their_value():
    """Rows go down, columns to the right; the darkest of each row is as dark as any other's with ``by_row``."""
    matrix = Matrix(**TOLD, rows=["a", "b"], columns=["x", "y"], values=[[100, 0], [1, 4]], by_row=True)
    cells = found(Picture(matrix), "cell s0")
    boxes = [side(cell, "x", "y") for cell in cells]
    assert boxes[0][0] == boxes[2][0] < boxes[1][0] == boxes[3][0]
    assert boxes[0][1] == boxes[1][1] < boxes[2][1] == boxes[3][1]
    depths = [float(cell.attrib["fill-opacity"]) for cell in cells]
    assert depths[0] == depths[3] > depths[2] > depths[1]
    assert {"100", "0", "1", "4"} == {
        each.text for each in Picture(matrix).root.iter() if "said" in each.attrib.get("class", "")
    }


def test_signs_of_a_diverging_matrix_differ_by_more_than_colour():
    """Negative cells are hatched and written with their sign."""
    picture = Picture(Matrix(**TOLD, rows=["a"], columns=["x", "y"], values=[[0.7, -0.7]], diverging=True))
    assert len(found(picture, "cell-hatch")) == 1
    assert [len(found(picture, f"cell s{series}")) for series in (0, 1)] == [1, 1]
    assert "\N{MINUS SIGN}0.7" in picture.svg


def test_a_matrix_too_dense_for_its_values_prints_them_as_a_table():
    """Forty columns cannot be written into; nothing is cut silently."""
    names = [f"n{at}" for at in range(40)]
    drawing = draw(
        Matrix(**TOLD, rows=names, columns=names, values=[[0.123] * 40] * 40), anchor="f", labels=labels("en")
    )
    assert not drawing.whole
    assert 'class="said' not in drawing.svg


def test_segments_stand_upon_one_another_and_losses_hang_below():
    """A stack is as high as its sum, and each segment begins where the one below it ends."""
    chart = Chart(**TOLD, kind="stacked", categories=["a", "b"], series=[Series("s", [10, -5]), Series("t", [20, -5])])
    picture = Picture(chart)
    (up, down), (upper, lower) = picture.bars(0), picture.bars(1)
    ticks = picture.ticks()
    unit = (ticks["0"] - ticks["30"]) / 30
    assert (up.bottom, upper.bottom) == pytest.approx((ticks["0"], up.y - 1), abs=0.01)
    assert up.height == pytest.approx(10 * unit, abs=0.01)
    assert upper.height == pytest.approx(20 * unit - 1, abs=0.01)
    assert upper.y == pytest.approx(ticks["30"], abs=0.01)
    assert down.y == pytest.approx(ticks["0"], abs=0.01)
    assert lower.y - 1 == pytest.approx(down.bottom, abs=0.01)


def test_areas_add_up():
    """The upper edge of the last one is the sum."""
    chart = Chart(
        **TOLD, kind="area", categories=["a", "b", "c"], series=[Series("s", [1, 2, 3]), Series("t", [3, 0, 3])]
    )
    picture = Picture(chart)
    edge = places(found(picture, "line s1")[-1].attrib["d"])
    ticks = picture.ticks()
    unit = (ticks["0"] - ticks["6"]) / 6
    assert [round((ticks["0"] - y) / unit, 2) for _, y in edge] == [4, 2, 6]


def test_histograms_over_one_another_share_their_bins():
    """Each outline is as high over a bin as its count."""
    chart = Chart(**TOLD, kind="histogram", edges=[0, 1, 3], series=[Series("s", [2, 4]), Series("t", [1, 3])])
    picture = Picture(chart)
    outlines = [places(found(picture, f"line s{series}")[-1].attrib["d"]) for series in (0, 1)]
    base = outlines[0][0][1]
    assert [round((base - y) / (base - outlines[0][1][1]) * 2, 2) for _, y in outlines[0]] == [0, 2, 2, 4, 4, 0]
    assert [x for x, _ in outlines[0]] == [x for x, _ in outlines[1]]
    assert outlines[0][4][0] - outlines[0][3][0] == pytest.approx(2 * (outlines[0][2][0] - outlines[0][1][0]), abs=0.01)


def test_intervals_reach_from_low_to_high_around_their_middle():
    """On one axis, so that overlaps can be seen."""
    rows = [Interval("a", 5, 0, 10), Interval("b", 6, 5, 7, (5.5, 6.5), [9])]
    picture = Picture(Intervals(**TOLD, rows=rows))
    spans = [side(each, "x1", "x2") for each in found(picture, "whisker")]
    wide, narrow = [span for span in spans if span[0] != span[1]]
    unit = (wide[1] - wide[0]) / 10
    assert narrow == pytest.approx([wide[0] + 5 * unit, wide[0] + 7 * unit], abs=0.01)
    (box,) = found(picture, "box")
    assert side(box, "x", "width") == pytest.approx([wide[0] + 5.5 * unit, unit], abs=0.01)
    (outlier,) = found(picture, "outlier")
    assert side(outlier, "cx") == pytest.approx([wide[0] + 9 * unit], abs=0.01)


def test_time_runs_evenly_and_ticks_are_round_in_utc():
    """Whatever zone the instants were given in."""
    zone = datetime.fromisoformat("2026-05-04T06:00:00+02:00")
    at = [zone, zone + timedelta(hours=1), zone + timedelta(hours=12)]
    picture = Picture(TimePlot(**TOLD, series=[Moments("s", at, [1, 2, 3])]))
    xs = [x for x, _ in places(picture.lines()[0])]
    assert xs[2] - xs[0] == pytest.approx(12 * (xs[1] - xs[0]), abs=0.05)
    assert "04:00" in picture.said("names")
    assert "UTC, 2026-05-04" in picture.said("measure")


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(seconds=20), "09:30:05"),
        (timedelta(minutes=50), "09:40"),
        (timedelta(days=2), "05-05"),
        (timedelta(days=5), "05-06"),
        (timedelta(days=45), "05-18"),
        (timedelta(days=300), "2026-07"),
        (timedelta(days=4000), "2030"),
    ],
)
def test_ticks_of_time_are_as_short_as_they_can_be(length: timedelta, said: str):
    """Seconds, minutes, days, months and years; never more than nine."""
    axle = moments.axle([BEGIN.timestamp(), (BEGIN + length).timestamp()])
    assert said in axle.labels
    assert 2 <= len(axle.labels) <= 9


def test_bands_and_thresholds_stand_at_their_values():
    """A band without an end reaches to the axis' end."""
    at = [BEGIN, BEGIN + timedelta(hours=3)]
    plot = TimePlot(
        **TOLD,
        series=[Moments("s", at, [0, 100])],
        bands=[Band("b", 50, None, "bad")],
        guides=[Guide("horizontal", 75)],
    )
    picture = Picture(plot)
    ticks = picture.ticks()
    (band,) = found(picture, "band bad")[-1:]
    y, height = side(band, "y", "height")
    assert (y, y + height) == pytest.approx((ticks["100"], (ticks["0"] + ticks["100"]) / 2), abs=0.01)
    line = places(found(picture, "guide")[-1].attrib["d"])
    assert line[0][1] == pytest.approx(ticks["0"] - 0.75 * (ticks["0"] - ticks["100"]), abs=0.01)


def test_a_waterfall_goes_on_where_it_was():
    """Each bar begins where the one before ended, and the closing one is their sum from zero."""
    chart = Chart(**TOLD, kind="waterfall", categories=["a", "b", "c"], series=[Series("s", [10, 5, -3])], total="sum")
    picture = Picture(chart)
    ups, (down,), (total,) = picture.bars(0), picture.bars(1), picture.bars(3)
    ticks = picture.ticks()
    unit = (ticks["0"] - ticks["10"]) / 10
    assert ups[1].bottom == pytest.approx(ups[0].y, abs=0.01)
    assert down.y == pytest.approx(ups[1].y, abs=0.01)
    assert total.y == pytest.approx(down.bottom, abs=0.01)
    assert total.height == pytest.approx(12 * unit, abs=0.01)
    assert picture.said("values") == ["10", "+5", "\N{MINUS SIGN}3", "12"]


def test_a_pareto_falls_and_its_line_comes_to_all_of_it():
    """The largest first; the line ends at a hundred percent."""
    picture = Picture(Chart(**TOLD, kind="pareto", categories=["a", "b", "c"], series=[Series("s", [10, 60, 30])]))
    heights = [bar.height for bar in picture.bars()]
    assert heights == sorted(heights, reverse=True)
    line = places(picture.lines(1)[-1])
    bottom = picture.bars()[0].bottom
    shares = [(bottom - y) / (bottom - line[-1][1]) for _, y in line]
    assert shares == pytest.approx([0.6, 0.9, 1.0], abs=0.001)


def test_a_dumbbell_has_both_values_on_one_axis():
    """Dots at the values, and the way between them."""
    chart = Chart(**TOLD, kind="dumbbell", categories=["a", "b"], series=[Series("s", [1, 3]), Series("t", [2, 1])])
    ways = [side(each, "x1", "x2") for each in found(Picture(chart), "way")]
    unit = ways[0][1] - ways[0][0]
    assert ways[1] == pytest.approx([ways[0][0], ways[0][0] + 2 * unit], abs=0.01)


def test_a_bullet_shows_value_and_target_on_its_own_axis():
    """Half of the range is half of the way."""
    picture = Picture(Bullets(**TOLD, rows=[Bullet("a", 50, 75, [60, 100]), Bullet("b", 1, None, [2])]))
    first, second = picture.root.findall(f"{NS}g[@class='bullet']")
    ranges = [side(each, "x", "width") for each in first.findall(f"{NS}rect[@class='range']")]
    whole = sum(width for _, width in ranges)
    (bar,) = first.findall(f"{NS}rect[@class='bar s0']")
    assert side(bar, "width")[0] == pytest.approx(whole / 2, abs=0.01)
    (target,) = first.findall(f"{NS}line")
    assert side(target, "x1")[0] - ranges[0][0] == pytest.approx(0.75 * whole, abs=0.01)
    (other,) = second.findall(f"{NS}rect[@class='bar s0']")
    assert side(other, "width")[0] == pytest.approx(whole / 2, abs=0.01)


def test_spells_last_as_long_as_they_did_and_statuses_look_different():
    """What has no end reaches to the end of the axis."""
    lanes = [Lane("a", [Spell("q", BEGIN, BEGIN + timedelta(minutes=10)), Spell("r", BEGIN + timedelta(minutes=10))])]
    picture = Picture(Timeline(**TOLD, lanes=lanes, until=BEGIN + timedelta(minutes=40)))
    waiting, running = (
        picture.root.findall(f"{NS}g[@class='lane']/{NS}rect[@class='bar s{series}']")[0] for series in (0, 1)
    )
    assert side(running, "width")[0] == pytest.approx(3 * side(waiting, "width")[0], abs=0.05)
    assert picture.said("name") == ["q", "r"]


def test_panels_share_their_axis():
    """The same value is as high in every panel."""
    chart = Chart(**TOLD, kind="multiples", categories=["a", "b"], series=[Series("s", [5, 10]), Series("t", [5, 20])])
    panels = [
        [side(each, "height")[0] for each in panel.iter(f"{NS}rect")]
        for panel in Picture(chart).root.findall(f"{NS}g")
        if panel.attrib["class"].startswith("panel")
    ]
    assert panels[0][0] == panels[1][0]
    assert panels[1][1] == pytest.approx(2 * panels[0][1], abs=0.01)


def test_panels_apart_have_an_axis_of_their_own():
    """A small measure beside a large one is as readable as it is alone."""
    chart = Chart(
        **TOLD, kind="multiples", categories=["a", "b"], apart=True, series=[Series("rmse", [2916, 5000]), Series("r2", [0.2916, 0.5])],
    )  # fmt: skip
    picture = Picture(chart)
    panels = [
        [side(each, "height")[0] for each in panel.iter(f"{NS}rect")]
        for panel in picture.root.findall(f"{NS}g")
        if panel.attrib["class"].startswith("panel")
    ]
    assert panels[0] == pytest.approx(panels[1], rel=1e-3)
    assert {"2,000", "0.2"} <= {*picture.said("tick")}


def test_thinning_keeps_ends_and_extremes():
    """A single spike among a hundred thousand points is still there, and so is the shape around it."""
    dice = random.Random(1)  # noqa: S311 - made-up figures
    xs = [float(at) for at in range(100_000)]
    ys = [math.sin(at / 5000) + dice.gauss(0, 0.01) for at in xs]
    ys[61_234], ys[77_777] = 9.0, -9.0
    kept = thinned(xs, ys)
    assert len(kept) <= MOST
    assert {0, 61_234, 77_777, 99_999} <= set(kept)
    assert kept == sorted(set(kept))
    worst = max(
        abs(ys[at] - ys[left]) for left, right in itertools.pairwise(kept) for at in (left, right)
        if not {61_234, 77_777} & {left, right, at}
    )  # fmt: skip
    assert worst < 0.2
    cloud = spread(xs, ys)
    assert {0, 61_234, 77_777, 99_999} <= set(cloud)
    assert len(cloud) <= MOST


@pytest.mark.parametrize("count", [0, 1, 3, MOST, MOST + 1, 2 * MOST])
def test_short_series_are_not_thinned(count: int):
    """And long ones are not shorter than they must be."""
    xs = [float(at) for at in range(count)]
    for choose in (thinned, spread):
        kept = choose(xs, [x % 7 for x in xs])
        assert kept == list(range(count)) if count <= MOST else MOST - 4 <= len(kept) <= MOST


def test_a_scatter_says_how_many_points_it_leaves_out():
    """Below its axis, in the language of the document."""
    plot = gallery()["scatter"]
    assert isinstance(plot, Plot)
    assert any("of 2,600 points are drawn" in said for said in Picture(plot).said("measure"))
    assert any("von 2.600 Punkten" in said for said in Picture(plot, "de").said("measure"))


@pytest.mark.parametrize("name", gallery())
def test_a_graphic_is_sound_and_no_text_touches_another(name: str):
    """Inside its frame, without not-a-numbers, with an alternative text, and legible."""
    picture = Picture(gallery()[name])
    assert not re.search("nan|inf", " ".join(numbers(picture.svg)))
    assert max(picture.reach(), default=0) <= 0.6
    assert picture.root.find(f"{NS}desc") is not None
    assert touching(picture) == []


@pytest.mark.parametrize("name", gallery())
def test_a_graphic_survives_storage_and_is_told_in_markdown(name: str):
    """With its title, its alternative and its figures as a table."""
    graphic = gallery()[name]
    document = Document(meta=Meta(title="T", created_at=BEGIN), blocks=[graphic])
    assert decode(encode(document)) == document
    text = markdown(document)
    assert graphic.title in text
    assert graphic.alt.split(".")[0].replace("_", "\\_") in text
    assert text.count("\n|") > 2


def test_a_long_plot_is_summed_up_in_its_table():
    """Ends and extremes with their places instead of thousands of rows."""
    xs = [float(at) for at in range(5000)]
    table = data_table(
        Plot(**TOLD, series=[Points("s", xs, [abs(x - 1234) for x in xs])], x=Axis("Step")), labels("en")
    )
    assert len(table.rows) == 1
    said = [text for cell in table.rows[0] for text in cell if isinstance(text, Text)]
    assert [one.text for one in said] == ["s", "5,000", "1,234 at 0", "3,765 at 4,999", "0 at 1,234", "3,765 at 4,999"]
    short = data_table(Plot(**TOLD, series=[Points("s", [1, 2], [3, None])]), labels("en"))
    assert len(short.rows) == 2 <= MOST_ROWS
    assert all(isinstance(column, Column) for column in short.columns)


@settings(max_examples=200, deadline=None)
@given(any_.graphics)
def test_any_graphic_is_sound_and_inside_its_frame(drawn: Drawable):
    """No figure, name, instant or text makes a graphic invalid, infinite or larger than its view box."""
    picture = Picture(drawn)
    assert not re.search("nan|inf", " ".join(numbers(picture.svg)))
    assert max(picture.reach(), default=0) <= 0.6
    assert len(data_table(drawn, labels("en")).columns) > 0


def test_a_graphic_of_nothing_says_so():
    """Instead of drawing empty axes."""
    empty: list[Drawable] = [
        Plot(**TOLD, series=[Points("s", [1], [None])]),
        Matrix(**TOLD, rows=[], columns=[], values=[]),
        Intervals(**TOLD, rows=[]),
        TimePlot(**TOLD, series=[]),
        Bullets(**TOLD, rows=[]),
        Timeline(**TOLD, lanes=[Lane("a", [])]),
    ]
    for each in empty:
        assert Picture(each).said("none") == ["No data"]


def test_two_thousand_points_are_drawn_quickly():
    """Drawing never shows beside printing."""
    xs = [float(at) for at in range(20_000)]
    plot = Plot(**TOLD, series=[Points("s", xs, [math.sin(x / 300) for x in xs])])
    start = time.process_time()
    Picture(plot)
    assert time.process_time() - start < 2


def touching(picture: Picture) -> list[tuple[str, str]]:
    """Pairs of unturned texts whose boxes overlap."""
    boxes = []
    for each in picture.root.iter(f"{NS}text"):
        if "transform" in each.attrib or not each.text:
            continue
        x, y, long = float(each.attrib["x"]), float(each.attrib["y"]), width(each.text)
        left = x - {"end": long, "middle": long / 2}.get(each.attrib.get("text-anchor", ""), 0)
        boxes.append((each.text, left, left + long, y - SIZE * 0.75, y + SIZE * 0.1))
    return [
        (one[0], other[0])
        for one, other in itertools.combinations(boxes, 2)
        if one[1] < other[2] and other[1] < one[2] and one[3] < other[4] and other[3] < one[4]
    ]


def test_instants_without_a_zone_are_utc():
    """Clients forget it; nothing is shifted by the machine's own zone."""
    naive = BEGIN.replace(tzinfo=None)
    assert moments.seconds(naive) == BEGIN.astimezone(UTC).timestamp()
