"""A pipeline over the real parts, and workers that run in this process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import pytest

from deploy.local.seaweedfs import S3
from shared.config import Core
from shared.contracts.records import Run
from shared.contracts.states import Priority, RunStatus, Stage
from shared.db import runs
from shared.domain.definition import digest, read
from shared.domain.ids import new_id, run_id
from shared.domain.outcome import NodeFunction
from shared.pipeline.pipeline import Pipeline
from shared.pipeline.resources import open_pipeline
from shared.pipeline.runner import Runner
from shared.pipeline.start import start
from shared.pipeline.sweeper import Sweeper
from shared.queue.broker import WakingBroker
from shared.queue.consumer import Consumers


@pytest.fixture
async def pipeline(fresh_database_url: str, fresh_redis_url: str, s3: S3) -> AsyncIterator[Pipeline]:
    settings = Core(
        database_url=fresh_database_url,
        redis_url=fresh_redis_url,
        s3_endpoint=s3.endpoint,
        s3_access_key=s3.access_key,
        s3_secret_key=s3.secret_key,
        s3_bucket=s3.bucket,
    )
    async with open_pipeline(settings) as opened:
        await opened.store.check()
        yield opened


@pytest.fixture
async def owner(pipeline: Pipeline) -> UUID:
    principal_id = new_id()
    async with pipeline.database.begin() as db:
        await db.execute("INSERT INTO principals (id, name) VALUES ($1, 'owner')", principal_id)
    return principal_id


Begin = Callable[..., Awaitable[Run]]


@pytest.fixture
def begin(pipeline: Pipeline, owner: UUID) -> Begin:
    """Start a run of a raw definition."""

    async def call(raw: dict[str, Any], inputs: dict[str, Any] | None = None, **more: Any) -> Run:
        async with pipeline.transaction() as tx:
            await runs.store_workflow(tx.db, digest(raw), raw["id"], raw)
            return await start(
                tx,
                run_id=run_id(),
                principal_id=more.pop("principal_id", owner),
                workflow=read(raw),
                digest=digest(raw),
                inputs=inputs or {},
                priority=more.pop("priority", Priority.NORMAL),
                trace_id="0" * 32,
                **more,
            )

    return call


@asynccontextmanager
async def working(
    pipeline: Pipeline,
    functions: Mapping[str, NodeFunction],
    *,
    threads: int = 4,
    most: Mapping[Stage, int] | None = None,
    sweeping: bool = True,
) -> AsyncIterator[Runner]:
    """A worker for all stages inside this process, drained at the end."""
    runner = Runner(pipeline, functions=functions, worker="test", most=most)
    broker = WakingBroker(client=pipeline.broker.client, middleware=[])
    consumers = Consumers(broker, list(Stage), threads, runner.on_bell)
    background = [asyncio.create_task(runner.keep_leases())]
    if sweeping:
        background.append(asyncio.create_task(Sweeper(pipeline).run()))
    consumers.start()
    try:
        yield runner
    finally:
        await runner.drain(0.2)
        await consumers.stop(0.5)
        for task in background:
            task.cancel()
        await asyncio.gather(*background, return_exceptions=True)


async def ended(pipeline: Pipeline, run: str, *, within_s: float = 15) -> Run:
    """The run once it is terminal."""
    return await reached(pipeline, run, lambda found: found.status.terminal, within_s=within_s)


async def reached(
    pipeline: Pipeline, run: str, wanted: Callable[[Run], bool] | RunStatus, *, within_s: float = 15
) -> Run:
    """The run once it is as wanted."""
    test = (lambda found: found.status is wanted) if isinstance(wanted, RunStatus) else wanted
    async with asyncio.timeout(within_s):
        while True:
            async with pipeline.database.connect() as db:
                found = await runs.get(db, run)
            assert found is not None
            if test(found):
                return found
            await asyncio.sleep(0.02)


async def log_of(pipeline: Pipeline, run: str) -> list[str]:
    """``type`` or ``type:node`` of every event, after checking that the log is well formed."""
    async with pipeline.database.connect() as db:
        events = await runs.events(db, run)
    assert [event.sequence for event in events] == list(range(len(events)))
    terminal = [event.sequence for event in events if event.type in {"run.completed", "run.failed", "run.cancelled"}]
    assert terminal in ([], [len(events) - 1])
    return [event.type if event.node_id is None else f"{event.type}:{event.node_id}" for event in events]
