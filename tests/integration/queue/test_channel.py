"""Live messages of runs, over a real Valkey."""

from __future__ import annotations

import asyncio

import pytest
import redis

from shared.queue import channel as channels
from shared.queue.channel import Channel


@pytest.fixture
async def channel(fresh_redis_url):
    channel = Channel(fresh_redis_url)
    await channel.open()
    yield channel
    await channel.close()


async def take(queue, count=1):
    async with asyncio.timeout(5):
        return [await queue.get() for _ in range(count)]


async def subscriptions(url, count):
    """Wait until Redis knows this many run channels."""
    with redis.Redis.from_url(url, socket_timeout=5) as client:
        async with asyncio.timeout(5):
            while len(found := client.pubsub_channels(channels.PREFIX + "*")) != count:
                await asyncio.sleep(0.01)
    return [name.decode().removeprefix(channels.PREFIX) for name in found]


async def test_a_subscriber_gets_its_runs_messages_in_order(channel):
    """And nobody else's. What is published once the block is entered is not missed."""
    async with channel.subscribe("run-1") as mine, channel.subscribe("run-2") as other:
        for number in range(50):
            await channel.publish("run-1", {"type": "event", "sequence": number})

        assert await take(mine, 50) == [{"type": "event", "sequence": number} for number in range(50)]
        assert other.empty()


async def test_messages_cross_processes(channel, fresh_redis_url):
    """A worker publishes, the API delivers."""
    worker = Channel(fresh_redis_url)
    async with channel.subscribe("run-1") as queue:
        await worker.publish("run-1", {"type": "output.chunk", "text": "Ærøskøbing ✓"})
        assert await take(queue) == [{"type": "output.chunk", "text": "Ærøskøbing ✓"}]
    await worker.close()


async def test_many_messages_at_once_wait_for_a_connection(channel):
    """A transaction may publish hundreds; that is not an outage."""
    async with channel.subscribe("run-1") as queue:
        sent = await asyncio.gather(*(channel.publish("run-1", {"n": n}) for n in range(200)))
        assert sent == [True] * 200
        assert {message["n"] for message in await take(queue, 200)} == set(range(200))


async def test_several_watch_one_run(channel):
    """One subscription in Redis, a queue for each; one leaves, the others stay."""
    async with channel.subscribe("run-1") as first:
        async with channel.subscribe("run-1") as second:
            await channel.publish("run-1", {"n": 1})
            assert await take(first) == await take(second) == [{"n": 1}]
        await channel.publish("run-1", {"n": 2})
        assert await take(first) == [{"n": 2}]
        assert second.empty()


async def test_a_slow_subscriber_loses_messages_and_is_told(channel):
    """Its queue is bounded; it must read Postgres again, and the quick one next to it misses nothing."""
    many = channels.WAITING_MOST + 50
    async with channel.subscribe("run-1") as slow, channel.subscribe("run-1") as quick:
        got = []
        for number in range(many):
            await channel.publish("run-1", {"n": number})
            got += await take(quick)

        assert got == [{"n": number} for number in range(many)]
        assert slow.qsize() <= channels.WAITING_MOST
        assert await take(slow) == [channels.LOST]
        rest = [message["n"] for message in await take(slow, slow.qsize())]
        assert rest == list(range(channels.WAITING_MOST + 1, many))


async def test_redis_hears_of_the_last_one_leaving(channel, fresh_redis_url):
    """Subscriptions do not pile up."""
    for number in range(20):
        async with channel.subscribe(f"run-{number}"):
            pass
    async with channel.subscribe("run-x"):
        assert await subscriptions(fresh_redis_url, 1) == ["run-x"]
    await subscriptions(fresh_redis_url, 0)


async def test_coming_and_going_never_loses_the_subscription(channel, fresh_redis_url):
    """Whatever the order in which many come and go, who is in a block hears."""

    async def visit(seconds):
        async with channel.subscribe("run-1"):
            await asyncio.sleep(seconds)

    for _ in range(20):
        visits = [asyncio.create_task(visit(number % 3 / 1000)) for number in range(6)]
        async with channel.subscribe("run-1") as queue:
            await asyncio.gather(*visits)
            await channel.publish("run-1", {"type": "event"})
            async with asyncio.timeout(5):
                while (await queue.get())["type"] != "event":
                    pass
    await subscriptions(fresh_redis_url, 0)


async def test_a_cancelled_subscriber_leaves_nothing_behind(channel, fresh_redis_url):
    """A client that goes away in the middle of its stream."""
    entered = asyncio.Event()

    async def watch():
        async with channel.subscribe("run-1") as queue:
            entered.set()
            await queue.get()

    task = asyncio.create_task(watch())
    await entered.wait()
    task.cancel()
    await asyncio.wait([task])

    assert task.cancelled()
    await subscriptions(fresh_redis_url, 0)


async def test_a_message_that_is_not_json_does_not_silence_the_channel(channel, fresh_redis_url):
    """The connection is made anew and subscribers look again."""
    async with channel.subscribe("run-1") as queue:
        with redis.Redis.from_url(fresh_redis_url, socket_timeout=5) as client:
            client.publish(channels.PREFIX + "run-1", "{")
        assert await take(queue) == [channels.LOST]
        await channel.publish("run-1", {"n": 1})
        assert await take(queue) == [{"n": 1}]


async def test_a_quiet_run_is_not_taken_for_a_dead_connection(channel, monkeypatch):
    """Pings are answered."""
    monkeypatch.setattr(channels, "QUIET_S", 0.1)
    async with channel.subscribe("run-1") as queue:
        await channel.publish("run-1", {"n": 1})
        await asyncio.sleep(1.0)
        assert await take(queue) == [{"n": 1}]
        assert queue.empty()
