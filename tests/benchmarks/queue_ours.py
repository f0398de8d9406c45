"""Pressrun's side of the queue's benchmark: ``python -m tests.benchmarks.queue_ours bells|steps``."""

from __future__ import annotations

import asyncio
import sys
import time

import redis
from redis.asyncio import Redis

from shared.config import Core, environment, load
from shared.contracts.states import Stage
from shared.domain.outcome import Done, Outcome, Work
from shared.observability.logging import configure
from shared.pipeline.resources import open_pipeline
from shared.pipeline.service import serve
from shared.queue.broker import make_broker
from shared.queue.consumer import Consumers

STAMPS = "bench:stamps"
STEP_S = 0.02


async def bells(settings: Core) -> None:
    """Stamp the bells of one stage, and only hear those of another."""
    stamps = redis.Redis.from_url(settings.redis_url, socket_timeout=5)

    async def on_bell(stage: Stage) -> None:
        if stage is Stage.TEMPLATE:
            stamps.rpush(STAMPS, f"stamp {time.monotonic_ns()}")

    consumers = Consumers(make_broker(settings.redis_url), [Stage.TEMPLATE, Stage.DELIVER], 8, on_bell)
    consumers.start()
    await asyncio.Event().wait()


async def steps(settings: Core) -> None:
    """Work on steps of a known length, one at a time."""
    stamps = Redis.from_url(settings.redis_url, socket_timeout=5)

    async def step(work: Work) -> Outcome:
        await stamps.rpush(STAMPS, f"{work.run_id} {time.monotonic_ns()}")
        await asyncio.sleep(STEP_S)
        return Done()

    async with open_pipeline(settings) as pipeline:
        functions = {"core.noop": step}
        await serve(pipeline, service="worker", stages=[Stage.TEMPLATE], functions=functions, threads=1, grace_s=1)


if __name__ == "__main__":
    given = load(Core, environment())
    configure("warning", "json", "bench")
    asyncio.run({"bells": bells, "steps": steps}[sys.argv[1]](given))
