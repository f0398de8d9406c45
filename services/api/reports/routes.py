"""List, look at, cancel and retry reports."""

from __future__ import annotations

from typing import Annotated, Any

import structlog
from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from services.api.auth.caller import Caller, requires
from services.api.body import wrong
from services.api.limits import LIST, limited
from services.api.outlook import Outlook
from services.api.resources import Resources
from shared.contracts.states import RunStatus
from shared.db import privacy, reports, runs, webhooks
from shared.db.reports import Selection
from shared.domain.errors import Conflict
from shared.pipeline import control

from . import longform, wire
from .access import FAMILY, READ, WRITE, Guest, find, lock, note, prefix, reader, trace_id
from .downloads import TOKEN
from .openapi import ERRORS
from .result import result_summary
from .share import valid_grants

MOST_RETRIES = 3
FARTHEST = 2**40
"""An offset beyond this is as empty as this one, and PostgreSQL can count to it."""

log = structlog.get_logger()


@get("/", guards=[requires(*READ), limited(LIST)], summary="List reports", tags=["reports"], responses=ERRORS)
async def index(
    request: Request[Caller, Any, Any],
    resources: NamedDependency[Resources],
    limit: Annotated[int, QueryParameter(description="1 to 100; outside of that it is moved to the nearest.")] = 50,
    offset: Annotated[int, QueryParameter(description="How many to skip.")] = 0,
    status: Annotated[str | None, QueryParameter(description="Only reports of this status.")] = None,
    search: Annotated[str | None, QueryParameter(description="What the title or the description contains.")] = None,
    granted: Annotated[
        bool, QueryParameter(description="Others' reports that the caller was given access to.")
    ] = False,
) -> wire.Listed:
    """The caller's reports, newest first."""
    if offset < 0:
        raise wrong("offset", "must not be negative")
    limit, offset = max(1, min(limit, 100)), min(offset, FARTHEST)
    selection = _selection(request.user, status, search, granted=granted)
    async with resources.pipeline.database.connect() as db:
        total = await reports.count(db, selection)
        found = await reports.page(db, selection, limit=limit, offset=offset)
        outlooks = await resources.outlooks.of(db, found)
        workflows = [await resources.pipeline.workflow(db, view.run.workflow_digest) for view in found]
        told = await privacy.told(db, [view.report.run_id for view in found])
    shown = [
        longform.summary(
            view,
            workflow,
            outlooks.get(view.report.id, Outlook()),
            prefix=prefix(request),
            privacy=told.get(view.report.run_id),
        )
        for view, workflow in zip(found, workflows, strict=True)
    ]
    pagination = wire.Pagination(total=total, limit=limit, offset=offset, has_more=offset + len(found) < total)
    return wire.Listed(data=wire.ListedData(reports=shown, pagination=pagination))


@get("/{report_id:str}", guards=[reader], summary="Look at a report", tags=["reports"], responses=ERRORS)
async def show(
    request: Request[Guest, Any, Any],
    resources: NamedDependency[Resources],
    report_id: FromPath[str],
    token: Annotated[str | None, QueryParameter(description=TOKEN)] = None,
) -> wire.Shown:
    """One report: how far it is, and where its file is when it is done."""
    async with resources.pipeline.database.connect() as db:
        view = await find(db, request.user, report_id)
        given = [] if view.granted is not None else await valid_grants(db, view.report.id)
        outlook = await resources.outlooks.of_one(db, view)
        workflow = await resources.pipeline.workflow(db, view.run.workflow_digest)
        told = (await privacy.told(db, [view.report.run_id])).get(view.report.run_id)
        result = await result_summary(db, view, told)
    shown = longform.detail(
        view,
        workflow,
        outlook,
        prefix=prefix(request),
        result_summary=result,
        by_token=token is not None,
        grants=given,
        privacy=told,
    )
    return wire.Shown(report=shown, data=wire.ShownData(report=shown))


@post(
    "/{report_id:str}/cancel",
    status_code=200,
    guards=[requires(*WRITE)],
    summary="Cancel a report",
    tags=["reports"],
    responses=ERRORS,
)
async def cancel(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources], report_id: FromPath[str]
) -> wire.Said:
    """Stop a report that waits or is being made. Cancelling it twice changes nothing."""
    async with resources.pipeline.transaction() as tx:
        report = await lock(tx.db, request.user, report_id)
        try:
            await control.cancel(resources.pipeline, tx, report.run_id, by=str(request.user.id))
        except Conflict as error:
            why = error.message.replace("the run", "it")
            raise Conflict(f"Report cannot be cancelled: {why}", code=error.code) from None
        await note(tx.db, request, "report.cancel", report.id)
    log.info("report.cancelled", report_id=str(report.id), run_id=report.run_id)
    return wire.Said(message="Report cancelled successfully")


@post(
    "/{report_id:str}/retry",
    status_code=200,
    guards=[requires(*WRITE)],
    summary="Make a report again",
    tags=["reports"],
    responses=ERRORS,
)
async def retry(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources], report_id: FromPath[str]
) -> wire.Retried:
    """Make a failed or cancelled report again from where it stopped, three times at most."""
    async with resources.pipeline.transaction() as tx:
        report = await lock(tx.db, request.user, report_id)
        run = await runs.get(tx.db, report.run_id)
        if run is None or run.status not in {RunStatus.FAILED, RunStatus.CANCELLED}:
            raise Conflict("Report cannot be retried: only a failed or cancelled one can", code="not_retryable")
        if report.retry_count >= MOST_RETRIES:
            raise Conflict(f"Report cannot be retried: that was done {MOST_RETRIES} times", code="retries_spent")
        again = await control.retry(resources.pipeline, tx, run, trace_id=trace_id(request))
        if again.callback_url is not None:
            await webhooks.create_callback(tx.db, report.principal_id, again.id, again.callback_url)
        await reports.retried(tx.db, report.id, again.id)
        await note(tx.db, request, "report.retry", report.id, run=again.id)
    log.info("report.retried", report_id=str(report.id), run_id=again.id, source_run_id=run.id)
    return wire.Retried(report_id=report.id, run_id=again.id, status="queued", message="Report requeued for processing")


HANDLERS = [index, show, cancel, retry]


def _selection(caller: Caller, status: str | None, search: str | None, *, granted: bool) -> Selection:
    if search and "\0" in search:
        raise wrong("search", "holds a NUL character; remove it")
    return Selection(
        principal_id=caller.id,
        family=FAMILY,
        granted=granted,
        statuses=longform.statuses(status) if status else (),
        search=search or "",
    )
