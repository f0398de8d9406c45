"""Who is served next: priority, fairness, limits, leases and fences."""

from __future__ import annotations

import asyncio
import itertools
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from msgspec.structs import replace

from shared.contracts.records import Run, Step
from shared.contracts.states import Priority, RunStatus, Stage
from shared.db import runs, steps
from shared.db.pool import Connection, Database
from shared.domain.decide import WHOLE, Planned
from shared.domain.ids import new_id, run_id


async def make_principal(db: Connection, name: str = "owner") -> UUID:
    principal_id = new_id()
    await db.execute("INSERT INTO principals (id, name) VALUES ($1, $2)", principal_id, name)
    await runs.store_workflow(db, "digest", "test", {})
    return principal_id


async def queue(db: Connection, owner: UUID, priority: Priority = Priority.NORMAL, count: int = 1) -> list[str]:
    """So many runs with one waiting step each. Returns the runs' ids."""
    made = []
    for _ in range(count):
        ident = run_id()
        run = Run(
            id=ident,
            root_run_id=ident,
            principal_id=owner,
            workflow_id="test",
            workflow_digest="digest",
            status=RunStatus.PENDING,
            priority=priority,
            trace_id="0" * 32,
            created_at=datetime.now(UTC),
        )
        await runs.insert(db, run)
        assert await steps.plan(db, run, [Planned("node", WHOLE, "core.noop", Stage.TEMPLATE)]) == [Stage.TEMPLATE]
        made.append(run.id)
    return made


async def claim(db: Connection, *, lease_s: float = 30, most: int | None = None) -> Step | None:
    async with db.transaction():
        return await steps.claim(db, Stage.TEMPLATE, worker="test", lease_s=lease_s, most=most)


async def claim_all(db: Connection) -> list[str]:
    order = []
    while step := await claim(db):
        order.append(step.run_id)
    return order


async def test_priority_comes_first_then_the_time_of_queueing(db: Connection) -> None:
    """Strict by priority, first in first out inside one, whatever the order of arrival."""
    owners = [await make_principal(db, f"owner {index}") for index in range(12)]
    order = [Priority.LOW, Priority.NORMAL, Priority.URGENT, Priority.HIGH] * 3
    made = {priority: [] for priority in Priority}
    for owner, priority in zip(owners, order, strict=True):
        made[priority] += await queue(db, owner, priority)
    assert await claim_all(db) == [run for priority in Priority for run in made[priority]]


async def test_one_owner_s_own_steps_stay_in_order(db: Connection) -> None:
    owner = await make_principal(db)
    made = await queue(db, owner, count=30)
    assert await claim_all(db) == made


async def test_a_backlog_of_one_owner_delays_another_by_about_one_step(db: Connection) -> None:
    """Two thousand waiting steps of A; B's five are spread one by one among A's first ones."""
    a, b = await make_principal(db, "a"), await make_principal(db, "b")
    await queue(db, a, count=2000)
    for _ in range(200):
        await claim(db)
    ours = set(await queue(db, b, count=5))
    served = [step.run_id for _ in range(12) if (step := await claim(db))]
    places = [place for place, run in enumerate(served) if run in ours]
    assert len(places) == 5
    assert places[0] <= 1
    assert all(later - earlier <= 2 for earlier, later in itertools.pairwise(places))


async def test_a_backlog_does_not_turn_the_priorities_round(db: Connection) -> None:
    """The spacing of one owner's backlog stays below the gap between two priorities."""
    a, b = await make_principal(db, "a"), await make_principal(db, "b")
    normal = await queue(db, a, Priority.NORMAL, count=300)
    low = await queue(db, b, Priority.LOW)
    assert await claim_all(db) == [*normal, *low]


async def test_a_low_step_is_served_in_the_end(db: Connection) -> None:
    """A stream of newer normal steps cannot overtake for ever: rank is time, not class."""
    a, b = await make_principal(db, "a"), await make_principal(db, "b")
    (low,) = await queue(db, a, Priority.LOW)
    await db.execute("UPDATE steps SET rank = rank - interval '11 hours' WHERE run_id = $1", low)
    await queue(db, b, Priority.NORMAL, count=3)
    first = await claim(db)
    assert first is not None
    assert first.run_id == low


async def test_a_stage_s_limit_holds_under_concurrent_claims(database: Database, db: Connection) -> None:
    await queue(db, await make_principal(db), count=20)

    async def one() -> Step | None:
        async with database.connect() as mine:
            return await claim(mine, most=3)

    taken = [step for step in await asyncio.gather(*(one() for _ in range(10))) if step]
    assert len(taken) == 3
    assert await steps.finish(db, taken[0], "done")
    assert await claim(db, most=3) is not None
    assert await claim(db, most=3) is None


async def test_concurrent_claims_never_share_a_step(database: Database, db: Connection) -> None:
    made = await queue(db, await make_principal(db), count=60)

    async def drain() -> list[str]:
        async with database.connect() as mine:
            return await claim_all(mine)

    taken = [run for some in await asyncio.gather(*(drain() for _ in range(6))) for run in some]
    assert sorted(taken) == sorted(made)


