"""Objects are deleted when no row names them, and never under the hands of somebody who needs them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest

from services.worker.retention import Collector
from shared.contracts.records import Artifact
from shared.db import artifacts, garbage, reports, runs
from shared.db.pool import Connection, Database
from shared.domain.errors import NotFound, Unavailable
from shared.domain.ids import new_id
from shared.pipeline.objects import Objects
from shared.pipeline.pipeline import Transaction
from shared.pipeline.removal import remove
from shared.storage.store import S3Store

from .stored import stored_report, stored_run

SHA = "ab" * 32
KEY = f"artifacts/ab/ab/{SHA}.pdf"

NAMES_NONE = {"garbage.key", "interrupts.key", "templates.key"}
"""Keys of other things, and the list itself."""
ASKED = set(re.findall(r"SELECT key FROM (\w+) WHERE key = ANY", Path(garbage.__file__).read_text("utf-8")))


class Shelf:
    """A store in memory whose deletions can be held up, or fail."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.asked = asyncio.Event()
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.away = False

    async def put(self, key: str, data: bytes, _media_type: str) -> None:
        self.files[key] = data

    async def delete(self, key: str) -> None:
        self.asked.set()
        await self.go_on.wait()
        if self.away:
            raise Unavailable("away")
        self.files.pop(key, None)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def objects(database: Database, shelf: Shelf) -> Objects:
    return Objects(database, shelf)  # type: ignore[arg-type]


@pytest.fixture
async def collector(database: Database, shelf: Shelf) -> AsyncIterator[Collector]:
    made = Collector(database, shelf)  # type: ignore[arg-type]
    yield made
    await made.close()


async def named(db: Connection, run_id: str, key: str = KEY) -> None:
    """A row that names an object."""
    report = await db.fetchval("SELECT created_at FROM runs WHERE id = $1", run_id)
    await artifacts.insert(
        db,
        Artifact(
            id=new_id(),
            run_id=run_id,
            node_id="render",
            format="pdf",
            media_type="application/pdf",
            key=key,
            size_bytes=1,
            sha256=SHA,
            created_at=report,
        ),
    )


async def removed(database: Database, *report_ids: UUID) -> int:
    async with database.begin() as db:
        return await remove(Transaction(db), report_ids)


async def over(db: Connection) -> None:
    """Let the time that writers have be over."""
    await db.execute("UPDATE garbage SET ready_at = now()")


async def waiting(db: Connection) -> list[str]:
    return [row["key"] for row in await db.fetch("SELECT key FROM garbage ORDER BY key")]


async def test_an_object_goes_with_the_last_row_that_names_it(
    db: Connection, database: Database, objects: Objects, shelf: Shelf, collector: Collector
):
    """Of two reports with the same file, the first one removed takes nothing."""
    first, second = await stored_report(db), await stored_report(db)
    for report in (first, second):
        await objects.put(KEY, b"x", "application/pdf")
        await named(db, report.run_id)
    await over(db)
    assert await collector.round() == 0
    assert await removed(database, first.id) == 1
    assert await collector.round() == 0
    assert (list(shelf.files), await waiting(db)) == ([KEY], [])
    await removed(database, second.id)
    assert await collector.round() == 1
    assert (shelf.files, await waiting(db)) == ({}, [])


async def test_everything_that_a_report_names_goes_with_it(db: Connection, database: Database):
    """Files and large results of its run, of earlier runs of it, and of runs that those started."""
    report = await stored_report(db)
    earlier = await stored_run(db, report_id=report.id, principal_id=report.principal_id)
    child = await stored_run(db, parent_run_id=earlier, principal_id=report.principal_id)
    other = await stored_report(db)
    for number, run_id in enumerate((report.run_id, earlier, child, other.run_id)):
        await named(db, run_id, f"artifacts/{number}")
        await runs.store_result(db, run_id, f"digest-{number}", None, f"results/{number}", 1)
        await runs.store_result(db, run_id, "small", {"a": 1}, None, 7)
    assert await removed(database, report.id) == 6
    assert await waiting(db) == [f"{folder}/{number}" for folder in ("artifacts", "results") for number in range(3)]
    assert {row["run_id"] for row in await db.fetch("SELECT run_id FROM results")} == {other.run_id}
    assert await runs.get(db, child) is None


