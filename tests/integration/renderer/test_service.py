"""The renderer under the engine, with the real database, queue, store and browser."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import psutil

from deploy.local.seaweedfs import S3
from services.renderer.chromium import Chromium, Tab
from services.renderer.disguise import Disguise
from services.renderer.engine import EngineDied
from services.renderer.nodes import node_functions
from services.renderer.pool import Limits, Pool
from services.renderer.resources import Resources, open_resources
from services.renderer.settings import Settings
from shared.contracts.records import Artifact, Run
from shared.contracts.states import RunStatus
from shared.db import runs
from shared.document.blocks import Column, Document, Heading, Meta, Paragraph, Table, Text
from shared.pipeline import control
from shared.pipeline.pipeline import Pipeline
from tests.integration.pipeline.conftest import Begin, ended, log_of, reached, working
from tests.integration.renderer.pdf_text import text
from tests.unit.domain.workflows import node

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def document(title: str, *, rows: int = 3) -> Document:
    table = Table(
        columns=[Column([Text("number")]), Column([Text("square")])],
        rows=[[[Text(str(number))], [Text(str(number**2))]] for number in range(rows)],
    )
    blocks = [Heading(1, [Text("Chapter")]), Paragraph([Text(f"This is {title}.")]), table]
    return Document(meta=Meta(title=title, created_at=NOW), blocks=blocks)


def workflow(made: Document) -> dict[str, Any]:
    inputs = {
        "document": {"type": "static", "value": msgspec.to_builtins(made)},
        "theme": {"type": "static", "value": "pressrun"},
    }
    return {
        "id": "print",
        "name": "Print",
        "version": "1",
        "nodes": [node("render", "report.render", inputs=inputs)],
        "edges": [],
    }


def settings(chromium: Path, s3: S3, **more: Any) -> Settings:
    return Settings(
        database_url="",
        redis_url="",
        s3_endpoint=s3.endpoint,
        s3_access_key=s3.access_key,
        s3_secret_key=s3.secret_key,
        s3_bucket=s3.bucket,
        chromium=str(chromium),
        **more,
    )


@asynccontextmanager
async def printing(pipeline: Pipeline, made: Settings) -> AsyncIterator[None]:
    """A renderer inside this process."""
    async with (
        open_resources(made, pipeline.store) as resources,
        working(pipeline, node_functions(resources), threads=made.render_slots),
    ):
        yield


async def artifacts(pipeline: Pipeline, run: Run) -> dict[str, Artifact]:
    async with pipeline.database.connect() as db:
        rows = await db.fetch("SELECT * FROM artifacts WHERE run_id = $1", run.id)
    found = [msgspec.convert(dict(row), Artifact) for row in rows]
    assert len({artifact.format for artifact in found}) == len(found)
    return {artifact.format: artifact for artifact in found}


async def failure(pipeline: Pipeline, run: Run) -> dict[str, Any]:
    async with pipeline.database.connect() as db:
        events = await runs.events(db, run.id)
    return next(event.payload["error"] for event in events if event.type == "run.failed")


@asynccontextmanager
async def process(
    chromium: Path, s3: S3, database_url: str, redis_url: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A renderer that is ready."""
    env = {
        "PATH": os.environ["PATH"],  # noqa: TID251
        "PRESSRUN_DATABASE_URL": database_url,
        "PRESSRUN_REDIS_URL": redis_url,
        "PRESSRUN_S3_ENDPOINT": s3.endpoint,
        "PRESSRUN_S3_ACCESS_KEY": s3.access_key,
        "PRESSRUN_S3_SECRET_KEY": s3.secret_key,
        "PRESSRUN_S3_BUCKET": s3.bucket,
        "PRESSRUN_CHROMIUM": str(chromium),
        "PRESSRUN_LOG_FORMAT": "json",
    }
    started = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.renderer.main", env=env, stdout=asyncio.subprocess.PIPE
    )
    assert started.stdout is not None
    try:
        async with asyncio.timeout(30):
            while b'"renderer.ready"' not in (line := await started.stdout.readline()):
                assert line, "it ended before it was ready"
        yield started
    finally:
        if started.returncode is None:
            started.kill()
            await started.communicate()


