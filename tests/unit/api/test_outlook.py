"""When a report will be there."""

from __future__ import annotations

import heapq
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from services.api.outlook import Outlook, Pace
from shared.contracts.records import Template
from shared.db.waits import Place, Spread
from shared.domain.ids import new_id

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SLOW = Template(id=new_id(), key="s", name="S", description="", category="", workflow_id="w", estimated_time_minutes=15)
QUICK = Template(id=new_id(), key="q", name="Q", description="", category="", workflow_id="w", estimated_time_minutes=1)
USUAL = Spread(480, 160, 800)


def exactly(seconds: float) -> Spread:
    return Spread(seconds, seconds, seconds)


def seconds(at: datetime | None) -> float:
    assert at is not None
    return (at - NOW).total_seconds()


@pytest.mark.parametrize(
    ("pace", "place", "under_way", "wait"),
    [
        ({}, Place(1), [], 900),
        ({"spreads": {SLOW.id: exactly(100)}}, Place(1), [], 100),
        ({"spreads": {SLOW.id: exactly(100)}}, Place(4, exactly(220)), [], 100 + 220),
        ({"spreads": {SLOW.id: exactly(100)}, "workers": 2}, Place(5, exactly(400)), [], 100 + 400 / 2),
        ({"spreads": {SLOW.id: exactly(100)}}, Place(1), [(SLOW.id, 30.0)], 100 + 70),
        ({"spreads": {SLOW.id: exactly(100)}}, Place(1), [(SLOW.id, 30.0), (SLOW.id, 250.0)], 100 + 70 / 2),
        ({"spreads": {SLOW.id: exactly(100)}}, Place(3, exactly(200)), [(QUICK.id, 0.0)], 100 + 480 + 200),
    ],
)
def test_a_waiting_report_waits_for_those_under_way_and_those_ahead(
    pace: dict[str, Any], place: Place, under_way: list[Any], wait: float
):
    """Shared by as many as work side by side, and then its own time; measured where anything was."""
    found = Pace(usual=USUAL, **pace).waiting(SLOW, place, under_way, NOW)
    assert (found.position, seconds(found.finished_at)) == (place.position, pytest.approx(wait))


def test_before_anything_was_measured_the_template_s_estimate_is_a_range():
    """A quarter of an hour is five to twenty-five minutes."""
    found = Pace(usual=USUAL).waiting(SLOW, Place(1), [], NOW)
    assert [seconds(at) for at in (found.earliest, found.finished_at, found.latest)] == [300, 900, 1500]


def test_a_report_under_way_is_done_when_its_like_would_be():
    """And never in the past."""
    pace = Pace(usual=USUAL, spreads={SLOW.id: Spread(100, 60, 150)})
    assert shown(pace.begun(SLOW, NOW - timedelta(seconds=30), NOW)) == (None, 30, 70, 120)
    assert shown(pace.begun(SLOW, NOW - timedelta(seconds=120), NOW)) == (None, 0, 0, 30)
    assert shown(pace.begun(SLOW, NOW - timedelta(seconds=300), NOW)) == (None, 0, 0, 0)


def shown(found: Outlook) -> tuple[int | None, float, float, float]:
    return found.position, seconds(found.earliest), seconds(found.finished_at), seconds(found.latest)


@some.composite
def queues(draw: some.DrawFn) -> tuple[Pace, list[tuple[Any, float, float]], list[tuple[Any, float]]]:
    """A pace, reports under way (template, seconds so far, seconds in all), and reports that wait."""
    spreads = {}
    for template in (SLOW, QUICK):
        low, more, most = (draw(some.floats(0, 500)) for _ in range(3))
        spreads[template.id] = Spread(low + more, low, low + more + most)
    workers = draw(some.integers(1, 5))

    def made() -> tuple[Any, float]:
        template = draw(some.sampled_from((SLOW, QUICK)))
        spread = spreads[template.id]
        return template, spread.low + draw(some.floats(0, 1)) * (spread.high - spread.low)

    under_way = [(*made(), draw(some.floats(0, 1))) for _ in range(workers)]
    waiting = [made() for _ in range(draw(some.integers(1, 12)))]
    began = [(template, share * whole, whole) for template, whole, share in under_way]
    return Pace(usual=USUAL, spreads=spreads, workers=workers), began, waiting


@settings(deadline=None, max_examples=300)
@given(queues())
def test_the_truth_lies_within_the_range(queue: Any):
    """A simulated queue, in which every report takes some time within its template's bounds."""
    pace, under_way, waiting = queue
    free = [whole - so_far for _, so_far, whole in under_way]
    heapq.heapify(free)
    ahead, longest = Spread(), 0.0
    for number, (template, whole) in enumerate(waiting, 1):
        told = [(made.id, so_far) for made, so_far, _ in under_way]
        found = pace.waiting(template, Place(number, ahead, longest), told, NOW)
        done = heapq.heappop(free) + whole
        heapq.heappush(free, done)
        _, earliest, expected, latest = shown(found)
        assert earliest - 0.001 <= done <= latest + 0.001
        assert earliest <= expected <= latest
        ahead, longest = ahead + pace.of(template), max(longest, pace.of(template).high)


@settings(deadline=None, max_examples=100)
@given(some.integers(1, 6), some.integers(1, 60), some.floats(1, 1000))
def test_reports_that_all_take_the_same_are_told_their_time_within_one_of_it(workers: int, waiting: int, each: float):
    """The one number that clients see, for a queue of one kind that has just been begun."""
    pace = Pace(usual=USUAL, spreads={SLOW.id: exactly(each)}, workers=workers)
    under_way = [(SLOW.id, 0.0)] * workers
    for number in range(1, waiting + 1):
        found = pace.waiting(SLOW, Place(number, exactly(each * (number - 1)), each), under_way, NOW)
        rounds_before = 1 + (number - 1) // workers
        assert abs(seconds(found.finished_at) - (rounds_before + 1) * each) <= each