async def test_a_file_that_was_never_recorded_is_deleted_again(
    db: Connection, objects: Objects, shelf: Shelf, collector: Collector
):
    """Its writer died between storing and committing: after an hour nobody will name it any more."""
    await objects.put(KEY, b"x", "application/pdf")
    assert await collector.round() == 0
    assert list(shelf.files) == [KEY]
    await over(db)
    assert await collector.round() == 1
    assert shelf.files == {}


async def test_a_store_that_is_down_loses_nothing(
    db: Connection, database: Database, objects: Objects, shelf: Shelf, collector: Collector
):
    """What could not be deleted is deleted when it is back."""
    report = await stored_report(db)
    await objects.put(KEY, b"x", "application/pdf")
    await named(db, report.run_id)
    await over(db)
    await removed(database, report.id)
    shelf.away = True
    assert await collector.round() == 0
    assert await waiting(db) == [KEY]
    assert await collector.round() == 0  # its lease has not run out: the store may still be carrying it out
    shelf.away = False
    await db.execute("UPDATE garbage SET lease_until = now() - interval '1 second'")
    assert await collector.round() == 1
    assert (shelf.files, await waiting(db)) == ({}, [])


async def test_a_key_that_is_used_again_before_its_deletion_is_kept(
    db: Connection, database: Database, objects: Objects, shelf: Shelf, collector: Collector
):
    """Another report comes to the same file after the first was removed, and before anybody has cleaned up."""
    first, second = await stored_report(db), await stored_report(db)
    await objects.put(KEY, b"x", "application/pdf")
    await named(db, first.run_id)
    await over(db)
    await removed(database, first.id)
    await objects.put(KEY, b"x", "application/pdf")
    assert await collector.round() == 0
    await named(db, second.run_id)
    await over(db)
    assert await collector.round() == 0
    assert (list(shelf.files), await waiting(db)) == ([KEY], [])


async def test_a_key_that_is_used_again_during_its_deletion_waits_for_it(
    db: Connection, database: Database, objects: Objects, shelf: Shelf, collector: Collector
):
    """Or else the new file would be deleted after it was stored."""
    report = await stored_report(db)
    await objects.put(KEY, b"old", "application/pdf")
    await named(db, report.run_id)
    await over(db)
    await removed(database, report.id)
    shelf.go_on.clear()
    deleting = asyncio.create_task(collector.round())
    await shelf.asked.wait()
    with pytest.raises(Unavailable, match="being deleted"):
        await objects.put(KEY, b"new", "application/pdf")
    shelf.go_on.set()
    assert await deleting == 1
    await objects.put(KEY, b"new", "application/pdf")
    assert await collector.round() == 0
    assert shelf.files == {KEY: b"new"}


async def test_writers_and_removals_of_one_file_in_any_order_never_lose_it(
    db: Connection, database: Database, objects: Objects, shelf: Shelf, collector: Collector
):
    """Many reports with one file come and go while it is cleaned up: whoever is left has it, and then nobody."""
    template = await stored_report(db)

    async def live() -> None:
        async with database.connect() as mine:
            report = await stored_report(mine, principal_id=template.principal_id, template_id=template.template_id)
            while True:
                try:
                    await objects.put(KEY, b"x", "application/pdf")
                    break
                except Unavailable:
                    await asyncio.sleep(0.001)
            await named(mine, report.run_id)
            assert KEY in shelf.files
        await asyncio.sleep(0.002)
        assert KEY in shelf.files
        await removed(database, report.id)

    async def clean() -> None:
        while True:
            # As if every writer had its hour behind it, but for those who have announced and not yet recorded.
            await over_but_under_way(database)
            await collector.round()
            await asyncio.sleep(0)

    cleaner = asyncio.create_task(clean())
    try:
        for _ in range(4):
            await asyncio.gather(*(live() for _ in range(4)))
    finally:
        cleaner.cancel()
        await asyncio.wait([cleaner])
    await over(db)
    await db.execute("UPDATE garbage SET lease_until = NULL")
    await collector.round()
    assert (shelf.files, await waiting(db)) == ({}, [])


