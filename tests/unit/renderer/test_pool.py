"""Slots, waiting, freshness, deadlines and crashes, without a browser."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from services.renderer.engine import TabDied
from services.renderer.pool import Crashed, Limits, Pool, TooSlow
from shared.domain.errors import Rejected, Unavailable
from tests.unit.renderer.fake_engine import Tab, World

SOON = 5.0


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
async def pool(world: World) -> AsyncIterator[Pool[Tab]]:
    made = Pool(world.make, Limits(slots=2, waiting=4, renders=100, megabytes=500))
    yield made
    await made.close()
    assert world.running == []


async def test_nothing_starts_before_it_is_needed(world: World, pool: Pool[Tab]):
    """A renderer without work has no browser; the first work starts one, and all use it."""
    assert world.engines == []
    results = await asyncio.gather(*(pool.run(_quick(n), deadline_s=SOON) for n in range(4)))
    assert results == [0, 1, 2, 3]
    assert len(world.engines) == 1
    assert len(world.engines[0].tabs) == 2


async def test_at_most_so_many_work_at_once_and_the_others_in_turn(pool: Pool[Tab]):
    """The slots are never exceeded, and who came first is served first."""
    active: list[int] = []
    order: list[int] = []
    most = 0

    async def work(number: int) -> None:
        nonlocal most
        active.append(number)
        order.append(number)
        most = max(most, len(active))
        await asyncio.sleep(0.001)
        active.remove(number)

    await asyncio.gather(*(pool.run(lambda _, n=n: work(n), deadline_s=SOON) for n in range(5)))
    assert most == 2
    assert order == [0, 1, 2, 3, 4]


async def test_too_many_waiting_are_turned_away(pool: Pool[Tab]):
    """Waiting is bounded; who is turned away is told so and costs nobody a place."""
    await pool.run(_quick("warm"), deadline_s=SOON)
    release = asyncio.Event()
    held = [asyncio.create_task(pool.run(_until(release, n), deadline_s=SOON)) for n in range(6)]
    await asyncio.sleep(0.01)
    with pytest.raises(Unavailable) as caught:
        await pool.run(_quick("x"), deadline_s=SOON)
    assert caught.value.code == "renderer_busy"
    release.set()
    assert await asyncio.gather(*held) == [0, 1, 2, 3, 4, 5]
    assert await pool.run(_quick("y"), deadline_s=SOON) == "y"


async def test_a_worn_engine_is_drained_and_then_replaced(world: World):
    """After so many renders the next work waits for the last old one and gets a new engine."""
    pool = Pool(world.make, Limits(slots=2, renders=3))
    release = asyncio.Event()
    slow = asyncio.create_task(pool.run(_until(release, "slow"), deadline_s=SOON))
    for _ in range(3):
        await pool.run(_quick(None), deadline_s=SOON)
    late = asyncio.create_task(pool.run(_engine, deadline_s=SOON))
    await asyncio.sleep(0.01)
    assert not late.done()
    assert len(world.engines) == 1
    release.set()
    assert await slow == "slow"
    assert await late is world.engines[1]
    assert world.running == [world.engines[1]]
    await pool.close()


async def test_an_engine_that_grew_is_replaced(world: World, pool: Pool[Tab]):
    """Memory above the limit wears an engine out before its renders do."""
    await pool.run(_quick(None), deadline_s=SOON)
    world.engines[0].memory = 501
    for _ in range(40):
        await pool.run(_quick(None), deadline_s=SOON)
    assert len(world.engines) == 2


async def test_a_sick_engine_is_replaced_and_nobody_notices(world: World, pool: Pool[Tab]):
    """An engine that died between two works is found out before the next one."""
    await pool.run(_quick(None), deadline_s=SOON)
    world.engines[0].running = False
    assert await pool.run(_engine, deadline_s=SOON) is world.engines[1]


async def test_work_past_its_deadline_is_killed(world: World, pool: Pool[Tab]):
    """The engine's processes are ended at once, the culprit is named, the next work runs."""
    with pytest.raises(TooSlow) as caught:
        await pool.run(_until(asyncio.Event(), None), deadline_s=0.02)
    assert caught.value.code == "render_timeout"
    assert world.engines[0].dead.is_set()
    assert await pool.run(_quick("next"), deadline_s=SOON) == "next"


async def test_a_neighbour_of_slow_work_is_repeated_unharmed(world: World, pool: Pool[Tab]):
    """Who shared the engine with work past its deadline gets its result all the same."""
    release = asyncio.Event()
    neighbour = asyncio.create_task(pool.run(_until(release, "fine"), deadline_s=SOON))
    with pytest.raises(TooSlow):
        await pool.run(_until(asyncio.Event(), None), deadline_s=0.02)
    await asyncio.sleep(0.01)
    release.set()
    assert await neighbour == "fine"
    assert len(world.engines) == 2


async def test_waiting_does_not_count_towards_the_deadline(pool: Pool[Tab]):
    """Work is not punished for the queue before it."""
    release = asyncio.Event()
    held = [asyncio.create_task(pool.run(_until(release, None), deadline_s=SOON)) for _ in range(2)]
    late = asyncio.create_task(pool.run(_quick("late"), deadline_s=0.03))
    await asyncio.sleep(0.06)
    release.set()
    assert await late == "late"
    await asyncio.gather(*held)


