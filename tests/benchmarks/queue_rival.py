"""Plain Dramatiq on Redis as its guide sets it up; started by ``python -m dramatiq``."""

from __future__ import annotations

import time

import dramatiq
import redis
from dramatiq.brokers.redis import RedisBroker
from dramatiq.middleware import AsyncIO

from shared.config import environment

from .queue_ours import STAMPS

URL = environment()["PRESSRUN_REDIS_URL"]

client = redis.Redis.from_url(URL, socket_timeout=5)
broker = RedisBroker(url=URL, namespace="rival")
broker.add_middleware(AsyncIO())
dramatiq.set_broker(broker)


@dramatiq.actor(queue_name="stamps")
def stamp() -> None:
    client.rpush(STAMPS, f"stamp {time.monotonic_ns()}")


@dramatiq.actor(queue_name="nothing")
async def nothing() -> None:
    pass


@dramatiq.actor(queue_name="steps", priority=100)
def low(name: str, seconds: float) -> None:
    _step(name, seconds)


@dramatiq.actor(queue_name="steps", priority=0)
def urgent(name: str, seconds: float) -> None:
    _step(name, seconds)


def _step(name: str, seconds: float) -> None:
    client.rpush(STAMPS, f"{name} {time.monotonic_ns()}")
    time.sleep(seconds)
