from __future__ import annotations

import asyncio

from redis import ConnectionError as RedisConnectionError
from structlog.testing import capture_logs

from shared.queue import connection
from shared.queue.connection import Outage


class Server:
    """Something that answers or does not."""

    def __init__(self):
        self.away = False
        self.asked = 0

    async def answer(self):
        self.asked += 1
        if self.away:
            raise RedisConnectionError("refused")
        return "pong"


async def test_an_outage_is_logged_when_it_begins_and_when_it_ends(monkeypatch):
    """Two lines however long it takes."""
    monkeypatch.setattr(connection, "RETRY_S", 0)
    server, outage = Server(), Outage("test")

    with capture_logs() as logs:
        for away in (False, True, True, True, False, False):
            server.away = away
            await asyncio.sleep(0.01)
            assert await outage.attempt(server.answer) == (None if away else "pong")

    assert [(line["event"], line["user"]) for line in logs] == [("redis.lost", "test"), ("redis.back", "test")]
    assert "refused" in logs[0]["error"]


async def test_during_an_outage_few_callers_try():
    """The others are answered at once, so an outage slows nobody down."""
    server, outage = Server(), Outage("test")
    server.away = True

    await asyncio.gather(*(outage.attempt(server.answer) for _ in range(100)))
    first = server.asked
    for _ in range(100):
        assert await outage.attempt(server.answer) is None

    assert server.asked <= first + 1


async def test_an_outage_ends_by_itself():
    """The one caller that tries every while finds out."""
    server, outage = Server(), Outage("test")
    server.away = True
    await outage.attempt(server.answer)
    await outage.attempt(server.answer)
    server.away = False

    await asyncio.sleep(connection.RETRY_S)

    assert await outage.attempt(server.answer) == "pong"
    assert not outage.on
