"""Ask for reports, list them, look at one, cancel and retry it: in either dialect, on the same paths."""

from __future__ import annotations

from typing import Annotated, Any

import structlog
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from services.api.auth.caller import Caller, requires
from services.api.body import decoded
from services.api.limits import LIST, limited
from services.api.resources import Resources
from shared.contracts.states import RunStatus
from shared.db import reports, runs, webhooks
from shared.domain.errors import Conflict, Rejected
from shared.pipeline import control

from . import create as longform_create
from . import dialect, listing, wire
from .access import ASK, READ, Guest, find, lock, note, reader, trace_id
from .downloads import TOKEN
from .ml import create as ml_create
from .ml import listing as ml_listing
from .ml import wire as ml_wire
from .openapi import ERRORS, CreateOperation

MOST_RETRIES = 3
LONGFORM_ONLY = "Long-form reports only: "
ML_ONLY = "Machine-learning reports only: "

log = structlog.get_logger()


@post(
    "/",
    status_code=201,
    guards=[requires(*ASK)],
    summary="Ask for a report",
    tags=["reports"],
    responses=ERRORS,
    opt={"crash": "Failed to queue report"},
    operation_class=CreateOperation,
)
async def create(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources]
) -> Response[wire.Created] | Response[ml_wire.Created]:
    """Ask for a report: with `template_id` for a long-form one, with `kind`, `project_id` and `entity_id` for one
    about something of machine learning. It is queued at once; follow it at `GET /api/reports/{report_id}`."""
    try:
        body = await decoded(request)
    except Rejected:
        dialect.of_create(request, None)
        raise
    if dialect.of_create(request, body) == "ml":
        return await ml_create.accept(request, resources, body)
    return await longform_create.accept(request, resources, body)


@get(
    "/",
    guards=[requires(*READ), dialect.listing, limited(LIST)],
    summary="List reports",
    tags=["reports"],
    responses=ERRORS,
)
async def index(
    request: Request[Caller, Any, Any],
    resources: NamedDependency[Resources],
    limit: Annotated[int, QueryParameter(description="1 to 100, or 500 of machine-learning reports.")] = 50,
    offset: Annotated[int, QueryParameter(description="How many to skip.")] = 0,
    status: Annotated[str | None, QueryParameter(description=f"{LONGFORM_ONLY}of this status.")] = None,
    search: Annotated[
        str | None, QueryParameter(description=f"{LONGFORM_ONLY}what the title or the description contains.")
    ] = None,
    granted: Annotated[
        bool, QueryParameter(description=f"{LONGFORM_ONLY}others' that the caller was given access to.")
    ] = False,
    include_ml: Annotated[
        bool, QueryParameter(description=f"{LONGFORM_ONLY}machine-learning ones among them, in the same shape.")
    ] = False,
    project_id: Annotated[str | None, QueryParameter(description=f"{ML_ONLY}of this project.")] = None,  # noqa: ARG001 - read with the others of its dialect
    kind: Annotated[str | None, QueryParameter(description=f"{ML_ONLY}of this kind.")] = None,  # noqa: ARG001
    entity_id: Annotated[str | None, QueryParameter(description=f"{ML_ONLY}about this.")] = None,  # noqa: ARG001
) -> wire.Listed | ml_wire.Listed:
    """The caller's reports of one dialect, newest first.

    `project_id`, `kind` or `entity_id` asks for machine-learning reports, `status` or `search` for long-form ones.
    With none of these a path without a slash at its end does the former, one with a slash the latter.
    """
    if dialect.chosen(request) == "ml":
        return await ml_listing.index(request, resources)
    return await listing.index(
        request,
        resources,
        limit=limit,
        offset=offset,
        status=status,
        search=search,
        granted=granted,
        include_ml=include_ml,
    )


@get("/{report_id:str}", guards=[reader], summary="Look at a report", tags=["reports"], responses=ERRORS)
async def show(
    request: Request[Guest, Any, Any],
    resources: NamedDependency[Resources],
    report_id: FromPath[str],
    token: Annotated[str | None, QueryParameter(description=TOKEN)] = None,  # noqa: ARG001 - the guard has read it
) -> wire.Shown | ml_wire.Shown:
    """One report, in the words of its own dialect: how far it is, and where its file is when it is done."""
    async with resources.pipeline.database.connect() as db:
        view = await find(db, request, report_id)
        if dialect.chosen(request) == "ml":
            return await ml_listing.show(db, resources, view)
        return await listing.show(db, request, resources, view)


@post(
    "/{report_id:str}/cancel",
    status_code=200,
    guards=[requires(*ASK)],
    summary="Cancel a report",
    tags=["reports"],
    responses=ERRORS,
)
async def cancel(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources], report_id: FromPath[str]
) -> wire.Said | ml_wire.Ok:
    """Stop a report that waits or is being made. Cancelling it twice changes nothing."""
    async with resources.pipeline.transaction() as tx:
        report = await lock(tx.db, request, report_id)
        try:
            await control.cancel(resources.pipeline, tx, report.run_id, by=str(request.user.id))
        except Conflict as error:
            why = error.message.replace("the run", "it")
            raise Conflict(f"Report cannot be cancelled: {why}", code=error.code) from None
        await note(tx.db, request, "report.cancel", report.id)
    log.info("report.cancelled", report_id=str(report.id), run_id=report.run_id)
    said = "Report cancelled successfully"
    return ml_wire.Ok(message=said) if dialect.chosen(request) == "ml" else wire.Said(message=said)


@post(
    "/{report_id:str}/retry",
    status_code=200,
    guards=[requires(*ASK)],
    summary="Make a report again",
    tags=["reports"],
    responses=ERRORS,
)
async def retry(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources], report_id: FromPath[str]
) -> wire.Retried | ml_wire.Started:
    """Make a failed or cancelled report again from where it stopped, three times at most."""
    async with resources.pipeline.transaction() as tx:
        report = await lock(tx.db, request, report_id)
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
    said = "Report requeued for processing"
    if dialect.chosen(request) == "ml":
        return ml_wire.Started(report_id=report.id, job_id=ml_wire.job_id(again.id), status="queued", message=said)
    return wire.Retried(report_id=report.id, run_id=again.id, status="queued", message=said)


HANDLERS = [create, index, show, cancel, retry]
