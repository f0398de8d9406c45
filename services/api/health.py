"""Whether this process lives, whether its parts answer, and its metrics."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import msgspec
import structlog
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers.base import BaseRouteHandler

from shared.domain.errors import Unavailable
from shared.observability import metrics

from .resources import Resources

PATIENCE_S = 2.0

log = structlog.get_logger()


class Live(msgspec.Struct, frozen=True):
    status: str = "ok"


class Ready(msgspec.Struct, frozen=True, kw_only=True):
    """``status`` is ``ok`` when every part is; a part is ``ok`` or says why not."""

    status: str
    parts: dict[str, str]


def handlers() -> list[BaseRouteHandler]:
    return [live, ready, prometheus]


@get("/health/live", summary="Ask whether the process lives", tags=["health"], security=[{}])
async def live() -> Live:
    """This process runs and answers."""
    return Live()


@get("/health/ready", summary="Ask whether every part answers", tags=["health"], security=[{}])
async def ready(resources: NamedDependency[Resources]) -> Response[Ready]:
    """Asks every part at the same time; 503 names those that do not answer."""
    parts = await check(resources)
    well = all(said == "ok" for said in parts.values())
    if not well:
        log.warning("health.unready", **parts)
    return Response(Ready(status="ok" if well else "unavailable", parts=parts), status_code=200 if well else 503)


@get("/metrics", summary="Read the metrics", tags=["health"], security=[{}], media_type="text/plain")
async def prometheus(resources: NamedDependency[Resources]) -> Response[bytes]:
    """Metrics in Prometheus's text format."""
    await _measure_queue(resources)
    return Response(metrics.text(), headers={"Content-Type": metrics.MEDIA_TYPE})


async def check(resources: Resources) -> dict[str, str]:
    """Each part by name: ``ok``, or what is wrong."""
    asked = {
        "database": asyncio.create_task(_database(resources)),
        "queue": asyncio.create_task(_queue(resources)),
        "store": asyncio.create_task(_store(resources)),
    }
    # Not wait_for: a driver may take its time to give up, and nobody waits for that here.
    await asyncio.wait(asked.values(), timeout=PATIENCE_S)
    return {name: _said(task) for name, task in asked.items()}


def _said(task: asyncio.Task[None]) -> str:
    if not task.done():
        task.add_done_callback(lambda late: late.cancelled() or late.exception())
        task.cancel()
        return f"no answer within {PATIENCE_S:g} s"
    error = task.exception()
    if error is None:
        return "ok"
    if isinstance(error, Unavailable):
        return error.message
    log.error("health.failed", exc_info=error)
    return f"it fails: {type(error).__name__}"


async def _database(resources: Resources) -> None:
    async with resources.pipeline.database.connect() as db:
        if await db.fetchval("SELECT current_setting('transaction_read_only')") == "on":
            raise Unavailable("the database only lets itself be read; check PRESSRUN_DATABASE_URL")


async def _queue(resources: Resources) -> None:
    if not await resources.pipeline.stats.epoch():
        raise Unavailable("Redis does not answer; check PRESSRUN_REDIS_URL")


async def _store(resources: Resources) -> None:
    await resources.pipeline.store.check()


async def _measure_queue(resources: Resources) -> None:
    stats = await resources.figures.read()
    if stats is None:
        return
    for state, counts in (("pending", stats.pending), ("running", stats.running), ("parked", stats.parked)):
        for priority, count in counts.items():
            metrics.QUEUE_REPORTS.labels(state, priority).set(count)
    metrics.QUEUE_ALIVE.labels("worker").set(stats.workers_alive)
    metrics.QUEUE_ALIVE.labels("renderer").set(stats.renderers_alive)
    metrics.QUEUE_AGE.set(max(0.0, (datetime.now(UTC) - stats.rebuilt_at).total_seconds()))
