"""Dramatiq's Redis broker, with a consumer that wakes in a millisecond instead of polling.

Dramatiq's own consumer sleeps up to a second between two looks at an empty queue. Ours blocks in
Redis on the queue's list itself: ``BLMOVE key key LEFT LEFT`` moves the first message to where it
is, so it changes nothing and returns as soon as there is one, whoever put it there. There is no
second key to ring, to bound or to lose, and no wake-up is missed between the look and the wait.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from copy import copy
from functools import partial
from threading import Event

from dramatiq.broker import MessageProxy
from dramatiq.brokers.redis import RedisBroker, _RedisConsumer
from dramatiq.message import Message

from .connection import BLOCK_S, RETRY_S, Outage, blocking

NAP_MS = 2
"""Dramatiq's idle time-out: before it blocks, a consumer naps half of it, and so fetches in batches under load."""


def make_broker(redis_url: str) -> WakingBroker:
    """The broker of this process. It connects when it is first used.

    It has no middleware: a bell is neither retried nor timed nor dead-lettered.
    """
    return WakingBroker(client=blocking(redis_url), middleware=[])


class WakingBroker(RedisBroker):
    """Dramatiq's ``RedisBroker`` whose idle consumers block instead of polling."""

    def __init__(self, **options: object) -> None:
        super().__init__(**options)
        self.outage = Outage("broker")

    @property
    def consumer_class(self) -> type[_WakingConsumer]:
        return _WakingConsumer

    def enqueue_all(self, messages: Iterable[Message[object]]) -> None:
        """Many messages in one round trip."""
        with self.client.pipeline(transaction=False) as pipeline:
            batch = copy(self)
            batch.scripts = {**self.scripts, "dispatch": partial(self.scripts["dispatch"], client=pipeline)}
            for message in messages:
                batch.enqueue(message)
            pipeline.execute()

    def waiting(self, queue_name: str) -> int:
        """Messages that no consumer has fetched yet."""
        return int(self.client.llen(f"{self.namespace}:{queue_name}"))

    def wait(self, queue_name: str, seconds: float) -> bool:
        """Block until the queue has a message; False if it has none after this time."""
        key = f"{self.namespace}:{queue_name}"
        return bool(self.client.execute_command("BLMOVE", key, key, "LEFT", "LEFT", seconds))

    def close(self) -> None:
        self.client.close()


class _WakingConsumer(_RedisConsumer):
    broker: WakingBroker

    def __init__(self, broker: WakingBroker, queue_name: str, prefetch: int, timeout: int) -> None:  # noqa: ARG002
        super().__init__(broker, queue_name, prefetch, NAP_MS)
        self._room = Event()

    def __next__(self) -> MessageProxy | None:
        """The next message, or None after waiting for one; also while Redis is away, so nothing restarts."""
        message = None
        with self.broker.outage.guard():
            message = super().__next__()
            if message is None and self._wait():
                message = super().__next__()
        if self.broker.outage.on:
            time.sleep(RETRY_S)
        return message

    def ack(self, message: MessageProxy) -> None:
        """Dramatiq would hold the worker thread until Redis is back; a bell that rings twice is cheaper."""
        with self.broker.outage.guard():
            super().ack(message)
        self._room.set()

    def requeue(self, messages: Iterable[MessageProxy]) -> None:
        with self.broker.outage.guard():
            super().requeue(messages)

    def close(self) -> None:
        """Hand back what was fetched and not delivered, which Dramatiq forgets for minutes."""
        fetched, self.message_cache = self.message_cache, []
        self.requeue([MessageProxy(Message.decode(data)) for data in fetched if data])

    def _wait(self) -> bool:
        """Until there is a message, or, when as many as allowed are in work, until one is done."""
        self._room.clear()
        if self.outstanding_message_count < self.prefetch:
            return self.broker.wait(self.queue_name, BLOCK_S)
        return self._room.wait(BLOCK_S)
