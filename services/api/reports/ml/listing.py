"""Lists and shows machine-learning reports."""

from __future__ import annotations

from typing import Any

from litestar import Request

from services.api.auth.caller import Caller
from services.api.entities.paging import ident, part, unfit
from services.api.resources import Resources
from shared.db import reports
from shared.db.pool import Connection
from shared.db.reports import ReportView, Selection
from shared.domain import progress

from . import wire
from .create import FAMILY
from .request import KINDS
from .summary import summaries, summary

_KINDS = (*KINDS, "privacy_session")


async def index(request: Request[Caller, Any, Any], resources: Resources) -> wire.Listed:
    """The caller's reports, newest first: ``project_id``, ``kind``, ``entity_id``, ``limit``, ``offset``.

    Raises:
        Unprocessable: a parameter cannot be read.
    """
    kind = request.query_params.get("kind") or None
    if kind is not None and kind not in _KINDS:
        raise unfit("kind", f"must be one of {', '.join(_KINDS)}", "literal_error")
    selection = Selection(
        principal_id=request.user.id,
        family=FAMILY,
        project_id=ident(request, "project_id"),
        kind=kind,
        entity_id=ident(request, "entity_id"),
    )
    asked = part(request)
    async with resources.pipeline.database.connect() as db:
        total = await reports.count(db, selection)
        found = await reports.page(db, selection, limit=asked.limit, offset=asked.offset)
        told = await summaries(db, found)
    items = [wire.item(view, told.get(view.report.run_id, {})) for view in found]
    return wire.Listed(items=items, total=total, limit=asked.limit, offset=asked.offset)


async def show(db: Connection, resources: Resources, view: ReportView) -> wire.Shown:
    """One report."""
    workflow = await resources.pipeline.workflow(db, view.run.workflow_digest)
    percent = progress.percent(workflow, view.run.fold, view.run.inputs)
    return wire.Shown(report=wire.detail(view, await summary(db, view), percent))
