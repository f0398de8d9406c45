"""Who may see a report here, and what of it: its owner, whom the owner gave access, and who has a token."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, TypeAlias
from uuid import UUID

import msgspec
from litestar import Request
from litestar.handlers.base import BaseRouteHandler

from services.api.auth.caller import Caller, Connection, requires
from shared.contracts.records import Report
from shared.db import audit, grants, reports
from shared.db.grants import Grant
from shared.db.pool import Connection as Db
from shared.db.reports import ReportView
from shared.domain.errors import Forbidden, NotFound
from shared.observability.tracing import Trace

from . import dialect
from .ml import links

READ = ("read", "admin")
WRITE = ("write", "admin")
ASK = ("read", "write", "admin")
"""A key that may read its owner's reports may also ask for them: that is this dialect's promise. It goes no further."""
FAMILY = "longform"

ENDED = "This link has ended: links expire, can be used up and can be taken back. Ask whoever sent it for a new one"
_MAY = {"view": "looked at", "download": "downloaded"}


class Visitor(msgspec.Struct, frozen=True):
    """Somebody who has shown a grant's token instead of a key."""

    grant: Grant
    token: str

    @property
    def id(self) -> str:
        """For logs, limits and the audit log."""
        return f"grant:{self.grant.id}"


Guest: TypeAlias = Caller | Visitor


async def reader(connection: Connection, handler: BaseRouteHandler) -> None:
    """A guard: a caller who may read, or (by ``?token=``) somebody with a grant's token."""
    token = connection.query_params.get("token")
    if token is None:
        await requires(*READ)(connection, handler)
    elif token.startswith(links.PREFIX):
        connection.scope["user"] = _viewer(connection, token)
    else:
        async with connection.app.state.resources.pipeline.database.connect() as db:
            connection.scope["user"] = await visitor(db, token)


async def visitor(db: Db, token: str) -> Visitor:
    """Who shows this token.

    Raises:
        NotFound: there is no such token, or it has expired, was used up or was revoked.
    """
    grant = await grants.by_token(db, token) if len(token) <= grants.LONGEST_TOKEN else None
    if grant is None:
        raise ended()
    return Visitor(grant, token)


async def note(db: Db, request: Request[Any, Any, Any], action: str, report_id: UUID, **details: Any) -> None:
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


async def find(db: Db, request: Request[Any, Any, Any], report_id: str, permission: str = "view") -> ReportView:
    """A report that this guest may see. This is the one place that decides it.

    From here on errors are said in the report's own dialect.

    Args:
        permission: what others than the owner must have been given: ``view`` or ``download``.

    Raises:
        NotFound: there is none, it is another's, this is no id, or the mount is for other reports.
        Forbidden: the guest was given access, but not this.
    """
    guest: Guest = request.user
    view = await _visited(db, guest, report_id) if isinstance(guest, Visitor) else await _own(db, guest, report_id)
    dialect.of_report(request, view.report)
    if view.granted is not None and permission not in view.granted:
        raise Forbidden(
            f"You were given access to this report, but it may not be {_MAY[permission]}",
            details={"permissions": view.granted},
        )
    return view


async def lock(db: Db, request: Request[Caller, Any, Any], report_id: str) -> Report:
    """The caller's own report, held until the transaction ends. Raises like ``find``, but for grants gives nothing."""
    report = await reports.lock(db, request.user.id, _id(report_id))
    if report is not None:
        dialect.of_report(request, report)
        return report
    await find(db, request, report_id)
    raise Forbidden("You were given access to this report; only its owner may do this")


async def used(db: Db, request: Request[Guest, Any, Any], view: ReportView) -> None:
    """A file of this report is handed out: take it from what is left of a grant, and say so in the audit log.

    Raises:
        NotFound: somebody else has used up the token meanwhile, or it was revoked.
    """
    guest: Guest = request.user
    if isinstance(guest, Visitor):
        if await grants.use(db, guest.token, "download", spend=True) is None:
            raise ended()
        await note(db, request, "report.download", view.report.id, grant=str(guest.grant.id))
    elif view.granted is not None:
        grant_id = await grants.used_by(db, view.report.id, guest.id)
        await note(db, request, "report.download", view.report.id, grant=str(grant_id))


def ended() -> NotFound:
    return NotFound(ENDED, code="grant_ended")


def prefix(request: Request[Any, Any, Any]) -> str:
    """Where the client has reached these routes: with a proxy's prefix, and with ours."""
    mount = next((mount for mount in ("/sting", "/ml") if request.scope["path"].startswith(f"{mount}/")), "")
    return f"{request.scope.get('root_path', '').rstrip('/')}{mount}/api/reports"


def trace_id(request: Request[Any, Any, Any]) -> str:
    trace: Trace = request.scope["state"]["trace"]
    return trace.trace_id


def _viewer(connection: Connection, token: str) -> Visitor:
    """Who shows a short-lived link's token."""
    grant = links.read(connection.app.state.settings.secret_key, token, datetime.now(UTC))
    if grant is None:
        raise ended()
    return Visitor(grant, token)


async def _own(db: Db, caller: Caller, report_id: str) -> ReportView:
    view = await reports.view(db, caller.id, _id(report_id))
    if view is None:
        raise NotFound("Report not found")
    return view


async def _visited(db: Db, visitor: Visitor, report_id: str) -> ReportView:
    if visitor.grant.report_id != _id(report_id):
        raise ended()
    view = await reports.shared(db, visitor.grant.report_id, visitor.grant.permissions)
    if view is None:
        raise ended()
    return view


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("Report not found") from None
