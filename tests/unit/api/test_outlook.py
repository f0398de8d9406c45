"""When a report will be there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.api.outlook import Outlook, Pace
from shared.contracts.records import Template
from shared.domain.ids import new_id

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SLOW = Template(id=new_id(), key="s", name="S", description="", category="", workflow_id="w", estimated_time_minutes=15)
QUICK = Template(id=new_id(), key="q", name="Q", description="", category="", workflow_id="w", estimated_time_minutes=1)


def seconds(outlook: Outlook) -> float:
    assert outlook.finished_at is not None
    return (outlook.finished_at - NOW).total_seconds()


@pytest.mark.parametrize(
    ("pace", "position", "under_way", "wait"),
    [
        ({}, 1, [], 900),
        ({"means": {SLOW.id: 100}}, 1, [], 100),
        ({"means": {SLOW.id: 100, QUICK.id: 20}}, 4, [], 100 + 3 * 60),
        ({"means": {SLOW.id: 100}, "workers": 2}, 5, [], 100 + 4 * 100 / 2),
        ({"means": {SLOW.id: 100}}, 1, [(SLOW.id, 30.0)], 100 + 70),
        ({"means": {SLOW.id: 100}}, 1, [(SLOW.id, 30.0), (SLOW.id, 250.0)], 100 + 70 / 2),
        ({"means": {SLOW.id: 100}}, 3, [(QUICK.id, 0.0)], 100 + 480 + 200),
    ],
)
def test_a_waiting_report_waits_for_those_under_way_and_those_ahead(
    pace: dict[str, Any], position: int, under_way: list[Any], wait: float
):
    """Shared by as many as work side by side, and then its own time; measured where anything was."""
    found = Pace(usual_s=480, **pace).waiting(SLOW, position, under_way, NOW)
    assert (found.position, seconds(found)) == (position, wait)


def test_a_report_under_way_is_done_when_its_like_would_be():
    """And never in the past."""
    pace = Pace(usual_s=480, means={SLOW.id: 100})
    assert seconds(pace.begun(SLOW, NOW - timedelta(seconds=30), NOW)) == 70
    assert seconds(pace.begun(SLOW, NOW - timedelta(seconds=300), NOW)) == 0
    assert pace.begun(SLOW, NOW, NOW).position is None
