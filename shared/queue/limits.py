"""How often something may be done: an exact sliding window per name in Redis, taken from in one step.

In every span of the window's length at most so many places are taken, wherever it begins. The price is one
small entry per place and name, so a limit is tens or hundreds, not millions.
"""

from __future__ import annotations

import math
from pathlib import Path
from uuid import uuid4

import msgspec

from .connection import Outage, on_loop

PREFIX = "pressrun:limit:"

TAKE = Path(__file__).with_name("limits.lua").read_text()


class Limit(msgspec.Struct, frozen=True):
    """At most so many times within so many seconds."""

    most: int
    seconds: int


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """One name's window after somebody asked for a place in it."""

    name: str
    limit: Limit
    allowed: bool
    remaining: int
    free_in_s: int
    """Whole seconds until a place that is in use is free again."""
    place: str


class Limits:
    """Each method is one round trip and never raises: while Redis is away nothing is limited, which is logged once."""

    def __init__(self, redis_url: str) -> None:
        self._redis = on_loop(redis_url)
        self._outage = Outage("limits")
        self._take = self._redis.register_script(TAKE)

    async def close(self) -> None:
        await self._redis.aclose()

    async def take(self, name: str, limit: Limit) -> Window | None:
        """Ask for a place in the window of this name; None while Redis is away."""
        place = uuid4().hex
        args: list[str | bytes | int] = [limit.most, limit.seconds * 1000, place]
        answer = await self._outage.attempt(lambda: self._take(keys=[PREFIX + name], args=args))
        if answer is None:
            return None
        taken, used, free_in_ms = answer
        return Window(
            name=name,
            limit=limit,
            allowed=bool(taken),
            remaining=max(0, limit.most - used),
            free_in_s=max(1, math.ceil(free_in_ms / 1000)),
            place=place,
        )

    async def give_back(self, window: Window) -> None:
        """What it was taken for did not happen."""
        await self._outage.attempt(lambda: self._redis.zrem(PREFIX + window.name, window.place))
