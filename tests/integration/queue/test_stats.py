"""The queue's figures against a recount, over a real Valkey."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.contracts.states import Priority
from shared.queue import stats as module
from shared.queue.stats import Snapshot, Stats, StatsDelta

COLUMNS = ("pending", "running", "parked", "completed", "failed")


@pytest.fixture
async def stats(fresh_redis_url):
    stats = Stats(fresh_redis_url)
    yield stats
    await stats.close()


class Truth:
    """What Postgres would say: every run's column, and the moves that were committed and not yet told."""

    def __init__(self):
        self.counts = Counter()
        self.seconds = 0.0
        self.untold = []

    def commit(self, delta):
        self.counts[delta.priority, delta.left] -= 1
        self.counts[delta.priority, delta.entered] += 1
        self.seconds += delta.seconds or 0
        self.untold.append(delta)

    def count(self):
        def column(name):
            return {priority: self.counts[priority, name] for priority in Priority}

        return Snapshot(
            pending=column("pending"),
            running=column("running"),
            parked=column("parked"),
            completed_today=sum(column("completed").values()),
            failed_today=sum(column("failed").values()),
            seconds_today=self.seconds,
        )

    @classmethod
    def recounted(cls, snapshot):
        truth = cls()
        for priority in Priority:
            truth.counts[priority, "pending"] = snapshot.pending[priority]
            truth.counts[priority, "running"] = snapshot.running[priority]
            truth.counts[priority, "parked"] = snapshot.parked[priority]
        # Which priority the day's runs had is not part of the figures.
        truth.counts[Priority.LOW, "completed"] = snapshot.completed_today
        truth.counts[Priority.LOW, "failed"] = snapshot.failed_today
        truth.seconds = snapshot.seconds_today
        return truth


def figures(snapshot):
    """What is shown of a recount."""
    mean = snapshot.seconds_today / snapshot.completed_today if snapshot.completed_today > 0 else None
    return (
        {priority: max(0, snapshot.pending[priority]) for priority in Priority},
        {priority: max(0, snapshot.running[priority]) for priority in Priority},
        {priority: max(0, snapshot.parked[priority]) for priority in Priority},
        max(0, snapshot.completed_today),
        max(0, snapshot.failed_today),
        mean and round(mean, 6),
    )


def shown(stats):
    mean = stats.average_seconds
    return (
        stats.pending,
        stats.running,
        stats.parked,
        stats.completed_today,
        stats.failed_today,
        mean and round(mean, 6),
    )


async def rebuilt(stats, truth):
    return await stats.rebuild(truth.count(), epoch=await stats.epoch())


async def test_a_run_is_counted_on_its_way(stats):
    """Pending, then running, then done today, with its duration in the mean."""
    truth = Truth()
    assert await rebuilt(stats, truth)
    low = Priority.LOW

    await stats.moved([StatsDelta(priority=low, left=None, entered="pending")])
    assert (await stats.read()).pending == {**dict.fromkeys(Priority, 0), low: 1}

    await stats.moved([StatsDelta(priority=low, left="pending", entered="running")])
    now = await stats.read()
    assert (now.pending[low], now.running[low], now.completed_today) == (0, 1, 0)

    await stats.moved([StatsDelta(priority=low, left="running", entered="completed", seconds=2.5)])
    now = await stats.read()
    assert (now.running[low], now.completed_today, now.average_seconds) == (0, 1, 2.5)
    assert now.rebuilt_at <= now.read_at


async def test_there_are_no_figures_before_the_first_rebuild_or_after_a_flush(stats, fresh_redis_url):
    """Half a count must not be shown as the whole: the page says that it does not know."""
    assert await stats.read() is None
    await stats.moved([StatsDelta(priority=Priority.HIGH, left=None, entered="pending")])
    assert await stats.read() is None

    assert await rebuilt(stats, Truth())
    assert await stats.read() is not None

    with redis.Redis.from_url(fresh_redis_url, socket_timeout=5) as client:
        client.flushall()
    assert await stats.read() is None


async def test_a_rebuild_does_not_overwrite_a_newer_move(stats):
    """It counted before the move was committed, so it gives way and counts again."""
    truth = Truth()
    await rebuilt(stats, truth)
    epoch, old = await stats.epoch(), truth.count()
    truth.commit(StatsDelta(priority=Priority.HIGH, left=None, entered="pending"))
    await stats.moved(truth.untold)

    assert await stats.rebuild(old, epoch=epoch) is False
    assert (await stats.read()).pending[Priority.HIGH] == 1
    assert await rebuilt(stats, truth)
    assert (await stats.read()).pending[Priority.HIGH] == 1


@pytest.mark.parametrize("known", [True, False])
async def test_a_flush_does_not_make_an_old_epoch_new(stats, fresh_redis_url, known):
    """A move and a flush between the epoch and the write leave no trace, and are noticed all the same."""
    if known:
        await rebuilt(stats, Truth())
    epoch = await stats.epoch()
    await stats.moved([StatsDelta(priority=Priority.HIGH, left=None, entered="pending")])
    with redis.Redis.from_url(fresh_redis_url, socket_timeout=5) as client:
        client.flushall()

    assert await stats.rebuild(Truth().count(), epoch=epoch) is False
    await stats.moved([StatsDelta(priority=Priority.HIGH, left=None, entered="pending")])
    assert await stats.rebuild(Truth().count(), epoch=epoch) is False


async def test_an_unknown_epoch_is_never_written(stats):
    """Redis was away when it was asked for."""
    assert await stats.rebuild(Truth().count(), epoch="") is False