async def test_a_run_is_printed_and_the_process_ends_when_told(
    pipeline: Pipeline, begin: Begin, chromium: Path, s3: S3, fresh_database_url: str, fresh_redis_url: str
):
    """Four artifacts in rows and in the store; exit code 0 after SIGTERM and no browser left."""
    async with process(chromium, s3, fresh_database_url, fresh_redis_url) as renderer:
        run = await begin(workflow(document("a report")))
        assert (await ended(pipeline, run.id, within_s=30)).status is RunStatus.COMPLETED
        found = await artifacts(pipeline, run)
        assert found.keys() == {"pdf", "html", "md", "json"}
        assert "This is a report." in text(await pipeline.store.get(found["pdf"].key))
        assert found["pdf"].pages
        assert b"This is a report." in await pipeline.store.get(found["html"].key)
        assert b"| 2 |" in (await pipeline.store.get(found["md"].key)).replace(b"  ", b" ").replace(b"  ", b" ")
        browsers = psutil.Process(renderer.pid).children(recursive=True)
        assert browsers
        renderer.send_signal(signal.SIGTERM)
        assert renderer.stdout
        rest = await asyncio.wait_for(renderer.stdout.read(), 15)
        assert await renderer.wait() == 0
        assert b"renderer.stopped" in rest
        _, alive = psutil.wait_procs(browsers, timeout=3)
        assert alive == []


async def test_a_killed_renderers_step_is_done_by_another(
    pipeline: Pipeline, begin: Begin, chromium: Path, s3: S3, fresh_database_url: str, fresh_redis_url: str
):
    """SIGKILL in the middle of a page: the run still ends once, with one artifact of each format."""
    async with process(chromium, s3, fresh_database_url, fresh_redis_url) as renderer:
        run = await begin(workflow(document("a long one", rows=4000)))
        await reached(pipeline, run.id, RunStatus.RUNNING)
        await asyncio.sleep(1)
        renderer.kill()
    assert not (await reached(pipeline, run.id, lambda _: True)).status.terminal
    async with process(chromium, s3, fresh_database_url, fresh_redis_url):
        assert (await ended(pipeline, run.id, within_s=60)).status is RunStatus.COMPLETED
    assert (await artifacts(pipeline, run)).keys() == {"pdf", "html", "md", "json"}
    log = await log_of(pipeline, run.id)
    assert log.count("node.completed:render") == 1


class Fragile(Chromium):
    """A browser that does not survive a certain document."""

    async def open(self) -> Tab:
        tab = await super().open()
        engine, printing = self, tab.print

        async def fragile(html: str, **options: Any) -> bytes:
            if "poison" in html:
                await asyncio.sleep(0.1)
                engine.kill()
                raise EngineDied
            return await printing(html, **options)

        tab.print = fragile
        return tab


async def test_a_poison_document_fails_its_own_run_only(
    pipeline: Pipeline, begin: Begin, chromium: Path, disguise: Disguise, s3: S3
):
    """It kills the browser under everybody, and everybody else's report is printed."""
    pool = Pool(lambda: Fragile(chromium, disguise), Limits(slots=2))
    functions = node_functions(Resources(pool, pipeline.store, settings(chromium, s3)))
    async with working(pipeline, functions, threads=2):
        poison = await begin(workflow(document("poison")))
        others = [await begin(workflow(document(f"report {number}"))) for number in range(4)]
        for run in others:
            assert (await ended(pipeline, run.id, within_s=60)).status is RunStatus.COMPLETED
        assert (await ended(pipeline, poison.id, within_s=60)).status is RunStatus.FAILED
    await pool.close()
    assert (await failure(pipeline, poison))["code"] == "browser_crashed"
    assert await artifacts(pipeline, poison) == {}


async def test_an_endless_document_fails_with_its_reason(pipeline: Pipeline, begin: Begin, chromium: Path, s3: S3):
    """The client reads that it took too long, and how long that is."""
    async with printing(pipeline, settings(chromium, s3, render_deadline_s=0.2)):
        run = await begin(workflow(document("endless", rows=20_000)))
        assert (await ended(pipeline, run.id, within_s=60)).status is RunStatus.FAILED
    error = await failure(pipeline, run)
    assert error["code"] == "render_timeout"
    assert "0.2 s" in error["message"]


async def test_a_cancelled_report_frees_its_slot_within_seconds(
    pipeline: Pipeline, begin: Begin, chromium: Path, s3: S3
):
    """The page is thrown away in the middle of its print, and the next report is printed on the only slot."""
    async with printing(pipeline, settings(chromium, s3, render_slots=1)):
        run = await begin(workflow(document("long", rows=20_000)))
        await reached(pipeline, run.id, RunStatus.RUNNING)
        await asyncio.sleep(1.5)
        async with pipeline.transaction() as tx:
            await control.cancel(pipeline, tx, run.id, reason="not needed")
        other = await begin(workflow(document("short")))
        assert (await ended(pipeline, other.id, within_s=20)).status is RunStatus.COMPLETED
    assert (await ended(pipeline, run.id)).status is RunStatus.CANCELLED
    assert await artifacts(pipeline, run) == {}
