"""How often something may be done: exact windows, taken from in one step."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import redis
from structlog.testing import capture_logs

from deploy.local.ports import free_port
from shared.queue.limits import PREFIX, Limit, Limits, Window

THREE = Limit(3, 60)


@pytest.fixture
async def limits(fresh_redis_url: str) -> AsyncIterator[Limits]:
    limits = Limits(fresh_redis_url)
    yield limits
    await limits.close()


@pytest.fixture
def older(fresh_redis_url: str) -> Callable[[str, float], None]:
    """Make what was taken from a window so many seconds older."""

    def age(name: str, seconds: float) -> None:
        with redis.Redis.from_url(fresh_redis_url, socket_timeout=5) as client:
            for place in client.zrange(PREFIX + name, 0, -1):
                client.zincrby(PREFIX + name, -seconds * 1000, place)

    return age


async def taken(limits: Limits, name: str = "a", limit: Limit = THREE) -> Window:
    window = await limits.take(name, limit)
    assert window is not None
    return window


async def test_a_window_has_so_many_places_and_no_more(limits: Limits, older: Any):
    """What is refused takes none, so that a place is free when the first was taken long enough ago."""
    places = []
    for remaining in (2, 1, 0):
        window = await taken(limits)
        places.append((window.allowed, window.remaining))
        assert window.remaining == remaining
        older("a", 10)
    assert all(allowed for allowed, _ in places)
    for _ in range(5):
        refused = await taken(limits)
        assert (refused.allowed, refused.remaining) == (False, 0)
        assert 28 <= refused.free_in_s <= 30
    older("a", 30)
    again = await taken(limits)
    assert (again.allowed, again.remaining) == (True, 0)
    assert 8 <= again.free_in_s <= 10
    assert not (await taken(limits)).allowed


async def test_many_at_once_over_several_processes_share_the_places(fresh_redis_url: str):
    """Counting and taking is one step."""
    several = [Limits(fresh_redis_url) for _ in range(3)]
    windows = await asyncio.gather(*(taken(several[n % 3], limit=Limit(10, 60)) for n in range(60)))
    assert sum(window.allowed for window in windows) == 10
    assert sorted(window.remaining for window in windows if window.allowed) == list(range(10))
    for limits in several:
        await limits.close()


async def test_names_do_not_share_places(limits: Limits):
    for name in ("a", "b"):
        assert [(await taken(limits, name)).allowed for _ in range(4)] == [True, True, True, False]


async def test_a_place_that_is_given_back_is_free(limits: Limits):
    """And only that one."""
    first = await taken(limits, limit=Limit(2, 60))
    await taken(limits, limit=Limit(2, 60))
    await limits.give_back(first)
    assert (await taken(limits, limit=Limit(2, 60))).allowed
    assert not (await taken(limits, limit=Limit(2, 60))).allowed


async def test_a_limit_that_was_lowered_says_when_enough_have_left(limits: Limits, older: Any):
    """Not when the first leaves: four of five must."""
    for _ in range(5):
        await taken(limits, limit=Limit(5, 60))
        older("a", 10)
    window = await taken(limits, limit=Limit(2, 60))
    assert not window.allowed
    assert 38 <= window.free_in_s <= 40


async def test_a_window_is_forgotten_when_it_is_over(limits: Limits, fresh_redis_url: str):
    """Redis is not filled with everybody who ever called."""
    await taken(limits)
    with redis.Redis.from_url(fresh_redis_url, socket_timeout=5) as client:
        assert 0 < client.pttl(f"{PREFIX}a") <= 60_000


async def test_nothing_is_limited_while_redis_is_away():
    """Said in the log once."""
    limits = Limits(f"redis://127.0.0.1:{free_port()}/0")
    with capture_logs() as logs:
        assert [await limits.take("a", Limit(1, 60)) for _ in range(5)] == [None] * 5
    await limits.close()
    assert [(entry["event"], entry["user"]) for entry in logs] == [("redis.lost", "limits")]
