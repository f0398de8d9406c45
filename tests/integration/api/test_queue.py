"""The queue as anybody may see it: positions, estimates, figures, the page and its stream."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import httpx
import pytest
import redis

from services.api.figures import HEAL_EVERY_S
from shared.contracts.states import Priority
from shared.db import runs
from shared.domain.outcome import Outcome, Request, Wait, Work
from shared.queue.stats import Snapshot

from .conftest import CONVERSATIONAL, DOCUMENT, Api, asked, failing

CONTEXT = {"context": "# Tea\n\nIt is hot."}
STATUS = ["/api/reports/queue/status", "/api/reports/public/queue/status", "/sting/api/reports/queue/status"]


async def ask(client: httpx.AsyncClient, **more: Any) -> dict[str, Any]:
    return (await client.post("/api/reports/", json=asked(**more))).json()["data"]


async def events(client: httpx.AsyncClient) -> AsyncIterator[dict[str, Any]]:
    async with client.stream("GET", "/queue/events") as stream:
        assert stream.status_code == 200, await stream.aread()
        assert stream.headers["content-type"].startswith("text/event-stream")
        async for line in stream.aiter_lines():
            if line.startswith("data: "):
                yield json.loads(line.removeprefix("data: "))


async def status(client: httpx.AsyncClient, path: str = STATUS[0]) -> dict[str, Any]:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


async def test_positions_follow_priorities_and_move_up(api: Api):
    """Reckoned when they are read: 1 is the next, and nothing is behind itself."""
    async with api.client(await api.key()) as client:
        made = {
            name: await ask(client, priority=name.rstrip("12"))
            for name in ("low", "normal1", "normal2", "urgent", "high")
        }
        assert [data["queue_position"] for data in made.values()] == [1, 1, 2, 1, 2]

        async def places() -> list[int | None]:
            found = (await client.get("/api/reports/")).json()["data"]["reports"]
            by_id = {one["id"]: one["queue_position"] for one in found}
            shown = [by_id[made[name]["report"]["id"]] for name in ("urgent", "high", "normal1", "normal2", "low")]
            for name, place in zip(("urgent", "high", "normal1", "normal2", "low"), shown, strict=True):
                alone = (await client.get(f"/api/reports/{made[name]['report']['id']}")).json()["report"]
                assert alone["queue_position"] == place
            return shown

        assert await places() == [1, 2, 3, 4, 5]
        await api.work(steps=1)
        assert await places() == [None, 1, 2, 3, 4]
        await client.post(f"/api/reports/{made['normal1']['report']['id']}/cancel")
        assert await places() == [None, 1, None, 2, 3]


async def test_the_first_estimate_is_the_templates(api: Api):
    """Nothing was measured yet: fifteen minutes for one, one minute for the other."""
    async with api.client(await api.key()) as client:
        for template, minutes in ((CONVERSATIONAL, 15), (DOCUMENT, 1)):
            data = await ask(client, template_id=template, parameters=CONTEXT)
            await client.post(f"/api/reports/{data['report']['id']}/cancel")
            wait = _seconds(data["report"]["created_at"], data["estimated_completion"])
            assert wait == pytest.approx(minutes * 60, abs=5)


async def test_estimates_follow_what_was_measured_and_who_is_ahead(api: Api):
    """The mean of the last week, and one more for each report before."""
    async with api.client(await api.key()) as client:
        data = await ask(client)
        await api.work()
        async with api.resources.pipeline.database.connect() as db:
            await db.execute(
                "UPDATE runs SET started_at = completed_at - interval '100 seconds' WHERE id = $1",
                data["report"]["run_id"],
            )
        api.resources.outlooks._asked_at = float("-inf")
        waits = []
        for _ in range(3):
            data = await ask(client)
            waits.append(_seconds(data["report"]["created_at"], data["estimated_completion"]))
    assert waits == [pytest.approx(100 * (place + 1), abs=10) for place in range(3)]


@pytest.mark.parametrize("path", STATUS)
async def test_the_queues_status_is_a_recount(api: Api, path: str):
    """Without a key, under the names of scripts and of the web client."""
    async with api.client(await api.key()) as client, api.client() as anybody:
        await ask(client)
        await api.work({"report.outline": failing})
        await ask(client)
        await api.work()
        await ask(client)
        await api.work(steps=1)
        for priority in ("urgent", "low", "normal"):
            await ask(client, priority=priority)
        data = await status(anybody, path)
        mine = await status(client, path)
    expected = {
        "queue_name": "default",
        "pending_reports": 3,
        "total_pending": 3,
        "processing_reports": 1,
        "currently_processing": 1,
        "completed_today": 1,
        "failed_today": 1,
    }
    assert {name: data[name] for name in expected} == expected
    average = data["avg_processing_time_seconds"]
    assert 0 < average < 30
    assert data["average_processing_time"] == f"{average / 60:.1f} minutes"
    assert data["estimated_wait_time"] == f"{3 * average / 60:.1f} minutes"
    assert "user_active_reports" not in data
    assert mine["user_active_reports"] == 4


async def test_reports_in_review_have_a_column_of_their_own(api: Api):
    """Moved or recounted: nobody makes them, and they are ahead of nobody."""
    async with api.client(await api.key()) as client:
        for _ in range(3):
            await ask(client, template_id=DOCUMENT, parameters=CONTEXT)
        await api.work({"report.collect": waiting})
        moved = await status(client)
        await recount(api)
        assert (await status(client)) | {"timestamp": None} == moved | {"timestamp": None}
        page = (await client.get("/queue")).text
    counts = [moved[name] for name in ("pending_reports", "processing_reports", "waiting_for_people")]
    assert counts == [0, 0, 3]
    assert moved["estimated_wait_time"] == "0.0 minutes"
    assert '<dd data-text="parked">3</dd>' in page
    assert '<dd data-text="running">0</dd>' in page


async def waiting(_: Work) -> Outcome:
    return Wait(request=Request(kind="approval", data={}))


async def recount(api: Api) -> None:
    epoch = await api.resources.pipeline.stats.epoch()
    async with api.resources.pipeline.database.connect() as db:
        counted = Snapshot(**await runs.statistics(db))
    assert await api.resources.pipeline.stats.rebuild(counted, epoch=epoch)


async def test_a_queue_without_history_reckons_with_the_templates(api: Api):
    """Never "0 minutes" for want of a measurement."""
    async with api.client() as anybody:
        data = await status(anybody)
    built_in = api.resources.pipeline.registry.offered
    minutes = [folder.template.estimated_time_minutes for folder in built_in]
    assert min(minutes) > 0
    assert data["average_processing_time"] == f"{sum(minutes) / len(minutes):.1f} minutes"
    assert data["estimated_wait_time"] == "0.0 minutes"


async def test_figures_heal_after_a_flush(api: Api):
    """The api recounts them itself, should no worker live."""
    async with api.client(await api.key()) as client:
        for _ in range(3):
            await ask(client)
        with redis.Redis.from_url(api.settings.redis_url, socket_timeout=5) as valkey:
            valkey.flushall()
        await asyncio.sleep(HEAL_EVERY_S)
        assert (await status(client))["pending_reports"] == 3


async def test_the_page_is_complete_without_a_script(api: Api):
    """The figures are in the HTML, and it reloads itself where there is no JavaScript."""
    async with api.client(await api.key()) as client:
        for priority in ("urgent", "low", "low"):
            await ask(client, priority=priority)
        page = await client.get("/queue")
    assert page.status_code == 200
    assert '<dd data-text="pending">3</dd>' in page.text
    assert "No worker and no renderer is running" in page.text
    assert '<noscript><meta http-equiv="refresh"' in page.text


@pytest.mark.parametrize("path", ["/", "/queue", "/docs"])
async def test_pages_allow_nothing_from_elsewhere(api: Api, path: str):
    """No inline script, no other host, no frame."""
    async with api.client() as client:
        page = await client.get(path)
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["x-frame-options"] == "DENY"
    assert "http://" not in page.text.replace("http://www.w3.org", "")
    assert "https://" not in page.text
    assert "<script>" not in page.text
    assert " style=" not in page.text


async def test_every_file_that_a_page_names_is_there(api: Api):
    """From this host, with the media type that browsers insist on."""
    types = {"css": "text/css", "mjs": "text/javascript", "js": "text/javascript", "svg": "image/svg+xml"}
    async with api.client() as client:
        named = set()
        for path in ("/", "/queue", "/docs"):
            text = (await client.get(path)).text
            named |= {part.split('"')[0] for part in text.split('"/assets/')[1:]}
        assert named >= {"pressrun.css", "queue.mjs", "mark.svg", "swagger-ui.css", "swagger-ui-bundle.js", "docs.mjs"}
        for name in named:
            answer = await client.get(f"/assets/{name}")
            assert answer.status_code == 200
            assert answer.headers["content-type"].startswith(types[name.rsplit(".", 1)[1]])
        for name in ("../pages.py", "..%2fpages.py", "%2e%2e/pages.py", "", "nothing.css"):
            assert (await client.get(f"/assets/{name}")).status_code in {404, 405}


async def test_the_stream_tells_what_changes(api: Api):
    """Within two seconds, with every value that the page shows."""
    async with api.client(await api.key()) as client, asyncio.timeout(20):
        following = events(client)
        first = await anext(following)
        assert (first["state"], first["pending"]) == ("live", 0)
        await ask(client, priority="high")
        while (now := await anext(following))["pending"] == 0:
            pass
        assert now["lanes"]["high"] == {"running": 0, "pending": 1, "running_share": 0.0, "pending_share": 100.0}
        assert set(now["lanes"]) == {str(priority) for priority in Priority}
        await following.aclose()


async def test_many_watchers_share_one_reader_and_are_bounded(api: Api):
    """One more than the limit is told so, and comes in when another leaves."""
    reads = 0
    read = api.resources.pipeline.stats.read

    async def counted() -> Any:
        nonlocal reads
        reads += 1
        return await read()

    api.resources.pipeline.stats.read = counted  # type: ignore[method-assign]
    async with api.client() as client, asyncio.timeout(30):
        following = [events(client) for _ in range(api.settings.stream_limit)]
        await asyncio.gather(*(anext(one) for one in following))
        refused = await client.get("/queue/events")
        assert refused.status_code == 503
        assert int(refused.headers["retry-after"]) <= 5
        reads = 0
        for _ in range(3):
            await asyncio.gather(*(anext(one) for one in following))
        assert reads <= 4
        await following.pop().aclose()
        for _ in range(100):
            if (again := events(client)) and (await client.get("/metrics")).text.find(
                'streams{stream="queue"} 2.0'
            ) > 0:
                break
            await asyncio.sleep(0.1)
        await anext(again)
        for one in [*following, again]:
            await one.aclose()
    for _ in range(100):
        if api.resources.queue_feed._reader is None:
            break
        await asyncio.sleep(0.1)
    assert api.resources.queue_feed._reader is None


async def test_streams_end_when_the_process_stops(api: Api):
    """So that a stop need not wait for visitors."""
    async with api.client() as client, asyncio.timeout(10):
        following = events(client)
        await anext(following)
        api.resources.streams.stop()
        assert [one async for one in following] == []


async def test_metrics_tell_the_queue_and_the_requests(api: Api):
    async with api.client(await api.key()) as client:
        await ask(client, priority="urgent")
        epoch = await api.resources.pipeline.stats.epoch()
        counts = {
            "pending": {"urgent": 1},
            "running": {},
            "parked": {"low": 2},
            "completed_today": 0,
            "failed_today": 0,
            "seconds_today": 0.0,
        }
        assert await api.resources.pipeline.stats.rebuild(Snapshot(**counts), epoch=epoch)  # type: ignore[arg-type]
        answer = await client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert 'pressrun_queue_reports{priority="urgent",state="pending"} 1.0' in answer.text
    assert 'pressrun_queue_reports{priority="low",state="parked"} 2.0' in answer.text
    assert 'route="/api/reports",status="201"' in answer.text
    assert 'pressrun_reports_accepted_total{priority="urgent",template="conversational"}' in answer.text


def _seconds(since: str, until: str) -> float:
    return (datetime.fromisoformat(until) - datetime.fromisoformat(since)).total_seconds()
