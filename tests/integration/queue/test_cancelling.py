"""Whoever talks to Redis can be stopped at any moment."""

from __future__ import annotations

import asyncio
import random

import pytest

from shared.queue.bell import Bell
from shared.queue.stats import Stats


@pytest.mark.parametrize("who", ["stats", "bell"])
async def test_a_cancellation_is_never_lost(who, broker, fresh_redis_url):
    """A loop over Redis ends when it is cancelled, even if its answer comes at that very moment."""
    stats, bell = Stats(fresh_redis_url), Bell(broker)
    calls = {"stats": stats.epoch, "bell": lambda: bell.waiting("template")}

    async def forever():
        while True:
            await calls[who]()

    for _ in range(300):
        task = asyncio.create_task(forever())
        await asyncio.sleep(random.uniform(0, 0.003))  # noqa: S311 - anywhere
        task.cancel()
        done, _ = await asyncio.wait([task], timeout=2)
        task.cancel()  # once more, so that a failure leaves nothing behind
        assert done, "it goes on"
    await stats.close()
    bell.close()
