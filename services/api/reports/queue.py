"""How the queue is, for anybody, and whether this API works."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency

from services.api import health
from services.api.auth.caller import identify
from services.api.figures import wait_seconds
from services.api.resources import Resources
from shared.db import privacy, reports
from shared.domain.errors import Unavailable
from shared.queue.stats import QueueStats

from . import wire
from .longform import minutes


@get(["/queue/status", "/public/queue/status"], summary="Look at the queue", tags=["queue"], security=[{}])
async def status(request: Request[Any, Any, Any], resources: NamedDependency[Resources]) -> wire.QueueStatus:
    """The queue's figures; with a key also how many of its owner's reports are active."""
    stats = await resources.figures.read()
    if stats is None:
        raise Unavailable("The queue's figures cannot be read at the moment; reports are accepted all the same")
    caller = await identify(request)
    active = None
    if caller is not None:
        async with resources.pipeline.database.connect() as db:
            active = await reports.active(db, caller.id)
    return wire.QueueStatus(data=_data(stats, resources.outlooks.usual_s, active))


@get("/health", summary="Ask whether this API works", tags=["health"], security=[{}])
async def healthy(resources: NamedDependency[Resources]) -> Response[wire.Health]:
    """Whether reports can be asked for and handed out."""
    parts = await health.check(resources)
    well = all(said == "ok" for said in parts.values())
    body = wire.Health(
        success=well,
        status="healthy" if well else "unhealthy",
        database_connected=parts["database"] == "ok",
        report_service="available" if well else "degraded",
        timestamp=datetime.now(UTC),
        name_model=await _name_model(resources) if parts["database"] == "ok" else wire.NameModel(),
    )
    return Response(body, status_code=200 if well else 503)


HANDLERS = [status, healthy]


async def _name_model(resources: Resources) -> wire.NameModel:
    async with resources.pipeline.database.connect() as db:
        said = await privacy.ability(db)
    return wire.NameModel(installed=said["installed"], model=said["model"])


def _data(stats: QueueStats, usual_s: float, active: int | None) -> wire.QueueData:
    pending, running = sum(stats.pending.values()), sum(stats.running.values())
    average = usual_s if stats.average_seconds is None else stats.average_seconds
    return wire.QueueData(
        queue_name="default",
        pending_reports=pending,
        processing_reports=running,
        completed_today=stats.completed_today,
        failed_today=stats.failed_today,
        average_processing_time=minutes(average),
        waiting_for_people=sum(stats.parked.values()),
        estimated_wait_time=minutes(wait_seconds(stats, average)),
        total_pending=pending,
        currently_processing=running,
        avg_processing_time_seconds=round(average, 3),
        timestamp=stats.read_at,
        user_active_reports=active,
    )
