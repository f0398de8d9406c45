"""Whose reports these routes show, and which they do not."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Request

from services.api.auth.caller import Caller
from shared.contracts.records import Report
from shared.db import audit, reports
from shared.db.pool import Connection
from shared.db.reports import ReportView
from shared.domain.errors import NotFound
from shared.observability.tracing import Trace

READ = ("read", "admin")
WRITE = ("read", "write", "admin")
"""A key that may read its owner's reports may also ask for them: that is this dialect's promise."""
FAMILY = "longform"


async def note(
    db: Connection, request: Request[Caller, Any, Any], action: str, report_id: UUID, **details: Any
) -> None:
    """Say in the audit log who did what to a report, in the transaction that does it."""
    await audit.append(
        db,
        actor=str(request.user.id),
        action=action,
        object_kind="report",
        object_id=str(report_id),
        trace_id=trace_id(request),
        details=details,
    )


async def find(db: Connection, caller: Caller, report_id: str) -> ReportView:
    """The caller's report.

    Raises:
        NotFound: there is none, it is another's, or this is no id.
    """
    view = await reports.view(db, caller.id, _id(report_id))
    if view is None:
        raise NotFound("Report not found")
    return view


async def lock(db: Connection, caller: Caller, report_id: str) -> Report:
    """The caller's report, held until the transaction ends. Raises ``NotFound`` like ``find``."""
    report = await reports.lock(db, caller.id, _id(report_id))
    if report is None:
        raise NotFound("Report not found")
    return report


def prefix(request: Request[Any, Any, Any]) -> str:
    """Where the client has reached these routes: with a proxy's prefix, and with ours."""
    mount = "/sting" if request.scope["path"].startswith("/sting/") else ""
    return f"{request.scope.get('root_path', '').rstrip('/')}{mount}/api/reports"


def trace_id(request: Request[Any, Any, Any]) -> str:
    trace: Trace = request.scope["state"]["trace"]
    return trace.trace_id


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("Report not found") from None
