"""Accepts a long-form report: parse, check, one transaction, answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from litestar import Request, Response

from services.api.auth.caller import Caller
from services.api.body import check_values
from services.api.conversations.context import context
from services.api.idempotency import finalise
from services.api.knowledge import access as jars
from services.api.limits import CREATE, counted
from services.api.resources import Resources
from services.api.settings import Settings
from shared.contracts.records import Report
from shared.db import reports, webhooks
from shared.domain import addresses
from shared.domain.errors import Rejected
from shared.domain.ids import new_id, run_id
from shared.observability import metrics
from shared.pipeline.start import start
from shared.templates import own

from . import catalog, measured, wire
from .access import FAMILY, note, trace_id
from .request import Order, check, read

log = structlog.get_logger()


async def accept(
    request: Request[Caller, Any, Any], resources: Resources, body: dict[str, Any]
) -> Response[wire.Created]:
    """Queue the long-form report that a body asks for.

    Raises:
        Rejected: naming the field that is wrong.
        NotFound: there is no such template or knowledge base.
    """
    check_values(body)
    asked = read(body, most_bytes=resources.settings.parameters_limit_bytes)
    async with resources.pipeline.database.connect() as db:
        known = await catalog.one(db, resources.pipeline.registry, asked.template_id)
        if asked.honey_jar_id:
            await jars.find(db, request.user, asked.honey_jar_id, "read", field="honey_jar_id")
        talk = await context(db, request.user, asked.parameters)
    order = check(asked, known.usable(asked.template_id, request.user))
    measured.check(order, request.user)
    callback = _callback(asked.callback_url, resources.settings)
    report = _report(order, request.user, timedelta(days=resources.settings.retention_days))
    async with counted(request, CREATE), resources.pipeline.transaction() as tx:
        await reports.insert(tx.db, report)
        await start(
            tx,
            run_id=report.run_id,
            principal_id=report.principal_id,
            workflow=order.folder.workflow,
            digest=order.folder.digest,
            inputs=_inputs(order, report, request.user) | {"conversation": talk},
            priority=report.priority,
            report_id=report.id,
            callback_url=callback,
            trace_id=trace_id(request),
        )
        if callback is not None:
            await webhooks.create_callback(tx.db, report.principal_id, report.run_id, callback)
        await note(tx.db, request, "report.create", report.id, template=order.folder.template.key)
        outlook = await resources.outlooks.of_new(tx.db, report.run_id, order.folder.template)
        data = wire.CreatedData(
            report=_brief(report), queue_position=outlook.position, estimated_completion=outlook.finished_at
        )
        response = Response(wire.Created(data=data), status_code=201)
        await finalise(tx.db, request, response)
    log.info("report.accepted", report_id=str(report.id), run_id=report.run_id, priority=report.priority)
    made_by = order.folder.template.base or order.folder.template.key
    metrics.REPORTS_ACCEPTED.labels(made_by, report.priority).inc()
    return response


def _report(order: Order, caller: Caller, kept_for: timedelta) -> Report:
    now = datetime.now(UTC)
    asked, template = order.asked, order.folder.template
    scramble = template.requires_scrambling if asked.scrambling_enabled is None else asked.scrambling_enabled
    return Report(
        id=new_id(),
        principal_id=caller.id,
        template_id=template.id,
        family=FAMILY,
        title=asked.title,
        description=asked.description,
        priority=asked.priority,
        output_format=asked.output_format,
        parameters=asked.parameters,
        honey_jar_id=asked.honey_jar_id,
        scrambling_enabled=scramble,
        run_id=run_id(),
        created_at=now,
        updated_at=now,
        expires_at=now + kept_for,
    )


def _callback(url: str | None, settings: Settings) -> str | None:
    """Raises ``Rejected`` for a URL that we do not call."""
    if url is None:
        return None
    try:
        return addresses.parse(url, allow_private=settings.webhook_allow_private).url
    except Rejected as error:
        details = {"field": "callback_url"}
        raise Rejected(f"callback_{error.message}", code=error.code, details=details) from None


def _inputs(order: Order, report: Report, caller: Caller) -> dict[str, Any]:
    return {
        "reportId": str(report.id),
        "title": report.title,
        "description": report.description,
        "query": order.query,
        "parameters": report.parameters,
        "outputFormat": report.output_format,
        "author": caller.principal.name,
        "language": order.language,
        "theme": order.folder.template.theme,
        "honeyJarId": report.honey_jar_id,
        "scrambling": report.scrambling_enabled,
        "scramblingProfile": order.folder.template.scrambling_profile,
        "template": own.told(order.folder.template, report.parameters),
    }


def _brief(report: Report) -> wire.Brief:
    return wire.Brief(
        id=report.id,
        run_id=report.run_id,
        title=report.title,
        status="queued",
        priority=report.priority,
        created_at=report.created_at,
        output_format=report.output_format,
    )
