"""Accepts a machine-learning report: parse, check, one transaction, answer."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from litestar import Request, Response

from services.api.auth.caller import Caller
from services.api.body import check_values
from services.api.entities.reading import LARGEST, MOST_VALUES
from services.api.idempotency import finalise
from services.api.limits import CREATE_ML, counted
from services.api.reports.access import note, trace_id
from services.api.resources import Resources
from shared.contracts.records import Report
from shared.contracts.states import Format
from shared.db import reports, runs
from shared.domain.ids import new_id, run_id
from shared.observability import metrics
from shared.pipeline.pipeline import Transaction
from shared.pipeline.start import start
from shared.templates.registry import TemplateFolder

from . import wire
from .options import Options
from .request import Asked, read
from .subject import Subject, find

FAMILY = "ml"
_TITLES = {
    "experiment": "Experiment report",
    "model": "Model report",
    "project": "Project report",
    "deployment": "Deployment report",
    "synthgen": "Synthetic data report",
    "privacy_session": "Privacy report",
}

log = structlog.get_logger()


async def accept(
    request: Request[Caller, Any, Any], resources: Resources, body: dict[str, Any]
) -> Response[wire.Created]:
    """Queue the report that a body asks for.

    Raises:
        Unprocessable: naming every field that is wrong.
        NotFound: there is no such project or entity.
    """
    await asyncio.to_thread(check_values, body, most=MOST_VALUES, largest=LARGEST)
    asked = read(body)
    subject = await find(resources, request.user, asked)
    async with counted(request, CREATE_ML), resources.pipeline.transaction() as tx:
        report = await order(tx, request, resources, asked, subject)
        created = wire.Created(report_id=report.id, job_id=wire.job_id(report.run_id), status="queued")
        response = Response(created, status_code=201)
        await finalise(tx.db, request, response)
    return response


async def order(
    tx: Transaction, request: Request[Caller, Any, Any], resources: Resources, asked: Asked, subject: Subject
) -> Report:
    """Store a report and start its run, in this transaction."""
    folder = resources.pipeline.registry.by_key[f"ml_{asked.kind}"]
    report = _report(asked, subject, folder, request.user.id, resources.settings.retention_days)
    await reports.insert(tx.db, report)
    run = await start(
        tx,
        run_id=report.run_id,
        principal_id=report.principal_id,
        workflow=folder.workflow,
        digest=folder.digest,
        inputs=_inputs(asked, subject, report, request.user, folder),
        priority=report.priority,
        report_id=report.id,
        trace_id=trace_id(request),
    )
    for row in subject.inline.rows if subject.inline else ():
        await runs.store_result(tx.db, run.id, *row)
    await note(tx.db, request, "report.create", report.id, template=folder.template.key, entity=str(asked.entity_id))
    log.info("report.accepted", report_id=str(report.id), run_id=report.run_id, kind=asked.kind)
    metrics.REPORTS_ACCEPTED.labels(folder.template.key, report.priority).inc()
    return report


def title(kind: str, options: Options, subject: Subject) -> str:
    """The title that was asked for, or the kind's with the entity's name."""
    return options.title or (f"{_TITLES[kind]}: {subject.name}" if subject.name else _TITLES[kind])[:500]


def _report(asked: Asked, subject: Subject, folder: TemplateFolder, owner: UUID, days: int) -> Report:
    now = datetime.now(UTC)
    told = {"entity_version": subject.version, "inline": subject.inline is not None, "unknown": subject.unknown}
    return Report(
        id=new_id(),
        principal_id=owner,
        template_id=folder.template.id,
        family=FAMILY,
        title=title(asked.kind, asked.options, subject),
        output_format=Format(asked.options.format),
        parameters={"options": asked.options.said, "ignored": asked.options.ignored, **told},
        run_id=run_id(),
        project_id=asked.project_id,
        kind=asked.kind,
        entity_id=asked.entity_id,
        created_at=now,
        updated_at=now,
        expires_at=now + timedelta(days=days),
    )


def _inputs(asked: Asked, subject: Subject, report: Report, caller: Caller, folder: TemplateFolder) -> dict[str, Any]:
    return {
        "reportId": str(report.id),
        "title": report.title,
        "description": "",
        "kind": asked.kind,
        "entityId": str(asked.entity_id),
        "projectId": str(asked.project_id),
        "data": subject.data,
        "parameters": asked.options.said,
        "ignored": asked.options.ignored,
        "outputFormat": report.output_format,
        "author": caller.principal.name,
        "language": asked.options.language,
        "theme": folder.template.theme,
    }
