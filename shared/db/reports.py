"""Every query that reads or writes a report. A report's status is its current run's."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from shared.contracts.records import Artifact, Report, Template
from shared.contracts.states import TERMINAL, RunStatus
from shared.domain.state import RunState

from .pool import Connection
from .rows import columns, part

_FIELDS = Report.__struct_fields__
_FROM = """
    FROM reports AS report
    JOIN runs AS run ON run.id = report.run_id
    JOIN templates AS template ON template.id = report.template_id
    LEFT JOIN LATERAL (SELECT * FROM artifacts WHERE run_id = report.run_id AND format = report.output_format
                       ORDER BY created_at DESC LIMIT 1) AS artifact ON true"""
_RUN = """run.status AS run_status, run.started_at AS run_started_at, run.completed_at AS run_completed_at,
    run.workflow_digest AS run_workflow_digest, run.state -> 'error' AS run_error"""


class CurrentRun(msgspec.Struct, frozen=True, kw_only=True):
    """What a report shows of its run."""

    status: RunStatus
    started_at: datetime | None
    completed_at: datetime | None
    workflow_digest: str
    error: dict[str, Any] | None
    state: dict[str, Any] | None = None
    inputs: dict[str, Any] = {}

    @property
    def fold(self) -> RunState:
        return msgspec.convert(self.state or {}, RunState, str_keys=True)


class ReportView(msgspec.Struct, frozen=True, kw_only=True):
    """A report with its run, its template and the artifact of its own format."""

    report: Report
    run: CurrentRun
    template: Template
    artifact: Artifact | None
    granted: list[str] | None = None
    """What another than the owner may do with it; None: it is the owner who looks."""


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """Which reports are listed: an owner's, or those that others have given access to."""

    principal_id: UUID
    family: str = ""
    """Empty: of any."""
    granted: bool = False
    statuses: Collection[RunStatus] = ()
    """Empty: of any status."""
    search: str = ""
    """What the title or the description contains, in any case; empty: anything."""
    project_id: UUID | None = None
    """What they are about, as are the two below; None: anything."""
    kind: str | None = None
    entity_id: UUID | None = None


async def insert(db: Connection, report: Report) -> None:
    places = ", ".join(f"${number}" for number in range(1, len(_FIELDS) + 1))
    await db.execute(f"INSERT INTO reports ({', '.join(_FIELDS)}) VALUES ({places})", *msgspec.structs.astuple(report))


async def lock(db: Connection, principal_id: UUID, report_id: UUID) -> Report | None:
    """An owner's report, held until the transaction ends; None when it is not there (any more) or another's."""
    row = await db.fetchrow(
        f"SELECT {columns('report', Report)} FROM reports AS report WHERE id = $1 AND principal_id = $2 FOR UPDATE",
        report_id,
        principal_id,
    )
    # Only now, with the lock: a retry that was waited for has given the report another run.
    kept = f"SELECT true FROM reports AS report JOIN runs AS run ON run.id = report.run_id WHERE report.id = $1 AND {_KEPT}"
    return part(dict(row), "report", Report) if row and await db.fetchval(kept, report_id) else None


async def view(db: Connection, principal_id: UUID, report_id: UUID) -> ReportView | None:
    """A report with its parameters and how far its run is.

    None when it is not there (any more), or belongs to another who has not given this principal access to it.
    """
    row = await db.fetchrow(
        f"""SELECT {_WHOLE}, CASE WHEN report.principal_id <> $2 THEN given.permissions END AS granted
            {_FROM} LEFT JOIN grants AS given ON given.report_id = report.id AND given.principal_id = $2 AND {_VALID}
             WHERE report.id = $1 AND (report.principal_id = $2 OR given.id IS NOT NULL) AND {_KEPT}""",
        report_id,
        principal_id,
    )
    return _view(dict(row)) if row else None


async def shared(db: Connection, report_id: UUID, permissions: list[str]) -> ReportView | None:
    """A report for somebody who has shown a grant of it with these permissions; None when it is gone."""
    row = await db.fetchrow(
        f"SELECT {_WHOLE}, $2::text[] AS granted {_FROM} WHERE report.id = $1 AND {_KEPT}", report_id, permissions
    )
    return _view(dict(row)) if row else None


async def page(db: Connection, selection: Selection, *, limit: int, offset: int) -> list[ReportView]:
    """Reports, newest first, without their parameters."""
    rows = await db.fetch(
        f"""SELECT {columns("report", Report, without={"parameters"})},
                   {columns("template", Template, without={"parameters", "config"})},
                   {columns("artifact", Artifact)}, {_RUN},
                   {"given.permissions" if selection.granted else "NULL::text[]"} AS granted,
                   CASE WHEN run.status <> ALL($10) THEN run.state END AS run_state
            {_FROM} {_where(selection)}
            ORDER BY report.created_at DESC, report.id DESC LIMIT $8 OFFSET $9""",
        *_arguments(selection),
        limit,
        offset,
        [str(status) for status in TERMINAL],
    )
    return [_view(dict(row)) for row in rows]


