"""Lists and shows long-form reports."""

from __future__ import annotations

from typing import Any

from litestar import Request

from services.api.auth.caller import Caller
from services.api.body import wrong
from services.api.outlook import Outlook
from services.api.resources import Resources
from shared.db import privacy, reports
from shared.db.pool import Connection
from shared.db.reports import ReportView, Selection

from . import longform, wire
from .access import FAMILY, Guest, prefix
from .result import result_summary
from .share import valid_grants

FARTHEST = 2**40
"""An offset beyond this is as empty as this one, and PostgreSQL can count to it."""


async def index(
    request: Request[Caller, Any, Any],
    resources: Resources,
    *,
    limit: int,
    offset: int,
    status: str | None,
    search: str | None,
    granted: bool,
    include_ml: bool,
) -> wire.Listed:
    """The caller's reports, newest first.

    Raises:
        Rejected: a parameter cannot be read.
    """
    if offset < 0:
        raise wrong("offset", "must not be negative")
    limit, offset = max(1, min(limit, 100)), min(offset, FARTHEST)
    selection = _selection(request.user, status, search, granted=granted, family="" if include_ml else FAMILY)
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


async def show(db: Connection, request: Request[Guest, Any, Any], resources: Resources, view: ReportView) -> wire.Shown:
    """One report."""
    given = [] if view.granted is not None else await valid_grants(db, view.report.id)
    outlook = await resources.outlooks.of_one(db, view)
    workflow = await resources.pipeline.workflow(db, view.run.workflow_digest)
    told = (await privacy.told(db, [view.report.run_id])).get(view.report.run_id)
    shown = longform.detail(
        view,
        workflow,
        outlook,
        prefix=prefix(request),
        result_summary=await result_summary(db, view, told),
        by_token="token" in request.query_params,
        grants=given,
        privacy=told,
    )
    return wire.Shown(report=shown, data=wire.ShownData(report=shown))


def _selection(caller: Caller, status: str | None, search: str | None, *, granted: bool, family: str) -> Selection:
    if search and "\0" in search:
        raise wrong("search", "holds a NUL character; remove it")
    return Selection(
        principal_id=caller.id,
        family=family,
        granted=granted,
        statuses=longform.statuses(status) if status else (),
        search=search or "",
    )
