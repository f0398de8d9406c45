"""Redis flushed, killed, frozen and started again under everything that uses it."""

from __future__ import annotations

import asyncio
import os
import signal
import time

from structlog.testing import capture_logs

from shared.contracts.states import Priority, Stage
from shared.queue import channel as channels
from shared.queue.bell import Bell
from shared.queue.broker import make_broker
from shared.queue.channel import Channel
from shared.queue.stats import Stats, StatsDelta

from .conftest import consuming

MOVE = StatsDelta(priority=Priority.LOW, left=None, entered="pending")


def kill(valkey):
    os.kill(valkey.process.pid, signal.SIGKILL)
    valkey.stop()


def restart(valkey):
    valkey.start()
    valkey.wait()


async def ring_until_rung(bell, stage):
    async with asyncio.timeout(10):
        while not await bell.ring(stage):
            await asyncio.sleep(0.05)


async def test_consumers_survive_a_flush(broker, bell, heard, fresh_redis_url):
    """FLUSHALL while they are blocked takes the bells, not the consumers."""
    async with consuming(fresh_redis_url, heard, stages=(Stage.TEMPLATE, Stage.LLM)):
        await bell.ring(Stage.TEMPLATE)
        await heard.count(1)
        await asyncio.sleep(0.2)
        broker.client.flushall()
        for number, stage in enumerate((Stage.TEMPLATE, Stage.LLM), start=2):
            await bell.ring(stage)
            await heard.count(number)


async def test_a_flush_under_a_running_answer_changes_nothing(broker, bell, heard, fresh_redis_url):
    """Its acknowledgement finds nothing, and the next bell is heard."""
    go = asyncio.Event()

    async def on_bell(stage):
        await heard(stage)
        await go.wait()

    async with consuming(fresh_redis_url, on_bell, threads=1):
        await bell.ring(Stage.TEMPLATE, times=3)
        await heard.count(1)
        broker.client.flushall()
        go.set()
        await bell.ring(Stage.TEMPLATE)
        await heard.count(2)
        await asyncio.sleep(0.2)

    assert len(heard.stages) == 2


async def test_consumers_survive_a_killed_redis(mortal, heard):
    """They go on within a second of its return, cost nothing meanwhile, and say it once."""
    broker = make_broker(mortal.url)
    bell = Bell(broker)
    with capture_logs() as logs:
        async with consuming(mortal.url, heard, stages=(Stage.TEMPLATE, Stage.LLM), threads=4):
            await bell.ring(Stage.LLM)
            await heard.count(1)
            kill(mortal)
            used = time.process_time()
            await asyncio.sleep(1.5)
            assert time.process_time() - used < 0.3
            assert not await bell.ring(Stage.LLM)
            assert await bell.waiting(Stage.LLM) == 0
            restart(mortal)
            await ring_until_rung(bell, Stage.LLM)
            await heard.count(2, seconds=2)
    bell.close()
    broker.close()

    events = [line["event"] for line in logs]
    assert events == ["redis.lost", "redis.lost", "redis.back", "redis.back"]  # the ringing and the hearing side


async def test_an_answer_that_ends_during_an_outage_frees_its_thread(mortal, heard):
    """Dramatiq alone would keep asking for five seconds at a time."""
    broker = make_broker(mortal.url)
    bell = Bell(broker)
    go = asyncio.Event()

    async def on_bell(stage):
        await heard(stage)
        await go.wait()

    async with consuming(mortal.url, on_bell, threads=1):
        await bell.ring(Stage.LLM, times=2)
        await bell.ring(Stage.TEMPLATE)
        await heard.count(1)
        kill(mortal)
        go.set()
        await asyncio.sleep(0.2)
        restart(mortal)
        await ring_until_rung(bell, Stage.TEMPLATE)
        await heard.count(2, seconds=3)
    bell.close()
    broker.close()


async def test_a_process_stops_while_redis_is_away(mortal, heard):
    """Shutting down needs nothing of Redis."""
    async with consuming(mortal.url, heard, stages=tuple(Stage)) as consumers:
        await asyncio.sleep(0.1)
        kill(mortal)
        await asyncio.sleep(0.3)
        began = time.monotonic()
        await consumers.stop(5)
        assert time.monotonic() - began < 1.5


