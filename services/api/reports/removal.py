"""Delete a report, with everything that belongs to it."""

from __future__ import annotations

from typing import Any

import structlog
from litestar import Request, delete
from litestar.di import NamedDependency
from litestar.params import FromPath

from services.api.auth.caller import Caller, requires
from services.api.resources import Resources
from shared.db import reports
from shared.pipeline.removal import remove, stop

from . import dialect, wire
from .access import WRITE, lock, note
from .ml import wire as ml_wire
from .openapi import ERRORS

log = structlog.get_logger()


@delete(
    "/{report_id:str}",
    status_code=200,
    guards=[requires(*WRITE)],
    opt={"operation": "delete"},
    summary="Delete a report",
    tags=["reports"],
    responses=ERRORS,
)
async def delete_report(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources], report_id: FromPath[str]
) -> wire.Said | ml_wire.Ok:
    """Delete a report for good: its runs, files, links and grants. One that is being made is cancelled first."""
    # In two transactions: who follows the run hears how it ended before it is gone.
    while True:
        async with resources.pipeline.transaction() as tx:
            report = await lock(tx.db, request, report_id)
            await stop(resources.pipeline, tx, report.id, by=str(request.user.id))
        async with resources.pipeline.transaction() as tx:
            report = await lock(tx.db, request, report_id)
            if await reports.active_runs(tx.db, report.id):
                continue  # it was started again in between
            objects = await remove(tx, [report.id])
            await note(tx.db, request, "report.delete", report.id)
        break
    log.info("report.deleted", report_id=report_id, run_id=report.run_id, objects=objects)
    said = "Report deleted successfully"
    return ml_wire.Ok(message=said) if dialect.chosen(request) == "ml" else wire.Said(message=said)


HANDLERS = [delete_report]
