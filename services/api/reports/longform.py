"""Reports and the queue in the long-form dialect's words. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from services.api.outlook import Outlook
from shared.contracts.states import Format, Priority, RunStatus
from shared.contracts.workflow import Workflow
from shared.db.privacy import Told
from shared.db.reports import ReportView
from shared.domain import progress
from shared.domain.errors import Rejected

from .sharing import GrantBody
from .template_wire import TemplateBody, template_body

STATUS = {
    RunStatus.PENDING: "queued",
    RunStatus.COMPLETED: "completed",
    RunStatus.FAILED: "failed",
    RunStatus.CANCELLED: "cancelled",
}
"""Every other status of a run is ``processing``."""
PROCESSING = "processing"


class NodeBody(msgspec.Struct, frozen=True, kw_only=True):
    """``done`` of ``total`` pieces of a node's work, for instance sections."""

    id: str
    name: str
    status: str
    done: int
    total: int


class ProgressBody(msgspec.Struct, frozen=True, kw_only=True):
    percent: int
    nodes: list[NodeBody]


class ReportSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A report in a list."""

    id: UUID
    run_id: str
    template_id: UUID
    template_name: str
    template: TemplateBody
    user_id: UUID
    generated_by: UUID
    title: str
    description: str
    status: str
    """pending, queued, processing, completed, failed or cancelled"""
    priority: Priority
    progress_percentage: int
    queue_position: int | None
    estimated_completion: datetime | None
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    updated_at: datetime
    expires_at: datetime
    output_format: Format
    honey_jar_id: str | None
    scrambling_enabled: bool
    result_file_id: UUID | None
    file_size_bytes: int | None
    result_size_bytes: int | None
    download_url: str | None
    download_count: int
    error_message: str | None
    error_code: str | None
    retry_count: int
    pii_detected: bool | None = None
    risk_level: str | None = None
    access_type: str
    """owner, grant (its owner has given access), or link (a token was shown)"""
    access_permissions: list[str]
    """What the caller may do with its files: view, download."""
    access_grants: list[GrantBody] = []
    """To whom its owner has given access and not taken it back; only for the owner, and not in a list."""


class ReportDetail(ReportSummary, frozen=True, kw_only=True):
    """A report by itself."""

    parameters: dict[str, Any]
    progress: ProgressBody
    result_summary: dict[str, Any] | None
    scrambling_mapping_id: str | None = None


def summary(
    view: ReportView, workflow: Workflow, outlook: Outlook, *, prefix: str, privacy: Told | None = None
) -> ReportSummary:
    """A report in a list.

    Args:
        prefix: where the caller has reached this API; links carry it.
        privacy: what was found private in it; None: nobody looked.
    """
    percent = progress.percent(workflow, view.run.fold) if view.run.state else _percent(view.run.status)
    return ReportSummary(**_fields(view, outlook, prefix) | _private(privacy), progress_percentage=percent)


def detail(
    view: ReportView,
    workflow: Workflow,
    outlook: Outlook,
    *,
    prefix: str,
    result_summary: dict[str, Any] | None,
    by_token: bool = False,
    grants: list[GrantBody] | None = None,
    privacy: Told | None = None,
) -> ReportDetail:
    """A report with the progress of every node and, for its owner alone, its parameters and what it took.

    Args:
        by_token: it is somebody with a link who looks.
        grants: for its owner.
        privacy: what was found private in it; None: nobody looked.
    """
    fold = view.run.fold
    percent = progress.percent(workflow, fold, view.run.inputs)
    nodes = progress.nodes(workflow, fold, view.run.inputs)
    owned = view.granted is None
    return ReportDetail(
        **_fields(view, outlook, prefix) | _private(privacy) | ({"access_type": "link"} if by_token else {}),
        scrambling_mapping_id=str(privacy.id) if privacy and owned else None,
        access_grants=grants or [],
        progress_percentage=percent,
        parameters=view.report.parameters if owned else {},
        progress=ProgressBody(
            percent=percent,
            nodes=[NodeBody(id=n.id, name=n.name, status=n.status, done=n.done, total=n.total) for n in nodes],
        ),
        result_summary=result_summary if owned else _open_to_others(result_summary),
    )


_OWN = frozenset({"usage", "style_words", "style_chosen", "privacy"})


def _open_to_others(summary: dict[str, Any] | None) -> dict[str, Any] | None:
    """What of a result is about the report itself, and not about what its owner asked and pays for."""
    return {name: value for name, value in summary.items() if name not in _OWN} if summary else None


def status(run_status: RunStatus) -> str:
    return STATUS.get(run_status, PROCESSING)


def statuses(word: str) -> list[RunStatus]:
    """The runs' statuses that a filter means. A report that is ``pending`` is queued here at once.

    Raises:
        Rejected: there is no such status.
    """
    known = {name: [run_status] for run_status, name in STATUS.items()}
    known["pending"] = known["queued"]
    known[PROCESSING] = [run_status for run_status in RunStatus if run_status not in STATUS]
    if word not in known:
        raise Rejected(f"status: must be one of {', '.join(sorted(known))}", details={"field": "status"})
    return known[word]


def minutes(seconds: float) -> str:
    return f"{seconds / 60:.1f} minutes"


def _private(told: Told | None) -> dict[str, Any]:
    return {"pii_detected": bool(told.counts), "risk_level": told.risk} if told else {}


def _fields(view: ReportView, outlook: Outlook, prefix: str) -> dict[str, Any]:
    report, run = view.report, view.run
    file = view.artifact if run.status is RunStatus.COMPLETED else None
    size = file.size_bytes if file else None
    error = run.error or {}
    same = (
        "id", "run_id", "template_id", "title", "description", "priority", "created_at", "expires_at",
        "output_format", "honey_jar_id", "scrambling_enabled", "download_count", "retry_count",
    )  # fmt: skip
    return {
        **{name: getattr(report, name) for name in same},
        "template_name": view.template.name,
        "template": template_body(view.template),
        "access_type": "owner" if view.granted is None else "grant",
        "access_permissions": ["view", "download"] if view.granted is None else view.granted,
        "user_id": report.principal_id,
        "generated_by": report.principal_id,
        "status": status(run.status),
        "queue_position": outlook.position,
        "estimated_completion": outlook.finished_at,
        "started_at": run.started_at,
        "completed_at": run.completed_at,
        "updated_at": max(filter(None, (report.updated_at, run.started_at, run.completed_at))),
        "result_file_id": file.id if file else None,
        "file_size_bytes": size,
        "result_size_bytes": size,
        "download_url": f"{prefix}/{report.id}/download" if file else None,
        "error_message": error.get("message"),
        "error_code": error.get("code"),
    }


def _percent(run_status: RunStatus) -> int:
    return 100 if run_status is RunStatus.COMPLETED else 0