STEPS = st.one_of(
    st.tuples(
        st.just("commit"),
        st.builds(
            StatsDelta,
            priority=st.sampled_from([Priority.URGENT, Priority.LOW]),
            left=st.sampled_from([None, *COLUMNS[:2]]),
            entered=st.sampled_from([*COLUMNS, "cancelled"]),
            seconds=st.sampled_from([None, 0.25, 3.0]),
        ).map(
            lambda delta: (
                delta
                if delta.entered == "completed"
                else StatsDelta(priority=delta.priority, left=delta.left, entered=delta.entered)
            )
        ),
    ),
    st.tuples(st.just("tell"), st.integers(0, 5)),
    st.tuples(st.just("rebuild"), st.sampled_from(["epoch", "count", "write"])),
    st.tuples(st.just("flush"), st.none()),
)


class Interleaving:
    """Redis' figures, what Postgres would say, and a model: the last written recount plus the moves since."""

    def __init__(self, stats, flush):
        self.stats, self._flush = stats, flush
        self.truth, self.model = Truth(), None
        self.epoch, self.snapshot, self.quiet = "", None, False

    async def commit(self, delta):
        self.truth.commit(delta)

    async def tell(self, which):
        if self.truth.untold:
            told = self.truth.untold.pop(which % len(self.truth.untold))
            assert await self.stats.moved([told])
            self.quiet = False
            if self.model:
                self.model.commit(told)

    async def flush(self, _):
        self._flush()
        self.model, self.quiet = None, False

    async def rebuild(self, part):
        if part == "epoch":
            self.epoch, self.snapshot, self.quiet = await self.stats.epoch(), None, True
        elif part == "count":
            self.snapshot = self.truth.count()
        elif self.snapshot:
            assert await self.stats.rebuild(self.snapshot, epoch=self.epoch) is self.quiet
            if self.quiet:
                self.model = Truth.recounted(self.snapshot)

    async def check(self):
        now = await self.stats.read()
        assert (now and shown(now)) == (self.model and figures(self.model.count()))


@given(steps=st.lists(STEPS, max_size=40))
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
async def test_any_interleaving_of_moves_and_rebuilds_ends_in_a_recount(steps, fresh_redis_url):
    """Each commit is told some time later, and a rebuild's three parts lie anywhere between.

    The figures are at every moment the last recount that was written plus the moves since; when all
    is quiet and the sweeper comes once more, they are exactly what Postgres says.
    """
    with redis.Redis.from_url(fresh_redis_url, socket_timeout=5) as client:
        client.flushall()
        stats = Stats(fresh_redis_url)
        play = Interleaving(stats, client.flushall)
        try:
            for kind, detail in steps:
                await getattr(play, kind)(detail)
                await play.check()
            while play.truth.untold:
                await play.tell(0)
            assert await rebuilt(stats, play.truth)
            assert shown(await stats.read()) == figures(play.truth.count())
        finally:
            await stats.close()


async def test_concurrent_processes_add_up(fresh_redis_url):
    """Increments are atomic, and a sweeper that rebuilds all the while loses none of them for good."""
    processes = [Stats(fresh_redis_url) for _ in range(4)]
    truth = Truth()
    await rebuilt(processes[0], truth)

    async def work(stats, priority):
        for _ in range(60):
            for left, entered in ((None, "pending"), ("pending", "running"), ("running", "completed")):
                delta = StatsDelta(
                    priority=priority, left=left, entered=entered, seconds=2.0 if entered == "completed" else None
                )
                truth.commit(delta)
                await stats.moved([delta])

    async def sweep(stats):
        for _ in range(100):
            await rebuilt(stats, truth)
            await asyncio.sleep(0.001)

    await asyncio.gather(sweep(processes[0]), *map(work, processes, Priority))
    await rebuilt(processes[0], truth)

    now = await processes[1].read()
    assert shown(now) == figures(truth.count())
    assert (now.completed_today, now.average_seconds) == (240, 2.0)
    for stats in processes:
        await stats.close()


async def test_live_processes_are_counted_until_they_stop_or_fall_silent(stats, monkeypatch):
    """A stopped process says so; a killed one is missed after a while."""
    await rebuilt(stats, Truth())
    await stats.alive("worker", "a", 8)
    await stats.alive("worker", "a", 8)
    await stats.alive("worker", "b", 8)
    await stats.alive("renderer", "c", 2)
    now = await stats.read()
    assert (now.workers_alive, now.renderers_alive, now.slots) == (2, 1, 18)

    await stats.gone("worker", "b", 8)
    now = await stats.read()
    assert (now.workers_alive, now.renderers_alive, now.slots) == (1, 1, 10)

    monkeypatch.setattr(module, "ALIVE_S", 0.05)
    await asyncio.sleep(0.1)
    await stats.alive("renderer", "c", 2)
    now = await stats.read()
    assert (now.workers_alive, now.renderers_alive, now.slots) == (0, 1, 2)


async def test_figures_of_a_day_do_not_stay_for_ever(stats, fresh_redis_url):
    """Nothing in Redis grows by itself."""
    with redis.Redis.from_url(fresh_redis_url, socket_timeout=5) as client:
        for written in (
            stats.moved([StatsDelta(priority=Priority.LOW, left=None, entered="failed")]),
            rebuilt(stats, Truth()),
        ):
            client.flushall()
            assert await written
            days = list(client.scan_iter(module.DAY + "*"))
            assert [0 < client.ttl(day) <= module.KEEP_DAY_S for day in days] == [True]
