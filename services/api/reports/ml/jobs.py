"""The jobs that clients wait for: a report's current run, or the computing of an entity's figures."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Request, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from services.api.auth.caller import Caller, requires
from services.api.entities.openapi import ERRORS
from services.api.reports.access import READ
from services.api.resources import Resources
from shared.contracts.records import Run
from shared.db import reports, runs
from shared.db.reports import CurrentRun, ReportView
from shared.domain import progress
from shared.domain.errors import NotFound
from shared.domain.state import RunState
from shared.templates.internal_workflows import ML_COMPUTE

from . import wire


@get("/jobs/{job_id:str}", guards=[requires(*READ)], summary="Look at a job", tags=["jobs"], responses=ERRORS)
async def job(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources], job_id: FromPath[str]
) -> wire.OneJob:
    """How far the work on a report is: queued, running, succeeded or failed."""
    async with resources.pipeline.database.connect() as db:
        found = await runs.with_state(db, _run_id(job_id))
        if found is None or found[0].principal_id != request.user.id:
            raise NotFound("Job not found")
        run, state = found
        view = await reports.view(db, request.user.id, run.report_id) if run.report_id else None
        if view is None and run.workflow_id != ML_COMPUTE:
            raise NotFound("Job not found")
        workflow = await resources.pipeline.workflow(db, run.workflow_digest)
    percent = progress.percent(workflow, state, run.inputs)
    return wire.OneJob(job=_job(run, state, view, percent))


HANDLERS = [job]


def _job(run: Run, state: RunState, view: ReportView | None, percent: int) -> wire.Job:
    now = CurrentRun(
        status=run.status,
        started_at=run.started_at,
        completed_at=run.completed_at,
        workflow_digest=run.workflow_digest,
        error=state.error,
    )
    return wire.Job(
        id=wire.job_id(run.id),
        kind=wire.JOB if view else "ml_compute",
        status=wire.status(run.status),
        progress=percent,
        report_id=run.report_id,
        project_id=view.report.project_id if view else None,
        result=wire.result(view.report, view) if view else _computed(state),
        error=wire.why(now),
        created_at=run.created_at,
        started_at=run.started_at,
        finished_at=run.completed_at,
    )


def _computed(state: RunState) -> dict[str, Any]:
    node = state.nodes.get("compute")
    return dict(node.outputs) if node else {}


def _run_id(text: str) -> str:
    try:
        return wire.run_id(UUID(text.removeprefix("run-")))
    except ValueError:
        raise NotFound("Job not found") from None
