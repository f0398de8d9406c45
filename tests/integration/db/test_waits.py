"""Who is before whom, and how long it takes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.contracts.records import Report
from shared.contracts.states import Priority, RunStatus, Stage
from shared.db import runs, steps, waits
from shared.db.pool import Connection
from shared.db.waits import Place, Spread
from shared.domain.decide import WHOLE, Planned
from shared.domain.ids import new_id

from .stored import stored_owner, stored_report, stored_template


async def queued(db: Connection, *, priority: Priority = Priority.NORMAL, **more: Any) -> Report:
    """A report whose first step waits."""
    report = await stored_report(db, priority=priority, **more)
    run = await runs.get(db, report.run_id)
    assert run is not None
    await steps.plan(db, run, [Planned("a", WHOLE, "core.noop", Stage.TEMPLATE)])
    return report


async def places(db: Connection, *found: Report) -> list[int | None]:
    """Asked for together and one by one, which must agree."""
    return [place.position if place else None for place in await whole_places(db, {}, *found)]


async def whole_places(db: Connection, known: dict[Any, Spread], *found: Report) -> list[Place | None]:
    together = await waits.places(db, [report.run_id for report in found], known)
    alone = [await waits.place(db, report.run_id, known) for report in found]
    assert [together.get(report.run_id) for report in found] == alone
    return alone


async def test_positions_go_by_priority_and_then_by_time(db: Connection):
    """1 is the next; it is the order in which steps are claimed."""
    same = {"principal_id": await stored_owner(db), "template_id": (await stored_template(db)).id}
    low, first, second, urgent, high = [
        await queued(db, priority=priority, **same)
        for priority in (Priority.LOW, Priority.NORMAL, Priority.NORMAL, Priority.URGENT, Priority.HIGH)
    ]
    assert await places(db, urgent, high, first, second, low) == [1, 2, 3, 4, 5]
    claimed = await steps.claim(db, Stage.TEMPLATE, worker="test", lease_s=60)
    assert claimed is not None
    assert claimed.run_id == urgent.run_id
    assert await places(db, urgent, high, low) == [None, 1, 4]


async def test_a_small_owner_stands_before_the_rest_of_a_large_one(db: Connection):
    """The place shows the fairness of the queue, not the time of arrival alone."""
    template = (await stored_template(db)).id
    large, small = await stored_owner(db), await stored_owner(db)
    for _ in range(20):
        await queued(db, principal_id=large, template_id=template)
    theirs = await queued(db, principal_id=small, template_id=template)
    (place,) = await places(db, theirs)
    assert place is not None
    assert place <= 3


@pytest.mark.parametrize("status", [RunStatus.RUNNING, RunStatus.COMPLETED, RunStatus.WAITING_APPROVAL])
async def test_only_reports_that_have_not_begun_have_a_place(db: Connection, status: RunStatus):
    """A step that waits in the middle of a report is not a place in the queue."""
    begun, waiting = await queued(db, run={"status": status}), await queued(db)
    assert await places(db, begun, waiting) == [None, 1]
    assert await waits.places(db, [], {}) == {}


async def test_a_place_comes_with_the_work_before_it(db: Connection):
    """Of every report that is claimed before, by what its template is known to take."""
    owner = {"principal_id": await stored_owner(db)}
    quick, slow, unknown = [(await stored_template(db)).id for _ in range(3)]
    known = {quick: Spread(10, 5, 20), slow: Spread(600, 300, 900)}
    low = await queued(db, priority=Priority.LOW, template_id=quick, **owner)
    first = await queued(db, template_id=slow, **owner)
    second = await queued(db, template_id=unknown, **owner)
    third = await queued(db, template_id=quick, **owner)
    urgent = await queued(db, priority=Priority.URGENT, template_id=quick, **owner)
    assert await whole_places(db, known, urgent, first, second, third, low) == [
        Place(1),
        Place(2, Spread(10, 5, 20), 20),
        Place(3, Spread(610, 305, 920), 900),
        Place(4, Spread(610, 305, 920), 900),
        Place(5, Spread(620, 310, 940), 900),
    ]


async def test_durations_are_means_of_the_last_week_per_template(db: Connection):
    now = datetime.now(UTC)
    quick, slow = (await stored_template(db)).id, (await stored_template(db)).id

    async def done(
        template: Any, seconds: float, ago: timedelta, status: RunStatus = RunStatus.COMPLETED, **more: Any
    ) -> Report:
        ended = now - ago
        begun = ended - timedelta(seconds=seconds)
        run = {"status": status, "started_at": begun, "completed_at": ended} | more
        return await stored_report(db, template_id=template, run=run)

    await done(quick, 10, timedelta(days=1))
    await done(quick, 20, timedelta(days=6))
    await done(quick, 9000, timedelta(days=8))
    await done(quick, 9000, timedelta(days=1), RunStatus.FAILED)
    await done(quick, 1, timedelta(days=1), mode="retry")
    answered = await done(quick, 9000, timedelta(days=1))
    await db.execute(
        "INSERT INTO interrupts (id, run_id, node_id, kind, key, data) VALUES ($1, $2, 'a', 'approval', 'a', '{}')",
        new_id(),
        answered.run_id,
    )
    await done(slow, 600, timedelta(hours=1))
    found = await waits.durations(db)
    assert {template: spread.mean for template, spread in found.items()} == {
        quick: pytest.approx(15),
        slow: pytest.approx(600),
    }
    assert (found[slow].low, found[slow].high) == (pytest.approx(300), pytest.approx(1200))


async def test_the_bounds_of_what_was_measured_often_are_close(db: Connection):
    """Nine of ten reports are within them, and one that took ages is not."""
    template, now = (await stored_template(db)).id, datetime.now(UTC)
    for seconds in [*range(100, 200, 2), 9000]:
        run = {"status": RunStatus.COMPLETED, "started_at": now - timedelta(seconds=seconds), "completed_at": now}
        await stored_report(db, template_id=template, run=run)
    spread = (await waits.durations(db))[template]
    assert 95 <= spread.low <= 110
    assert 190 <= spread.high <= 210


async def test_what_is_under_way_is_told_with_its_time(db: Connection):
    """A report that waits for a person does not hold up the queue."""
    template = (await stored_template(db)).id
    begun = datetime.now(UTC) - timedelta(seconds=40)
    for status in (RunStatus.RUNNING, RunStatus.WAITING_APPROVAL, RunStatus.PENDING):
        await stored_report(db, template_id=template, run={"status": status, "started_at": begun})
    ((found, seconds),) = await waits.under_way(db)
    assert found == template
    assert seconds == pytest.approx(40, abs=5)
