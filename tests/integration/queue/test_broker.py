"""The waking broker against a real Valkey."""

from __future__ import annotations

import asyncio
import statistics
import time
from threading import Thread

import dramatiq
from dramatiq.brokers.redis import RedisBroker

from shared.contracts.states import Stage
from shared.queue.broker import make_broker

from .conftest import consuming


def message(queue="template"):
    return dramatiq.Message(queue_name=queue, actor_name=queue, args=(), kwargs={}, options={})


def test_dramatiq_still_has_the_parts_that_the_broker_extends(broker):
    """An upgrade that moves them is noticed here before it is noticed in production."""
    assert isinstance(RedisBroker.consumer_class, property)
    plain = RedisBroker.consumer_class.fget(broker)
    assert issubclass(broker.consumer_class, plain)
    for name in ("__next__", "ack", "requeue", "close"):
        assert callable(getattr(plain, name))

    consumer = broker.consume("template", prefetch=3)
    broker.enqueue(message())
    broker.enqueue(message())

    assert broker.client.type(f"{broker.namespace}:template") == b"list"
    assert broker.waiting("template") == 2
    assert consumer.outstanding_message_count == 0
    first = next(consumer)
    assert first.actor_name == "template"
    assert (len(consumer.message_cache), consumer.outstanding_message_count) == (1, 2)
    consumer.ack(first)
    assert consumer.outstanding_message_count == 1
    consumer.close()
    assert broker.waiting("template") == 1


def test_dramatiqs_worker_still_has_the_parts_that_the_consumers_use(broker):
    """The same, for the worker's thread pool and its prefetch."""
    dramatiq.actor(actor_name="template", queue_name="template", broker=broker)(lambda: None)
    worker = dramatiq.Worker(broker, queues={"template"}, worker_threads=1, worker_timeout=50)
    worker.queue_prefetch = 7
    worker.start()

    assert worker.consumers["template"].prefetch == 7
    for consumer in worker.consumers.values():
        consumer.stop()
    for consumer in worker.consumers.values():
        consumer.join(2)
        assert not consumer.is_alive()
    worker.stop()


def test_waiting_changes_nothing(broker):
    """A consumer that looks at the queue leaves it as it is."""
    ids = [broker.enqueue(message()).options["redis_message_id"].encode() for _ in range(3)]

    assert broker.wait("template", 0.1)

    assert not broker.wait("other", 0.1)
    assert broker.client.lrange("dramatiq:template", 0, -1) == ids


async def test_an_idle_consumer_hears_a_bell_within_milliseconds(bell, heard, fresh_redis_url):
    """Dramatiq's own consumer needs a third of a second here."""
    delays = []
    async with consuming(fresh_redis_url, heard):
        for number in range(1, 8):
            await asyncio.sleep(0.6)  # longer than one blocking wait
            rung = time.monotonic()
            assert await bell.ring(Stage.TEMPLATE)
            await heard.count(number)
            delays.append(heard.times[-1] - rung)

    assert statistics.median(delays) < 0.05


def test_a_consumer_without_room_fetches_nothing(broker):
    """Prefetch holds: what is not being answered stays in Redis, for others."""
    consumer = broker.consume("template", prefetch=2)
    for _ in range(5):
        broker.enqueue(message())

    taken = [next(consumer), next(consumer)]
    assert next(consumer) is None
    assert broker.waiting("template") == 3

    consumer.ack(taken[0])
    assert next(consumer) is not None
    assert broker.waiting("template") == 2


def test_a_consumer_without_room_goes_on_when_it_has_room_again(broker):
    """It waits for an acknowledgement, not for its next look."""
    consumer = broker.consume("template", prefetch=1)
    broker.enqueue(message())
    broker.enqueue(message())
    first = next(consumer)
    Thread(target=lambda: (time.sleep(0.05), consumer.ack(first))).start()

    began = time.monotonic()
    assert next(consumer) is not None

    assert 0.04 < time.monotonic() - began < 0.3


def test_a_delayed_message_arrives_when_it_is_due(fresh_redis_url):
    """Dramatiq's delay queues work as they do in its own broker."""
    broker = make_broker(fresh_redis_url)
    heard = []
    dramatiq.actor(actor_name="template", queue_name="template", broker=broker)(lambda: heard.append(time.monotonic()))
    worker = dramatiq.Worker(broker, worker_threads=1, worker_timeout=100)
    worker.start()

    sent = time.monotonic()
    broker.enqueue(message(), delay=300)
    while not heard and time.monotonic() < sent + 5:
        time.sleep(0.01)
    worker.stop()
    broker.close()

    assert 0.3 <= heard[0] - sent < 2


async def test_a_requeued_message_wakes_a_consumer(broker, heard, fresh_redis_url):
    """A process that stops hands back what it fetched, and nobody needs to ring for it."""
    stopping = broker.consume("template", prefetch=1)
    broker.enqueue(message())
    fetched = next(stopping)

    async with consuming(fresh_redis_url, heard):
        await asyncio.sleep(0.1)
        began = time.monotonic()
        stopping.requeue([fetched])
        await heard.count(1)

    assert heard.times[0] - began < 0.2


async def test_an_idle_consumer_costs_next_to_nothing(heard, fresh_redis_url):
    """It looks a few times a second, not as fast as it can."""
    async with consuming(fresh_redis_url, heard, threads=8):
        await asyncio.sleep(0.3)
        began = time.process_time()
        await asyncio.sleep(1.5)
        assert time.process_time() - began < 0.3
