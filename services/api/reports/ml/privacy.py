"""The report on a privacy session, which is asked for by its address and waited for."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from services.api.auth.caller import Caller, requires
from services.api.entities.access import find as find_entity
from services.api.entities.openapi import ERRORS
from services.api.limits import CREATE_ML, DOWNLOAD, counted, limited
from services.api.reports.access import READ
from services.api.reports.files import file_name, of_view, open_file
from services.api.resources import Resources
from shared.contracts.records import Report
from shared.contracts.states import RunStatus
from shared.db import reports
from shared.db.entities import Entity
from shared.db.reports import ReportView, Selection
from shared.domain.errors import Conflict, NotFound, Unavailable
from shared.storage.keys import attachment

from .create import FAMILY, order
from .options import Options
from .request import Asked
from .subject import Subject

KIND = "privacy_session"
WAIT_S = 20.0
"""Clients give up after thirty seconds; they come back after a refusal."""
_DETECTED = frozenset({"detected", "transforming", "transformed", "completed", "succeeded"})


@get(
    "/privacy/sessions/{session_id:str}/report",
    guards=[requires(*READ), limited(DOWNLOAD)],
    summary="Download a privacy session's report",
    tags=["ml reports"],
    responses=ERRORS,
    media_type="application/pdf",
    response_description="The PDF",
)
async def report(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources], session_id: FromPath[str]
) -> Response[Any]:
    """The PDF about a session whose detection has finished. It is made once for what was pushed last, and kept."""
    made = await _made(request, resources, session_id)
    await _finished(resources, made.run_id)
    async with resources.pipeline.database.connect() as db:
        view = await reports.view(db, request.user.id, made.id)
        if view is None:
            raise NotFound("Report not found")
        if not view.run.status.terminal:
            raise Unavailable("The report is still being made; ask again in a moment")
        artifact = await of_view(db, view, "pdf")
    opened = await open_file(resources, artifact)
    headers = {"Content-Type": artifact.media_type, "Content-Disposition": attachment(file_name(made, "pdf"))}
    return opened.response(headers)


HANDLERS = [report]


async def _made(request: Request[Caller, Any, Any], resources: Resources, session_id: str) -> Report:
    """The report on the session as it is now: one that is there, or a new one, which alone counts as asked for."""
    async with resources.pipeline.database.connect() as db:
        session = await find_entity(db, request.user, KIND, session_id)
        if session.status.lower() not in _DETECTED:
            said = session.status or "unknown"
            raise Conflict(f"The session's detection has not finished: its status is {said}", code="not_ready")
        if (kept := await _kept(db, request.user, session)) is not None:
            return kept
    async with counted(request, CREATE_ML), resources.pipeline.transaction() as tx:
        session = await find_entity(tx.db, request.user, KIND, session_id, lock=True)
        if (kept := await _kept(tx.db, request.user, session)) is not None:
            return kept
        asked = Asked(project_id=session.project_id or session.id, kind=KIND, entity_id=session.id, options=Options())
        return await order(tx, request, resources, asked, Subject(name=session.name, version=session.version))


async def _kept(db: Any, caller: Caller, session: Entity) -> Report | None:
    """The report that is there already of what was pushed last."""
    selection = Selection(principal_id=caller.id, family=FAMILY, kind=KIND, entity_id=session.id)
    for view in await reports.page(db, selection, limit=5, offset=0):
        if await _current(db, caller, view, session):
            return view.report
    return None


async def _current(db: Any, caller: Caller, listed: ReportView, session: Entity) -> bool:
    """Whether a report is of what was pushed last, and has not failed."""
    if listed.run.status in {RunStatus.FAILED, RunStatus.CANCELLED}:
        return False
    view = await reports.view(db, caller.id, listed.report.id)
    return view is not None and view.report.parameters.get("entity_version") == session.version


async def _finished(resources: Resources, run_id: str) -> None:
    """Wait until a run has ended, or long enough."""
    until = datetime.now(UTC).timestamp() + WAIT_S
    async with resources.feeds.watch(run_id) as feed:
        while not feed.ended and (left := until - datetime.now(UTC).timestamp()) > 0:
            await feed.after(feed.last, wait_s=left)
