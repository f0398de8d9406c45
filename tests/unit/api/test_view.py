"""The queue's figures as the page says them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.api.dashboard.view import duration, queue_view
from services.api.figures import wait_seconds
from shared.contracts.states import Priority
from shared.queue.stats import QueueStats

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def stats(**more: Any) -> QueueStats:
    values: dict[str, Any] = {
        "pending": {Priority.URGENT: 0, Priority.HIGH: 1, Priority.NORMAL: 6, Priority.LOW: 3},
        "running": {Priority.URGENT: 0, Priority.HIGH: 2, Priority.NORMAL: 0, Priority.LOW: 0},
        "parked": dict.fromkeys(Priority, 0),
        "completed_today": 12,
        "failed_today": 1,
        "average_seconds": 60.0,
        "workers_alive": 2,
        "renderers_alive": 1,
        "slots": 8,
        "rebuilt_at": NOW - timedelta(seconds=3),
        "read_at": NOW,
    }
    return QueueStats(**(values | more))


def view(**more: Any) -> Any:
    return queue_view(stats(**more), usual_s=900, now=NOW)


def test_the_wait_is_what_waits_times_the_average_over_what_is_made_at_once():
    """Ten wait, two are made at a time, each takes a minute: five minutes."""
    assert (view().pending, view().running, view().wait) == (10, 2, "5 min")


def test_an_empty_queue_has_no_wait():
    """Where each that is made has a worker of its own."""
    assert view(pending=dict.fromkeys(Priority, 0)).wait == "none"


def test_where_more_is_made_than_there_are_workers_there_is_a_wait():
    """Workers begin what they cannot finish at once: 38 of 40 are before the next report."""
    busy = dict.fromkeys(Priority, 10)
    assert view(pending=dict.fromkeys(Priority, 0), running=busy).wait == "57 s"


def test_reports_that_wait_for_people_hold_up_nobody():
    """They have a column of their own: ten in review are neither ahead nor being made."""
    review = {**dict.fromkeys(Priority, 0), Priority.NORMAL: 10}
    nobody = dict.fromkeys(Priority, 0)
    one = {"parked": review, "running": nobody, "workers_alive": 1, "average_seconds": 100.0}
    assert (view(**one, pending=nobody).wait, view(**one, pending=nobody).parked) == ("none", 10)
    assert wait_seconds(stats(**one, pending={**nobody, Priority.LOW: 20}), 100.0) == 2000


def test_without_a_measured_average_the_templates_estimate_counts():
    """And the page says that none is known yet."""
    found = view(average_seconds=None, running=dict.fromkeys(Priority, 0))
    assert (found.wait, found.average) == ("2.5 h", "not known yet")


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ({"workers_alive": 0}, "No worker is running"),
        ({"renderers_alive": 0}, "No renderer is running"),
        ({"workers_alive": 0, "renderers_alive": 0}, "No worker and no renderer is running"),
    ],
)
def test_a_queue_that_nobody_works_on_promises_no_wait(missing: dict[str, int], said: str):
    """A number would be invented."""
    found = view(**missing)
    assert (found.wait, view(**missing, pending=dict.fromkeys(Priority, 0)).wait) == ("unknown", "unknown")
    assert found.note.startswith(said)


def test_figures_that_nobody_recounts_are_called_old():
    """Their age is said either way."""
    found = view(rebuilt_at=NOW - timedelta(seconds=31))
    assert (found.state, found.age_s) == ("stale", 31)
    assert "not recounted" in found.note
    assert (view().state, view().age_s, view().note) == ("live", 3, "")


def test_clocks_that_disagree_give_no_negative_age():
    assert view(rebuilt_at=NOW + timedelta(seconds=5)).age_s == 0


def test_bars_are_relative_to_the_busiest_priority():
    """The longest bar is full."""
    lanes = view().lanes
    assert lanes[Priority.NORMAL].pending_share == 100
    assert (lanes[Priority.HIGH].running_share, lanes[Priority.HIGH].pending_share) == (33.33, 16.67)
    assert lanes[Priority.URGENT].pending_share == 0


def test_missing_figures_are_said_to_be_missing():
    """Zeros would be a lie, so the words say it."""
    found = queue_view(None, usual_s=900, now=NOW)
    assert (found.state, found.wait, found.age_s) == ("away", "unknown", None)
    assert found.note


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.2, "under a second"), (1, "1 s"), (89.4, "89 s"), (90, "2 min"), (3600, "60 min"), (9000, "2.5 h")],
)
def test_durations_are_said_as_people_say_them(seconds: float, said: str):
    assert duration(seconds) == said