async def test_work_that_kills_the_engine_alone_is_to_blame(world: World, pool: Pool[Tab]):
    """A crash with nobody else around is the work's own."""
    with pytest.raises(Crashed):
        await pool.run(_poison, deadline_s=SOON)
    assert await pool.run(_quick("next"), deadline_s=SOON) == "next"
    assert len(world.engines) == 2


async def test_work_that_never_began_is_not_to_blame(world: World, pool: Pool[Tab]):
    """An engine whose death shows only when a tab is wanted is replaced, and the work is done."""
    await pool.run(_quick(None), deadline_s=SOON)
    life = pool._life
    assert life
    life.idle.clear()
    world.engines[0].healthy = lambda: True
    world.engines[0].running = False
    assert await pool.run(_engine, deadline_s=SOON) is world.engines[1]


async def test_only_the_culprit_of_a_crash_is_blamed(world: World, pool: Pool[Tab]):
    """Of several works on a dying engine, the innocent end well; each is tried alone to find out."""
    release = asyncio.Event()
    innocent = asyncio.create_task(pool.run(_until(release, "fine"), deadline_s=SOON))
    await asyncio.sleep(0)
    culprit = asyncio.create_task(pool.run(_poison, deadline_s=SOON))
    await asyncio.sleep(0.01)
    waiting = asyncio.create_task(pool.run(_quick("later"), deadline_s=SOON))
    release.set()
    assert await innocent == "fine"
    with pytest.raises(Crashed):
        await culprit
    assert await waiting == "later"


async def test_a_dead_tab_costs_only_its_own_work(world: World, pool: Pool[Tab]):
    """The engine and its other tabs stay; the dead tab is thrown away."""
    release = asyncio.Event()
    neighbour = asyncio.create_task(pool.run(_until(release, "fine"), deadline_s=SOON))
    await asyncio.sleep(0)

    async def die(tab: Tab) -> None:
        raise TabDied

    with pytest.raises(Crashed):
        await pool.run(die, deadline_s=SOON)
    release.set()
    assert await neighbour == "fine"
    assert len(world.engines) == 1
    assert [tab.open for tab in world.engines[0].tabs] == [True, False]


async def test_cancelled_work_gives_its_slot_back_and_loses_its_tab(world: World, pool: Pool[Tab]):
    """A tab in the middle of something is never given to the next work."""
    task = asyncio.create_task(pool.run(_until(asyncio.Event(), None), deadline_s=SOON))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [tab.open for tab in world.engines[0].tabs] == [False]
    assert await asyncio.gather(*(pool.run(_quick(n), deadline_s=SOON) for n in range(3))) == [0, 1, 2]
    assert len(world.engines) == 1


async def test_a_tab_that_does_not_close_condemns_its_engine(world: World, pool: Pool[Tab]):
    """What cannot be cleaned is replaced."""

    async def refuse(tab: Tab) -> None:
        tab.engine.stuck = True
        raise Rejected("too long")

    with pytest.raises(Rejected):
        await pool.run(refuse, deadline_s=SOON)
    assert await pool.run(_engine, deadline_s=SOON) is world.engines[1]


async def test_an_engine_that_does_not_start_is_unavailable_until_it_does(world: World, pool: Pool[Tab]):
    """Nothing hangs and nothing needs a restart of the process."""
    world.refuse = True
    results = await asyncio.gather(*(pool.run(_quick(None), deadline_s=SOON) for _ in range(3)), return_exceptions=True)
    assert [getattr(result, "code", None) for result in results] == ["browser_unavailable"] * 3
    assert world.running == []
    world.refuse = False
    assert await pool.run(_quick("up"), deadline_s=SOON) == "up"


async def test_cancelling_while_an_engine_starts_or_stops_leaves_none_behind(world: World, pool: Pool[Tab]):
    """Impatience of one does not cost the others their engine or the machine a process."""
    world.start_s = world.stop_s = 0.02
    first = asyncio.create_task(pool.run(_quick(None), deadline_s=SOON))
    second = asyncio.create_task(pool.run(_quick("second"), deadline_s=SOON))
    await asyncio.sleep(0.01)
    first.cancel()
    assert await second == "second"
    assert len(world.running) == 1


async def test_a_closed_pool_takes_no_work_and_ends_what_there_is(world: World):
    """Closing does not wait for anybody and leaves nothing running."""
    pool = Pool(world.make, Limits(slots=1))
    running = asyncio.create_task(pool.run(_until(asyncio.Event(), None), deadline_s=SOON))
    await asyncio.sleep(0.01)
    waiting = asyncio.create_task(pool.run(_quick(None), deadline_s=SOON))
    await asyncio.sleep(0.01)
    await pool.close()
    for task in (running, waiting):
        with pytest.raises(Unavailable):
            await task
    assert world.running == []


def _quick(result: object):
    return lambda tab: tab.work(result)


def _until(event: asyncio.Event, result: object):
    return lambda tab: tab.work(result, until=event)


async def _engine(tab: Tab) -> object:
    return tab.engine


async def _poison(tab: Tab) -> object:
    await asyncio.sleep(0.002)
    tab.engine.kill()
    return await tab.work(None)
