"""Machine-learning reports and their jobs as clients see them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from shared.contracts.records import Report
from shared.contracts.states import RunStatus
from shared.db.reports import CurrentRun, ReportView

STATUS = {
    RunStatus.PENDING: "queued",
    RunStatus.COMPLETED: "succeeded",
    RunStatus.FAILED: "failed",
    RunStatus.CANCELLED: "failed",
}
"""Every other status of a run is ``running``. Clients wait for ever on a word that they do not know."""
CANCELLED = "cancelled"
"""The error of a report that somebody has cancelled."""
JOB = "report_generate"


class Created(msgspec.Struct, frozen=True, kw_only=True):
    """A report that was just accepted."""

    report_id: UUID
    job_id: UUID
    status: str


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A report in a list."""

    id: UUID
    project_id: UUID | None
    kind: str
    entity_id: UUID | None
    title: str
    status: str
    """queued, running, succeeded or failed"""
    summary: dict[str, Any]
    """Empty until it has succeeded."""
    artifact_id: UUID | None
    created_at: datetime


class Detail(Item, frozen=True, kw_only=True):
    """A report by itself."""

    options: dict[str, Any]
    job_id: UUID
    progress: int
    format: str
    started_at: datetime | None
    finished_at: datetime | None
    expires_at: datetime
    error: str | msgspec.UnsetType | None = msgspec.UNSET
    """Why it failed."""


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    report: Detail


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    items: list[Item]
    total: int
    limit: int
    offset: int


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """The work on a report, or on an entity's figures."""

    id: UUID
    kind: str
    status: str
    progress: int
    report_id: UUID | None
    project_id: UUID | None
    result: dict[str, Any]
    error: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class OneJob(msgspec.Struct, frozen=True, kw_only=True):
    job: Job


class Ok(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for was done."""

    ok: bool = True
    message: str


class Started(Ok, frozen=True, kw_only=True):
    """A report is made again."""

    report_id: UUID
    job_id: UUID
    status: str


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """An address that shows a report without a key, for a short time."""

    url: str
    token: str
    expires_at: datetime


def status(run_status: RunStatus) -> str:
    return STATUS.get(run_status, "running")


def job_id(run_id: str) -> UUID:
    """A report's job is its current run."""
    return UUID(run_id.removeprefix("run-"))


def run_id(job: UUID) -> str:
    """The run that a job is."""
    return f"run-{job.hex}"


def item(view: ReportView, summary: Mapping[str, Any]) -> Item:
    """A report in a list."""
    return Item(**_fields(view, summary))


def detail(view: ReportView, summary: Mapping[str, Any], progress: int) -> Detail:
    """A report by itself. Its options are its owner's."""
    report, run = view.report, view.run
    error = why(run)
    return Detail(
        **_fields(view, summary),
        options=report.parameters.get("options", {}) if view.granted is None else {},
        job_id=job_id(report.run_id),
        progress=progress,
        format=report.output_format,
        started_at=run.started_at,
        finished_at=run.completed_at,
        expires_at=report.expires_at,
        error=error if error is not None else msgspec.UNSET,
    )


def why(run: CurrentRun) -> str | None:
    """Why a run has failed; None while it has not."""
    if run.status is RunStatus.CANCELLED:
        return CANCELLED
    if run.status is not RunStatus.FAILED:
        return None
    return str((run.error or {}).get("message") or "the report could not be made")


def result(report: Report, view: ReportView) -> dict[str, Any]:
    """What a job has led to."""
    done = view.run.status is RunStatus.COMPLETED and view.artifact is not None
    return {"report_id": report.id, "artifact_id": view.artifact.id if done and view.artifact else None}


def _fields(view: ReportView, summary: Mapping[str, Any]) -> dict[str, Any]:
    report, done = view.report, view.run.status is RunStatus.COMPLETED
    return {
        "id": report.id,
        "project_id": report.project_id,
        "kind": report.kind or "",
        "entity_id": report.entity_id,
        "title": report.title,
        "status": status(view.run.status),
        "summary": dict(summary) if done else {},
        "artifact_id": view.artifact.id if done and view.artifact else None,
        "created_at": report.created_at,
    }
