"""Figures, periods and blocks of measured reports: nothing divides by nothing, nothing is empty."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.worker.measuring import parts, values
from services.worker.measuring.rules import Finding, stands_out
from shared.document.blocks import Callout, Chart, ListBlock, Table
from shared.domain.errors import Rejected
from shared.domain.span import MOST_PARTS, floor, read

NOW = datetime(2026, 5, 29, 12, 30, tzinfo=UTC)
NUMBERS = st.floats(0, 1e15, allow_nan=False)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 ms"), (0.0004, "< 1 ms"), (0.85, "850 ms"), (0.9996, "1.0 s"), (9.4, "9.4 s"), (42.4, "42 s"),
        (60, "1 min"), (100, "1 min 40 s"), (3600, "1 h"), (5400, "1 h 30 min"), (7199.9, "2 h"),
        (86_400 * 3, "3 d"), (86_400 * 3 + 7200, "3 d 2 h"), (None, "–"), (math.nan, "–"),
    ],
)  # fmt: skip
def test_durations_are_read_at_a_glance(seconds: float | None, said: str):
    """Two units at most, and rounding never gives sixty seconds."""
    assert values.duration(seconds) == said


@pytest.mark.parametrize(
    ("share", "said"),
    [(0, "0 %"), (0.0004, "< 0.1 %"), (0.034, "3.4 %"), (0.05, "5 %"), (0.5, "50 %"), (0.9999, "> 99.9 %"), (1, "100 %"), (None, "–")],
)  # fmt: skip
def test_a_share_that_is_something_is_never_shown_as_nothing(share: float | None, said: str):
    """Nor is one below all shown as all."""
    assert values.percent(share) == said


@pytest.mark.parametrize(("octets", "said"), [(0, "0 bytes"), (999, "999 bytes"), (21_000, "21.0 kB"), (145e6, "145 MB"), (2e12, "2.0 TB")])  # fmt: skip
def test_sizes_have_decimal_units(octets: float, said: str):
    """As everywhere outside of memory chips."""
    assert values.size(octets) == said


@given(NUMBERS, NUMBERS)
def test_no_figure_is_a_division_by_nothing(part: float, whole: float):
    """Any counts, nothing included, become text without exceptions, infinities or not-a-numbers."""
    share = values.share(part, whole)
    assert (share is None) is (whole == 0 or math.isinf(part / whole))
    for text in (values.percent(share), values.duration(part), values.size(part), values.count(share)):
        assert text
        assert not {"nan", "inf"} & {text.lower()}
    unit = values.duration_unit([part, None, whole])
    assert all(each is None or math.isfinite(each) for each in unit.values([part, None, whole]))


def test_a_period_is_from_its_first_day_to_its_last_both_whole():
    """Days are UTC, an instant with an offset is converted, and without an end it is now."""
    asked = read({"from": "2026-05-01", "to": "2026-05-03"}, NOW)
    assert (asked.start, asked.end) == (datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 5, 4, tzinfo=UTC))
    assert read({"from": "2026-05-28T23:30:00-02:00"}, NOW).start == datetime(2026, 5, 29, 1, 30, tzinfo=UTC)
    assert read({}, NOW).end - read({}, NOW).start == timedelta(days=7)
    assert read({"days": 30}, NOW).start == NOW - timedelta(days=30)


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"from": "2026-05-03", "to": "2026-05-01"}, "from"),
        ({"from": "2026-05-30"}, "from"),
        ({"from": "2024-01-01"}, "from"),
        ({"from": "2026-02-30"}, "from"),
        ({"to": "9999-12-31"}, "to"),
        ({"from": "0001-01-01T00:00:00+14:00"}, "from"),
        ({"days": 300, "grouping": "hour"}, "grouping"),
    ],
)
def test_a_period_that_cannot_be_is_refused_by_name(parameters: dict[str, Any], field: str):
    """With the parameter and what it must be."""
    with pytest.raises(Rejected, match=f"parameters.{field} ") as caught:
        read(parameters, NOW)
    assert caught.value.details == {"field": f"parameters.{field}"}


@given(
    st.datetimes(datetime(2000, 1, 3), datetime(2999, 1, 1)),  # noqa: DTZ001 - hypothesis wants them naive
    st.integers(1, 400),
    st.sampled_from(["hour", "day", "week", None]),
)
def test_parts_cover_the_period_without_gap_or_overlap(now: datetime, days: int, grouping: str | None):
    """The first begins before the period or with it, each next where the one before ends."""
    try:
        asked = read({"days": days, "grouping": grouping}, now.replace(tzinfo=UTC))
    except Rejected as error:
        assert "grouping" in error.message or "between the years" in error.message  # noqa: PT017
        return
    found = asked.parts
    assert found[0] <= asked.start < asked.end
    assert found[-1] < asked.end
    assert len(found) <= MOST_PARTS + 1
    assert all(floor(at, asked.grouping) == at for at in found)
    assert len({asked.label(at) for at in found}) == len(found)


def test_a_chart_of_nothing_is_left_out():
    """Neither empty nor all-zero charts, nor series of which nothing is known."""
    assert parts.bars("T", ["a"], {"A": [0]}) == []
    assert parts.lines("T", ["a", "b"], {"A": [None, None]}, x="x", y="y") == []
    assert parts.histogram("T", {}, x="x", y="y") == []
    assert parts.table(["a"], [], caption="c") == []
    (chart,) = parts.bars("T", ["a", "b"], {"A": [1, None], "B": [0, 0]})
    assert isinstance(chart, Chart)
    assert [series.name for series in chart.series] == ["A"]


@given(st.dictionaries(st.integers(0, 100_000), st.integers(0, 1000), max_size=60))
def test_a_histogram_loses_no_value(counts: dict[int, int]):
    """Every value is in one bin, and there are few of them."""
    found = parts.histogram("T", counts, x="x", y="y")
    if not found:
        assert not any(counts.values())
        return
    (chart,) = found
    assert isinstance(chart, Chart)
    assert sum(value or 0 for value in chart.series[0].values) == sum(counts.values())
    assert len(chart.edges) == len(chart.series[0].values) + 1 <= 21
    assert chart.edges[0] <= min(counts) <= max(counts) < chart.edges[-1]


def test_what_stands_out_says_by_which_rule():
    """Findings in sentences, every rule with its threshold, and a verdict also where nothing was found."""
    met = Finding(rule="R", threshold="above 1", measured="2", text="It is 2.")
    quiet = Finding(rule="Q", threshold="above 9", measured="3")
    blind = Finding(rule="B", threshold="above 5")
    _, told, table = stands_out([met, quiet, blind])
    assert isinstance(told, ListBlock)
    assert isinstance(table, Table)
    assert [row[-1][0].text.replace("\xa0", " ") for row in table.rows] == ["met", "not met", "not judged"]  # type: ignore[union-attr]
    assert isinstance(stands_out([quiet])[1], Callout)
    assert "too little data" in str(stands_out([blind])[1])