async def test_handing_back_while_redis_is_away_is_no_error(mortal):
    """The messages are lost, and what they stood for is in Postgres."""
    broker = make_broker(mortal.url)
    consumer = broker.consume(Stage.LLM, prefetch=3)
    bell = Bell(broker)
    await bell.ring(Stage.LLM, times=3)
    fetched = next(consumer)
    kill(mortal)

    consumer.requeue([fetched])
    consumer.close()

    assert broker.outage.on
    bell.close()
    broker.close()


async def test_nobody_waits_long_for_a_frozen_redis(mortal):
    """It accepts and does not answer: requests are held up for a second each, and after two seconds not at all."""
    broker = make_broker(mortal.url)
    bell, channel, stats = Bell(broker), Channel(mortal.url), Stats(mortal.url)
    assert await bell.ring(Stage.LLM)
    assert await channel.publish("run-1", {"type": "event"})
    assert await stats.moved([MOVE])
    os.kill(mortal.process.pid, signal.SIGSTOP)
    try:
        began = time.monotonic()
        first = await asyncio.gather(bell.ring(Stage.LLM), channel.publish("run-1", {}), stats.moved([MOVE]))
        assert first == [False, False, False]
        assert time.monotonic() - began < 2
        await asyncio.sleep(1.2)
        began = time.monotonic()
        for _ in range(20):
            await asyncio.gather(bell.ring(Stage.LLM), channel.publish("run-1", {}), stats.moved([MOVE]))
        assert time.monotonic() - began < 1
    finally:
        os.kill(mortal.process.pid, signal.SIGCONT)
    bell.close()
    await channel.close()
    await stats.close()
    broker.close()


async def test_everything_answers_while_redis_is_away(mortal):
    """Nothing raises: what is lost here is found in Postgres."""
    broker = make_broker(mortal.url)
    bell, channel, stats = Bell(broker), Channel(mortal.url), Stats(mortal.url)
    kill(mortal)

    await channel.open()
    assert await bell.ring(Stage.LLM) is False
    assert await bell.waiting(Stage.LLM) == 0
    assert await channel.publish("run-1", {"type": "event"}) is False
    assert await stats.moved([MOVE]) is False
    assert await stats.alive("worker", "a", 8) is False
    assert await stats.gone("worker", "a", 8) is False
    assert await stats.epoch() == ""
    assert await stats.read() is None

    bell.close()
    await channel.close()
    await stats.close()
    broker.close()


async def test_a_subscriber_is_told_to_look_again_when_redis_is_back(mortal):
    """And then hears new messages on the same queue."""
    channel = Channel(mortal.url)
    await channel.open()
    async with channel.subscribe("run-1") as one, channel.subscribe("run-2") as other:
        kill(mortal)
        await asyncio.sleep(0.2)
        restart(mortal)
        async with asyncio.timeout(5):
            assert await one.get() == {"type": "lost"}
            assert await other.get() == {"type": "lost"}
        async with asyncio.timeout(5):
            while not await channel.publish("run-1", {"type": "event"}):
                await asyncio.sleep(0.05)
        async with asyncio.timeout(5):
            assert await one.get() == {"type": "event"}
        assert other.empty()
    await channel.close()


async def test_a_connection_that_died_without_a_word_is_noticed(mortal, monkeypatch):
    """It must not look like a run without news."""
    monkeypatch.setattr(channels, "QUIET_S", 0.1)
    channel = Channel(mortal.url)
    await channel.open()
    with capture_logs() as logs:
        async with channel.subscribe("run-1") as queue:
            os.kill(mortal.process.pid, signal.SIGSTOP)
            await asyncio.sleep(1)
            os.kill(mortal.process.pid, signal.SIGCONT)
            async with asyncio.timeout(5):
                assert await queue.get() == {"type": "lost"}
    await channel.close()

    assert [line["event"] for line in logs] == ["redis.lost", "redis.back"]


async def test_one_who_subscribes_during_an_outage_is_told_when_it_ends(mortal):
    """It goes on without Redis, from Postgres, and looks again when messages flow."""
    channel = Channel(mortal.url)
    await channel.open()
    kill(mortal)
    began = time.monotonic()
    async with channel.subscribe("run-1") as queue:
        assert time.monotonic() - began < 2
        restart(mortal)
        async with asyncio.timeout(5):
            assert await queue.get() == {"type": "lost"}
    await channel.close()
