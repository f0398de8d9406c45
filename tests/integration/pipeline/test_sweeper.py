"""Chores beside one another: what goes wrong with one is not the others' affair."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from structlog.testing import capture_logs

from shared.domain.errors import Unavailable
from shared.pipeline.pipeline import Pipeline
from shared.pipeline.sweeper import Chore, Sweeper


@asynccontextmanager
async def sweeping(pipeline: Pipeline, chores: Sequence[Chore]) -> AsyncIterator[Sweeper]:
    sweeper = Sweeper(pipeline, chores)
    task = asyncio.create_task(sweeper.run())
    try:
        async with asyncio.timeout(20):
            yield sweeper
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_chore_that_fails_is_named_and_stops_no_other(pipeline: Pipeline) -> None:
    """Whether it fails as expected or not; and it delays no dead worker's steps."""
    done = asyncio.Event()

    async def crash() -> None:
        raise ZeroDivisionError

    async def fail() -> None:
        raise Unavailable("the mail server does not answer")

    async def work() -> None:
        done.set()

    chores = [Chore("one.crashes", crash), Chore("another.fails", fail), Chore("last.works", work)]
    with capture_logs() as logs:
        async with sweeping(pipeline, chores) as sweeper:
            await done.wait()
            assert sweeper._calm_since == 0
    told = [(line["event"], line["chore"]) for line in logs if line["event"].startswith("chore.")]
    assert told[:2] == [("chore.crashed", "one.crashes"), ("chore.failed", "another.fails")]


async def test_a_database_that_is_away_ends_the_round_and_leaves_workers_time(pipeline: Pipeline) -> None:
    """Nothing else is tried in it, and no lease is taken to be lost before its worker could renew it."""
    skipped, later = asyncio.Event(), []

    async def lose() -> None:
        await pipeline.database.close()
        skipped.set()
        raise Unavailable("the database does not answer")

    async def after() -> None:
        later.append(1)

    with capture_logs() as logs:
        async with sweeping(pipeline, [Chore("it.is_lost", lose), Chore("later.waits", after)]) as sweeper:
            await skipped.wait()
            while not any(line["event"] == "sweeper.skipped" for line in logs):
                await asyncio.sleep(0.05)
            assert sweeper._calm_since > asyncio.get_running_loop().time()
    assert later == []