async def test_a_step_that_is_not_ready_is_not_claimed(db: Connection) -> None:
    await queue(db, await make_principal(db))
    step = await claim(db)
    assert step is not None
    assert await steps.requeue(db, step, delay_s=60, error=None, resume=None)
    assert await claim(db) is None
    await db.execute("UPDATE steps SET ready_at = now()")
    again = await claim(db)
    assert again is not None
    assert again.attempt == 2


async def test_a_worker_that_lost_its_lease_changes_nothing(db: Connection) -> None:
    """The attempt number fences off the late result of an earlier holder."""
    await queue(db, await make_principal(db))
    step = await claim(db, lease_s=0)
    assert step is not None
    assert [found.id for found in await steps.expired(db)] == [step.id]
    assert await steps.requeue(db, step, delay_s=0, error={"code": "worker_lost"}, resume=None)
    second = await claim(db)
    assert second is not None
    assert second.errors == [{"code": "worker_lost"}]
    assert not await steps.finish(db, step, "done")
    assert await steps.renew(db, {step.id: step.attempt}, lease_s=5) == set()
    assert await steps.finish(db, second, "done")
    assert not await steps.finish(db, second, "done")


async def test_a_renewed_lease_does_not_expire(db: Connection) -> None:
    await queue(db, await make_principal(db))
    step = await claim(db, lease_s=0)
    assert step is not None
    assert await steps.renew(db, {step.id: step.attempt}, lease_s=60) == {step.id}
    assert await steps.expired(db) == []
    assert not await steps.still_expired(db, step)


async def test_cancelling_takes_what_is_open_and_fences_what_runs(db: Connection) -> None:
    owner = await make_principal(db)
    (mine,) = await queue(db, owner)
    step = await claim(db)
    assert step is not None
    await steps.cancel(db, mine)
    assert not await steps.finish(db, step, "done")
    assert await db.fetchval("SELECT status FROM steps WHERE id = $1", step.id) == "cancelled"


async def test_planning_twice_adds_nothing(db: Connection) -> None:
    owner = await make_principal(db)
    (mine,) = await queue(db, owner)
    run = await runs.get(db, mine)
    assert run is not None
    again = [Planned("node", WHOLE, "core.noop", Stage.TEMPLATE), Planned("more", 0, "report.write", Stage.LLM)]
    assert await steps.plan(db, run, again) == [Stage.LLM]
    assert await steps.plan(db, replace(run), again) == []


async def test_overdue_counts_only_what_has_waited(db: Connection) -> None:
    await queue(db, await make_principal(db), count=3)
    assert await steps.overdue(db, seconds=60) == {}
    await db.execute("UPDATE steps SET ready_at = ready_at - $1::interval", timedelta(minutes=5))
    assert await steps.overdue(db, seconds=60) == {Stage.TEMPLATE: 3}


async def both_held(db: Connection) -> tuple[Step, Step]:
    """Two running steps of one run, by id; the rows lie the other way round."""
    made = (await queue(db, await make_principal(db)))[0]
    run = await runs.get(db, made)
    assert run is not None
    await steps.plan(db, run, [Planned("more", WHOLE, "core.noop", Stage.TEMPLATE)])
    first, second = sorted([await claim(db), await claim(db)], key=lambda step: step.id)
    await db.execute("UPDATE steps SET lease_until = now() + interval '30 s' WHERE id = $1", first.id)
    return first, second


@pytest.mark.parametrize("name", ["renew", "cancel", "withdraw", "forget"])
async def test_several_steps_are_locked_by_id(database: Database, db: Connection, name: str) -> None:
    """Leases are renewed while a run is cancelled: were each to hold what the other wants, one would fail."""
    first, second = await both_held(db)
    calls = {
        "renew": lambda db: steps.renew(db, {second.id: second.attempt, first.id: first.attempt}, lease_s=30),
        "cancel": lambda db: steps.cancel(db, first.run_id),
        "withdraw": lambda db: steps.withdraw(db, first.run_id),
        "forget": lambda db: steps.forget(db, first.run_id, first.node_id, None),
    }
    await db.execute("UPDATE steps SET node_id = 'node', slice = 1 WHERE id = $1", second.id)
    await db.execute("UPDATE steps SET node_id = 'node', slice = 0 WHERE id = $1", first.id)
    async with database.begin() as holder:
        await holder.execute("SELECT FROM steps WHERE id = $1 FOR UPDATE", first.id)
        async with database.begin() as other, asyncio.timeout(20):
            call = asyncio.create_task(calls[name](other))
            while not await db.fetchval("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"):
                await asyncio.sleep(0.01)
            free = await db.fetchval("SELECT true FROM steps WHERE id = $1 FOR UPDATE SKIP LOCKED", second.id)
            await holder.execute("ROLLBACK; BEGIN")
            await call
    assert free