async def count(db: Connection, selection: Selection) -> int:
    """How many reports a selection has."""
    return int(
        await db.fetchval(
            f"SELECT count(*) FROM reports AS report JOIN runs AS run ON run.id = report.run_id {_where(selection)}",
            *_arguments(selection),
        )
    )


async def active(db: Connection, principal_id: UUID) -> int:
    """How many of an owner's reports wait or are being made."""
    return int(
        await db.fetchval(
            """SELECT count(*) FROM runs WHERE principal_id = $1 AND report_id IS NOT NULL
                  AND status NOT IN ('completed', 'failed', 'cancelled')""",
            principal_id,
        )
    )


async def retried(db: Connection, report_id: UUID, run_id: str) -> None:
    """Give a report a new run on its owner's wish."""
    await db.execute(
        "UPDATE reports SET run_id = $2, retry_count = retry_count + 1, updated_at = now() WHERE id = $1",
        report_id,
        run_id,
    )


async def downloaded(db: Connection, report_id: UUID) -> None:
    await db.execute("UPDATE reports SET download_count = download_count + 1 WHERE id = $1", report_id)


async def active_runs(db: Connection, report_id: UUID) -> list[str]:
    """Every run of a report that goes on: its current one, and forks of any."""
    rows = await db.fetch(
        "SELECT id FROM runs WHERE report_id = $1 AND status NOT IN ('completed', 'failed', 'cancelled') ORDER BY id",
        report_id,
    )
    return [row["id"] for row in rows]


async def run_ids(db: Connection, report_ids: Collection[UUID]) -> list[str]:
    """The current runs of reports."""
    rows = await db.fetch("SELECT run_id FROM reports WHERE id = ANY($1)", list(report_ids))
    return [row["run_id"] for row in rows]


async def expired(db: Connection, *, most: int) -> list[UUID]:
    """Reports whose time is over, oldest first, held until the transaction ends."""
    rows = await db.fetch(
        f"""SELECT report.id FROM reports AS report
             WHERE report.expires_at <= now() AND NOT EXISTS (SELECT FROM runs AS run WHERE {_ACTIVE})
             ORDER BY report.expires_at LIMIT $1 FOR UPDATE OF report SKIP LOCKED""",
        most,
    )
    return [row["id"] for row in rows]


async def hold(db: Connection, *, seconds: float) -> None:
    """Let no report that is being made expire within this time: its owner shall see what came of it."""
    await db.execute(
        f"""UPDATE reports AS report SET expires_at = now() + make_interval(secs => $1)
             WHERE expires_at < now() + make_interval(secs => $1 / 2) AND EXISTS (SELECT FROM runs AS run WHERE {_ACTIVE})""",
        seconds,
    )


async def delete(db: Connection, report_ids: Collection[UUID]) -> None:
    """Delete reports and every row that belongs to them."""
    await db.execute("DELETE FROM reports WHERE id = ANY($1)", list(report_ids))


_ACTIVE = "run.report_id = report.id AND run.status NOT IN ('completed', 'failed', 'cancelled')"
_KEPT = "(report.expires_at > now() OR run.status NOT IN ('completed', 'failed', 'cancelled'))"
"""An expired report is gone, whether or not somebody has removed it already; one that is made does not expire."""
_VALID = "given.revoked_at IS NULL AND given.expires_at > now()"
_WHOLE = f"""{columns("report", Report)}, {columns("template", Template)}, {columns("artifact", Artifact)},
    {_RUN}, run.state AS run_state, run.inputs AS run_inputs"""


def _where(selection: Selection) -> str:
    mine = "WHERE report.principal_id = $1"
    if selection.granted:
        mine = f"JOIN grants AS given ON given.report_id = report.id WHERE given.principal_id = $1 AND {_VALID}"
    return f"""{mine} AND ($2::text = '' OR report.family = $2) AND ($3::text[] = '{{}}' OR run.status = ANY($3))
        AND ($4::text = '' OR report.title ILIKE $4 OR report.description ILIKE $4)
        AND ($5::uuid IS NULL OR report.project_id = $5) AND ($6::text IS NULL OR report.kind = $6)
        AND ($7::uuid IS NULL OR report.entity_id = $7) AND {_KEPT}"""


def _arguments(selection: Selection) -> tuple[Any, ...]:
    statuses = [str(status) for status in selection.statuses]
    about = (selection.project_id, selection.kind, selection.entity_id)
    return (selection.principal_id, selection.family, statuses, _containing(selection.search), *about)


def _containing(words: str) -> str:
    if not words:
        return ""
    for char in "\\%_":
        words = words.replace(char, "\\" + char)
    return f"%{words}%"


def _view(row: dict[str, Any]) -> ReportView:
    return ReportView(
        report=part(row, "report", Report),
        run=part(row, "run", CurrentRun),
        template=part(row, "template", Template),
        artifact=part(row, "artifact", Artifact) if row["artifact_id"] else None,
        granted=row["granted"],
    )
