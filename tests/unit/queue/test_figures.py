from __future__ import annotations

import time

from shared.contracts.states import Priority
from shared.queue.figures import StatsDelta, shown, sums


def moved(left, entered, seconds=None, priority=Priority.LOW):
    return StatsDelta(priority=priority, left=left, entered=entered, seconds=seconds)


def figures(**values):
    return {b"rebuilt_at": b"%f" % time.time()} | {name.replace("_", ":").encode(): n for name, n in values.items()}


def test_a_runs_way_through_the_columns_adds_up_to_one_completed_run():
    """What enters a column leaves it again; only the day remembers."""
    way = [
        moved(None, "pending"),
        moved("pending", "running"),
        moved("running", "parked"),
        moved("parked", "running"),
        moved("running", "completed", seconds=4.5),
    ]

    columns, day = sums(way)

    assert set(columns.values()) == {0}
    assert day == {"completed": 1, "seconds": 4.5}


def test_a_cancelled_run_only_leaves():
    """Cancelled runs are neither done nor failed."""
    assert sums([moved("pending", "cancelled", priority=Priority.URGENT)]) == ({"pending:urgent": -1}, {})


def test_a_run_that_waits_for_a_person_is_not_being_made():
    assert sums([moved("running", "parked")]) == ({"running:low": -1, "parked:low": 1}, {})


def test_a_failed_run_does_not_count_into_the_mean():
    """The mean is of completed runs."""
    assert sums([moved("running", "failed", seconds=9.0)]) == ({"running:low": -1}, {"failed": 1})


def test_nothing_is_shown_negative():
    """A move that arrived after a rebuild that had counted it must not show as minus one."""
    stats = shown(figures(pending_high=b"-2", running_low=b"3"), {b"failed": b"-1"}, {}, [])

    assert stats.pending[Priority.HIGH] == 0
    assert stats.running[Priority.LOW] == 3
    assert stats.failed_today == 0


def test_the_mean_is_yesterdays_until_a_run_completes_today():
    """Midnight does not make the expected wait unknown."""
    yesterday = {b"completed": b"4", b"seconds": b"10"}

    assert shown(figures(), {}, yesterday, []).average_seconds == 2.5
    assert shown(figures(), {b"completed": b"2", b"seconds": b"3"}, yesterday, []).average_seconds == 1.5
    assert shown(figures(), {}, {}, []).average_seconds is None


def test_live_processes_are_counted_by_service_and_their_slots_added():
    """Slots are what can run at once."""
    stats = shown(figures(), {}, {}, [b"worker/a/8", b"worker/b/8", b"renderer/c/2"])

    assert (stats.workers_alive, stats.renderers_alive, stats.slots) == (2, 1, 18)
