"""Reports on PostgreSQL: owners apart, filters exact, hostile words harmless."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from shared.contracts.records import Artifact
from shared.contracts.states import Format, Priority, RunStatus
from shared.db import artifacts, reports
from shared.db.pool import Connection, Database
from shared.db.reports import Selection
from shared.domain.ids import new_id, run_id

from .stored import stored_owner, stored_report, stored_run, stored_template


def selection(owner: UUID, **more: Any) -> Selection:
    return Selection(principal_id=owner, family="longform", **more)


async def titles(db: Connection, chosen: Selection, limit: int = 100, offset: int = 0) -> list[str]:
    found = await reports.page(db, chosen, limit=limit, offset=offset)
    return [view.report.title for view in found]


async def test_a_report_comes_back_as_it_was_with_run_and_template(db: Connection):
    """Also what JSON and text can hold at their strangest."""
    template = await stored_template(db, name="Ünïcode", output_formats=[Format.MD])
    report = await stored_report(
        db,
        template_id=template.id,
        title="<script>alert(1)</script> \u202e ' \" \\ %s {{7*7}} 日本語 🖨",
        description="line\nline\t\x01",
        parameters={"a": [1, 2.5, None, True, {"b": "\\u0000 as text"}], "big": 2**63 - 1, "": ""},
        priority=Priority.URGENT,
        output_format=Format.MD,
    )
    view = await reports.view(db, report.principal_id, report.id)
    assert view is not None
    dates = {"created_at": view.template.created_at, "updated_at": view.template.updated_at}
    assert (view.report, view.template) == (report, msgspec.structs.replace(template, **dates))
    assert (view.run.status, view.run.error, view.artifact) == (RunStatus.PENDING, None, None)


async def test_a_report_is_its_owners_alone(db: Connection):
    """Another's is as absent as one that never was."""
    report = await stored_report(db)
    other = await stored_owner(db)
    assert await reports.view(db, other, report.id) is None
    assert await reports.lock(db, other, report.id) is None
    assert await reports.view(db, report.principal_id, new_id()) is None
    assert await titles(db, selection(other)) == []
    assert await reports.count(db, selection(other)) == 0


async def test_pages_are_newest_first_and_do_not_overlap(db: Connection):
    """Also when reports were made in the same instant."""
    owner, template, now = await stored_owner(db), (await stored_template(db)).id, datetime.now(UTC)
    for number in range(7):
        created = now + timedelta(seconds=number // 3)
        await stored_report(db, principal_id=owner, template_id=template, title=str(number), created_at=created)
    pages = [await titles(db, selection(owner), limit=3, offset=offset) for offset in (0, 3, 6, 9)]
    assert [len(page) for page in pages] == [3, 3, 1, 0]
    assert [title for page in pages for title in page] == ["6", "5", "4", "3", "2", "1", "0"]
    assert await reports.count(db, selection(owner)) == 7


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("", 4),
        ("TEA", 2),
        ("100%", 1),
        ("%", 1),
        ("_", 1),
        ("\\", 1),
        ("'", 0),
        ("'; DROP TABLE reports; --", 0),
        ("herbal", 1),
    ],
)
async def test_search_takes_words_as_they_are(db: Connection, search: str, found: int):
    """In title and description, whatever the case; a wildcard is a letter like any other."""
    owner, template = await stored_owner(db), (await stored_template(db)).id
    for title, description in (
        ("Tea", "a_b"),
        ("Coffee", "not tea, nor herbal"),
        ("100% sure", ""),
        ("Back\\slash", ""),
    ):
        await stored_report(db, principal_id=owner, template_id=template, title=title, description=description)
    chosen = selection(owner, search=search)
    assert len(await titles(db, chosen)) == found
    assert await reports.count(db, chosen) == found


async def test_statuses_and_family_filter(db: Connection):
    owner, template = await stored_owner(db), (await stored_template(db)).id
    for status in (RunStatus.PENDING, RunStatus.RUNNING, RunStatus.WAITING_APPROVAL, RunStatus.FAILED):
        await stored_report(db, principal_id=owner, template_id=template, title=status, run={"status": status})
    await stored_report(db, principal_id=owner, template_id=template, title="ml", family="ml")
    chosen = selection(owner, statuses=[RunStatus.RUNNING, RunStatus.WAITING_APPROVAL])
    assert sorted(await titles(db, chosen)) == ["running", "waiting-approval"]
    assert await reports.count(db, chosen) == 2
    assert len(await titles(db, selection(owner))) == 4
    assert await reports.active(db, owner) == 4


async def test_a_list_leaves_out_what_may_be_large(db: Connection):
    """Parameters can be megabytes; the state is only needed while there is progress."""
    report = await stored_report(db, parameters={"context": "x" * 1000})
    (view,) = await reports.page(db, selection(report.principal_id), limit=1, offset=0)
    assert view.report.parameters == {}
    assert view.run.inputs == {}
    assert view.run.state is not None


async def test_only_the_artifact_of_the_reports_own_format_and_run_is_its_result(db: Connection):
    report = await stored_report(db, output_format=Format.HTML, run={"status": RunStatus.COMPLETED})
    other = await stored_run(db, report_id=report.id, principal_id=report.principal_id)
    for run, form in ((report.run_id, "pdf"), (report.run_id, "html"), (other, "html")):
        await artifacts.insert(
            db,
            Artifact(
                id=new_id(),
                run_id=run,
                node_id="render",
                format=form,
                media_type="text/html",
                key=f"{run}.{form}",
                size_bytes=1,
                sha256="0" * 64,
                created_at=datetime.now(UTC),
            ),
        )
    view = await reports.view(db, report.principal_id, report.id)
    assert view is not None
    assert view.artifact is not None
    assert view.artifact.key == f"{report.run_id}.html"


async def test_a_retry_gives_a_report_another_run(db: Connection):
    report = await stored_report(db, run={"status": RunStatus.FAILED})
    again = await stored_run(db, id=run_id(), report_id=report.id, principal_id=report.principal_id)
    await reports.retried(db, report.id, again)
    view = await reports.view(db, report.principal_id, report.id)
    assert view is not None
    assert (view.report.run_id, view.report.retry_count, view.run.status) == (again, 1, RunStatus.PENDING)
    assert view.report.updated_at > report.updated_at


async def test_downloads_are_counted(db: Connection):
    report = await stored_report(db)
    for _ in range(3):
        await reports.downloaded(db, report.id)
    view = await reports.view(db, report.principal_id, report.id)
    assert view is not None
    assert view.report.download_count == 3


async def test_a_locked_report_waits_for_the_other_transaction(database: Database):
    """Two retries at the same moment must not both count."""
    async with database.begin() as db:
        report = await stored_report(db)
    async with database.begin() as first:
        assert await reports.lock(first, report.principal_id, report.id) == report
        async with database.begin() as second:
            await second.execute("SET lock_timeout = '50ms'")
            with pytest.raises(Exception, match="lock timeout"):
                await reports.lock(second, report.principal_id, report.id)
