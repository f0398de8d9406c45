"""Consumers that write down what they hear, and a Valkey that a test may kill."""

from __future__ import annotations

import asyncio
import secrets
import time
from contextlib import asynccontextmanager

import pytest

from deploy.local.valkey import Valkey
from shared.contracts.states import Stage
from shared.queue.bell import Bell
from shared.queue.broker import make_broker
from shared.queue.consumer import Consumers


class Heard:
    """An ``on_bell`` that remembers when it was called."""

    def __init__(self):
        self.stages = []
        self.times = []
        self._news = asyncio.Condition()

    async def __call__(self, stage):
        self.stages.append(stage)
        self.times.append(time.monotonic())
        async with self._news:
            self._news.notify_all()

    async def count(self, most, seconds=5.0):
        """Wait until this many bells were heard."""
        async with asyncio.timeout(seconds), self._news:
            await self._news.wait_for(lambda: len(self.stages) >= most)


@asynccontextmanager
async def consuming(url, on_bell, *, stages=(Stage.TEMPLATE,), threads=2, grace_s=5.0):
    """A process's consumers, on a broker of their own."""
    broker = make_broker(url)
    consumers = Consumers(broker, stages, threads, on_bell)
    consumers.start()
    try:
        yield consumers
    finally:
        await consumers.stop(grace_s)
        broker.close()


@pytest.fixture
def heard():
    return Heard()


@pytest.fixture
def broker(fresh_redis_url):
    broker = make_broker(fresh_redis_url)
    yield broker
    broker.close()


@pytest.fixture
def bell(broker):
    bell = Bell(broker)
    yield bell
    bell.close()


@pytest.fixture
def mortal(tmp_path):
    """A Valkey of the test's own, to be killed and started again on its port."""
    part = Valkey(tmp_path / "valkey", tmp_path / "valkey.log", password=secrets.token_hex(8))
    part.start()
    part.wait()
    yield part
    part.stop()