async def over_but_under_way(database: Database) -> None:
    """Bring forward what is ready anyway when a row names it; an announcement alone keeps its hour."""
    async with database.connect() as db:
        await db.execute(
            """UPDATE garbage SET ready_at = now() WHERE lease_until IS NULL
                  AND EXISTS (SELECT FROM artifacts WHERE artifacts.key = garbage.key)"""
        )


async def test_only_objects_that_these_rows_are_about_are_announced(db: Connection, objects: Objects, shelf: Shelf):
    """Whoever keeps other things in the store looks after them."""
    await objects.put("elsewhere/a.pdf", b"x", "application/pdf")
    assert (list(shelf.files), await waiting(db)) == (["elsewhere/a.pdf"], [])


async def test_the_real_store_takes_a_deletion_twice(s3, database: Database, db: Connection):
    """What is gone is gone."""
    store = S3Store(endpoint=s3.endpoint, access_key=s3.access_key, secret_key=s3.secret_key, bucket=s3.bucket)
    await store.check()
    collector = Collector(database, store)
    key = f"artifacts/test/{new_id()}.pdf"
    await Objects(database, store).put(key, b"x", "application/pdf")
    for _ in range(2):
        await garbage.add(db, [key])
        await over(db)
        assert await collector.round() == 1
    with pytest.raises(NotFound):
        await store.get(key)
    await store.close()


async def test_every_column_that_names_an_object_is_known(db: Connection):
    """A new table that names keys must be asked before an object is deleted."""
    rows = await db.fetch(
        r"""SELECT table_name || '.' || column_name AS name FROM information_schema.columns
             WHERE table_schema = 'public' AND data_type = 'text' AND column_name ~ '(^|_)key$'"""
    )
    assert {row["name"] for row in rows} - NAMES_NONE == {f"{table}.key" for table in ASKED}


async def test_nothing_keeps_a_report_from_being_removed(db: Connection):
    """Every row that belongs to a report or a run goes with it, or lets go of it."""
    rows = await db.fetch(
        """SELECT conrelid::regclass::text AS held, confdeltype AS rule FROM pg_constraint
            WHERE contype = 'f' AND confrelid IN ('reports'::regclass, 'runs'::regclass)"""
    )
    assert {row["held"] for row in rows if row["rule"] not in (b"c", b"n")} == set()
    assert len(rows) > 8


async def test_expired_reports_are_gone_at_once_and_running_ones_stay(db: Connection):
    """Whether or not somebody has removed them."""
    done = await stored_report(db, run={"status": "completed"})
    running = await stored_report(db, principal_id=done.principal_id, run={"status": "running"})
    await db.execute("UPDATE reports SET expires_at = now() - interval '1 second'")
    chosen = reports.Selection(principal_id=done.principal_id, family="longform")
    assert [view.report.id for view in await reports.page(db, chosen, limit=9, offset=0)] == [running.id]
    assert await reports.count(db, chosen) == 1
    assert await reports.view(db, done.principal_id, done.id) is None
    assert await reports.lock(db, done.principal_id, done.id) is None
    assert await reports.view(db, done.principal_id, running.id) is not None
    async with db.transaction():
        assert await reports.expired(db, most=9) == [done.id]
    await reports.hold(db, seconds=3600)
    kept = await db.fetchval("SELECT expires_at > now() + interval '59 minutes' FROM reports WHERE id = $1", running.id)
    assert kept
    assert await db.fetchval("SELECT expires_at < now() FROM reports WHERE id = $1", done.id)
