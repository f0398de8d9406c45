"""Parts that are away: said quickly, in the dialect, and forgotten when they are back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import httpx
import pytest
from msgspec.structs import replace

from deploy.local.seaweedfs import S3
from services.api.health import PATIENCE_S

from .conftest import FILES, Api, asked, serving, told
from .line import Line, line


class World(NamedTuple):
    api: Api
    client: httpx.AsyncClient
    database: Line
    redis: Line
    store: Line


@pytest.fixture
async def world(fresh_database_url: str, fresh_redis_url: str, s3: S3) -> AsyncIterator[World]:
    """An api that reaches each part by a line of its own."""
    async with line(fresh_database_url) as database, line(fresh_redis_url) as redis, line(s3.endpoint) as store:
        settings = told(database.address, redis.address, replace(s3, endpoint=store.address))
        async with serving(settings) as api, api.client(await api.key()) as client:
            yield World(api, client, database, redis, store)
            for one in (database, redis, store):
                await one.mend()


async def timed(call: Any) -> tuple[httpx.Response, float]:
    began = time.perf_counter()
    return await call, time.perf_counter() - began


async def eventually(client: httpx.AsyncClient, path: str, status: int) -> httpx.Response:
    async with asyncio.timeout(20):
        while (answer := await client.get(path)).status_code != status:
            await asyncio.sleep(0.1)
        return answer


async def test_a_database_that_is_away_is_said_at_once_and_forgotten_when_it_is_back(world: World):
    """503 with Retry-After, whatever is asked; the first request afterwards works."""
    report = (await world.client.post("/api/reports/", json=asked())).json()["data"]["report"]
    await world.database.cut()
    for method, path, body in (
        ("POST", "/api/reports/", asked()),
        ("GET", "/api/reports/", None),
        ("GET", f"/sting/api/reports/{report['id']}", None),
        ("POST", f"/api/reports/{report['id']}/cancel", None),
    ):
        answer, seconds = await timed(world.client.request(method, path, json=body))
        assert answer.status_code == 503
        assert answer.json()["success"] is False
        assert int(answer.headers["retry-after"]) <= 5
        assert seconds < 3
    assert (await world.client.get("/queue")).status_code == 200
    assert (await world.client.get("/health/live")).status_code == 200
    ready = await world.client.get("/health/ready")
    assert ready.status_code == 503
    assert [part for part, said in ready.json()["parts"].items() if said != "ok"] == ["database"]
    longform = await world.client.get("/api/reports/health")
    assert (longform.status_code, longform.json()["database_connected"]) == (503, False)
    await world.database.mend()
    await eventually(world.client, "/health/ready", 200)
    listed = await world.client.get("/api/reports/")
    assert listed.json()["data"]["pagination"]["total"] == 1


async def test_a_database_that_only_lets_itself_be_read_is_said(world: World):
    """After a failover to a standby: no 500, and readiness says what to look at."""
    async with world.api.resources.pipeline.database.connect() as db:
        name = await db.fetchval("SELECT current_database()")
        await db.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    await world.database.cut()
    await world.database.mend()
    ready = await eventually(world.client, "/health/ready", 503)
    assert "only lets itself be read" in ready.json()["parts"]["database"]
    answer = await world.client.post("/api/reports/", json=asked())
    assert (answer.status_code, answer.json()["success"]) == (503, False)


async def test_a_report_is_accepted_while_redis_is_away(world: World):
    """The doorbell is not the truth: the report is made when somebody looks."""
    await world.redis.cut()
    for _ in range(3):
        answer, seconds = await timed(world.client.post("/api/reports/", json=asked()))
        assert answer.status_code == 201
        assert seconds < 3
    status = await world.client.get("/api/reports/queue/status")
    assert (status.status_code, status.json()["success"]) == (503, False)
    assert int(status.headers["retry-after"]) <= 5
    page = await world.client.get("/queue")
    assert page.status_code == 200
    assert 'data-state="away"' in page.text
    ready = await world.client.get("/health/ready")
    assert [part for part, said in ready.json()["parts"].items() if said != "ok"] == ["queue"]
    await world.redis.mend()
    await eventually(world.client, "/health/ready", 200)
    await eventually(world.client, "/api/reports/queue/status", 200)
    async with asyncio.timeout(20):  # the figures are counted again a little later
        while (await world.client.get("/api/reports/queue/status")).json().get("data", {}).get("pending_reports") != 3:
            await asyncio.sleep(0.1)
    await world.api.work()
    found = (await world.client.get("/api/reports/")).json()["data"]["reports"]
    assert [one["status"] for one in found] == ["completed"] * 3


async def test_a_live_page_says_that_there_are_no_figures_and_goes_on(world: World):
    """The stream stays open over the outage."""
    import json

    async with asyncio.timeout(30), world.client.stream("GET", "/queue/events") as stream:
        seen: list[str] = []
        async for text in stream.aiter_lines():
            if not text.startswith("data: "):
                continue
            seen.append(json.loads(text.removeprefix("data: "))["state"])
            if seen == ["live"]:
                await world.redis.cut()
            elif seen[-1] == "away" and seen.count("away") == 1:
                await world.redis.mend()
            elif seen[-1] == "live" and "away" in seen:
                break


async def test_a_store_that_is_away_is_said_before_the_answer_begins(world: World):
    """A client never holds half a file under a 200."""
    report = (await world.client.post("/api/reports/", json=asked())).json()["data"]["report"]
    await world.api.work()
    await world.store.cut()
    answer, seconds = await timed(world.client.get(f"/api/reports/{report['id']}/download"))
    assert (answer.status_code, answer.json()["success"]) == (503, False)
    assert seconds < 6
    ready = await world.client.get("/health/ready")
    assert [part for part, said in ready.json()["parts"].items() if said != "ok"] == ["store"]
    await world.store.mend()
    answer = await eventually(world.client, f"/api/reports/{report['id']}/download", 200)
    assert answer.content == FILES["pdf"]


async def test_readiness_waits_for_no_part_for_long(world: World):
    """All are asked at the same time; one that is silent is named."""
    for one in (world.database, world.redis, world.store):
        one.freeze()
    answer, seconds = await timed(world.client.get("/health/ready"))
    assert answer.status_code == 503
    assert all(said != "ok" for said in answer.json()["parts"].values())
    assert seconds < PATIENCE_S + 1
