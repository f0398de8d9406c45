"""The end of a report: deleted by its owner, or because its time is over."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from deploy.local.seaweedfs import S3
from services.worker.retention import Collector, Retention
from shared.domain.errors import NotFound
from shared.domain.outcome import Done, Outcome, Work
from shared.pipeline.removal import remove

from .conftest import FILES, Api, asked, serving, told

OF_A_REPORT = ("reports", "runs", "events", "steps", "results", "artifacts", "grants", "mails", "answers", "interrupts")


async def ask(client: httpx.AsyncClient, **more: Any) -> tuple[str, str]:
    """A new report's id and its run's."""
    report = (await client.post("/api/reports/", json=asked(**more))).json()["data"]["report"]
    return report["id"], report["run_id"]


async def rows(api: Api) -> dict[str, int]:
    """How many rows there are of what belongs to reports."""
    async with api.resources.pipeline.database.connect() as db:
        return {table: await db.fetchval(f"SELECT count(*) FROM {table}") for table in OF_A_REPORT}


async def keys(api: Api) -> set[str]:
    """What the database knows to be in the store."""
    async with api.resources.pipeline.database.connect() as db:
        found = await db.fetch("SELECT key FROM artifacts UNION SELECT key FROM results WHERE key IS NOT NULL")
    return {row["key"] for row in found}


async def collect(api: Api) -> None:
    """Delete what nobody names, as if writers had had their hour."""
    pipeline = api.resources.pipeline
    async with pipeline.database.connect() as db:
        await db.execute("UPDATE garbage SET ready_at = now()")
    await Collector(pipeline.database, pipeline.store).round()


async def expire(api: Api, report_id: str) -> None:
    async with api.resources.pipeline.database.connect() as db:
        await db.execute("UPDATE reports SET expires_at = now() WHERE id = $1::text::uuid", report_id)


async def large(_: Work) -> Outcome:
    """A result that is too large for a row."""
    return Done(outputs={"asked": {}, "passages": ["x" * 300_000], "sources": [], "facts": {}})


async def test_a_deleted_report_is_gone_with_all_that_belongs_to_it(api: Api):
    """Rows and objects; the log of who did it stays."""
    async with api.client(await api.key()) as client:
        report_id, run_id = await ask(client)
        await api.finish(run_id, {"report.collect": large})
        await client.post(f"/api/reports/{report_id}/share", json={})
        stored = await keys(api)
        assert any(key.startswith("results/") for key in stored)
        answer = await client.delete(f"/api/reports/{report_id}")
        assert (answer.status_code, answer.json()) == (200, {"success": True, "message": "Report deleted successfully"})
        assert set((await rows(api)).values()) == {0}
        for verb, route in (("GET", ""), ("GET", "/download"), ("POST", "/cancel"), ("DELETE", "")):
            assert (await client.request(verb, f"/api/reports/{report_id}{route}")).status_code == 404
    await collect(api)
    for key in stored:
        with pytest.raises(NotFound):
            await api.resources.pipeline.store.get(key)
    async with api.resources.pipeline.database.connect() as db:
        actions = await db.fetch("SELECT action FROM audit_entries WHERE object_id = $1 ORDER BY at", report_id)
    assert [row["action"] for row in actions] == ["report.create", "report.share", "report.delete"]


async def test_a_file_that_another_report_has_too_is_kept(api: Api):
    """Content-addressed: both reports have the same bytes."""
    async with api.client(await api.key()) as client:
        made = [await ask(client) for _ in range(2)]
        for _, run_id in made:
            await api.finish(run_id)
        await client.delete(f"/api/reports/{made[0][0]}")
        await collect(api)
        assert (await client.get(f"/api/reports/{made[1][0]}/download")).content == FILES["pdf"]


async def test_a_report_that_is_being_made_is_stopped_first(api: Api):
    """Who follows it waits for nothing any more; what its worker still brings is dropped."""
    started, may_end = asyncio.Event(), asyncio.Event()

    async def slow(_: Work) -> Outcome:
        started.set()
        await may_end.wait()
        return Done(outputs={"asked": {}, "passages": [], "sources": [], "facts": {}})

    async with api.client(await api.key()) as client:
        report_id, run_id = await ask(client)
        working = asyncio.create_task(api.work({"report.collect": slow}))
        await started.wait()
        async with client.stream("GET", f"/v1/runs/{run_id}/events") as stream:
            lines = stream.aiter_lines()
            await anext(lines)
            assert (await client.delete(f"/api/reports/{report_id}")).status_code == 200
            async with asyncio.timeout(20):
                heard = [line async for line in lines if line.startswith("event:")]
        assert "event: run.completed" not in heard
        may_end.set()
        async with asyncio.timeout(20):
            await working
        assert (await client.get(f"/api/reports/{report_id}")).status_code == 404
    assert set((await rows(api)).values()) == {0}


async def test_only_its_owner_can_delete_a_report(api: Api):
    async with api.client(await api.key()) as owner, api.client(await api.key("other")) as other:
        report_id, _ = await ask(owner)
        assert (await other.delete(f"/api/reports/{report_id}")).status_code == 404
        assert (await owner.get(f"/api/reports/{report_id}")).status_code == 200
        assert (await owner.delete("/api/reports/nonsense")).status_code == 404


async def test_an_expired_report_is_gone_at_once_and_removed_soon(api: Api):
    """Before the chore has come by, and after it; its links with it."""
    async with api.client(await api.key()) as client, api.client() as stranger:
        report_id, run_id = await ask(client)
        kept_id, _ = await ask(client)
        await api.finish(run_id)
        url = (await client.post(f"/api/reports/{report_id}/share", json={})).json()["data"]["share_url"]
        await expire(api, report_id)
        assert (await client.get(f"/api/reports/{report_id}")).status_code == 404
        assert (await client.get(f"/api/reports/{report_id}/download")).status_code == 404
        assert (await stranger.get(url)).status_code == 404
        listed = (await client.get("/api/reports/")).json()["data"]
        assert ([one["id"] for one in listed["reports"]], listed["pagination"]["total"]) == ([kept_id], 1)
        assert await Retention(api.resources.pipeline).round() == 1
        assert await Retention(api.resources.pipeline).round() == 0
        await collect(api)
    async with api.resources.pipeline.database.connect() as db:
        entry = await db.fetchrow("SELECT actor, object_id FROM audit_entries WHERE action = 'report.expire'")
    assert dict(entry) == {"actor": "system", "object_id": report_id}
    assert (await rows(api))["reports"] == 1


async def test_a_report_does_not_expire_while_it_is_made(api: Api):
    """And its owner has a day to fetch it, however late it comes."""
    async with api.client(await api.key()) as client:
        report_id, run_id = await ask(client)
        await expire(api, report_id)
        assert (await client.get(f"/api/reports/{report_id}")).status_code == 200
        assert await Retention(api.resources.pipeline).round() == 0
        await api.finish(run_id)
        report = (await client.get(f"/api/reports/{report_id}")).json()["report"]
        assert report["status"] == "completed"
        assert datetime.fromisoformat(report["expires_at"]) > datetime.now(UTC) + timedelta(hours=23)


async def test_how_long_reports_are_kept_is_a_setting(fresh_database_url: str, fresh_redis_url: str, s3: S3):
    """Each has its own date from the day it was asked for."""
    settings = told(fresh_database_url, fresh_redis_url, s3, retention_days=3)
    async with serving(settings) as api, api.client(await api.key()) as client:
        report_id, _ = await ask(client)
        report = (await client.get(f"/api/reports/{report_id}")).json()["report"]
    kept = datetime.fromisoformat(report["expires_at"]) - datetime.fromisoformat(report["created_at"])
    assert kept == timedelta(days=3)


async def test_many_expired_reports_go_in_batches(api: Api):
    """No round takes long, and nothing is left."""
    async with api.client(await api.key()) as client:
        _, run_id = await ask(client)
        await api.finish(run_id)
    async with api.resources.pipeline.database.connect() as db:
        await db.execute(
            """INSERT INTO reports SELECT (copied).* FROM (
                 SELECT jsonb_populate_record(reports, jsonb_build_object('id', gen_random_uuid(), 'expires_at', now())) AS copied
                   FROM reports, generate_series(1, 120)) AS many"""
        )
    assert await Retention(api.resources.pipeline).round() == 120
    assert (await rows(api))["reports"] == 1


async def test_a_watcher_of_a_deleted_run_is_let_go(api: Api):
    """Even one that never heard how it ended."""
    async with api.client(await api.key()) as client:
        report_id, run_id = await ask(client)
        async with client.stream("GET", f"/v1/runs/{run_id}/events") as stream:
            lines = stream.aiter_lines()
            await anext(lines)
            async with api.resources.pipeline.transaction() as tx:
                await remove(tx, [UUID(report_id)])
            async with asyncio.timeout(20):
                assert [line async for line in lines if line.startswith("event: run.c")] == []
