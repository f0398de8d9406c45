"""The landing page, the queue page and its live stream."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.handlers.base import BaseRouteHandler
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Stream, Template
from litestar.router import Router
from litestar.static_files import create_static_files_router
from litestar.template.config import TemplateConfig

from services.api.docs import SWAGGER
from services.api.resources import Resources
from shared.queue.stats import QueueStats

from . import people, reports, shared
from .headers import PAGE_HEADERS
from .view import QueueView, queue_view

HERE = Path(__file__).parent
TEMPLATES: TemplateConfig[JinjaTemplateEngine] = TemplateConfig(
    directory=HERE / "templates", engine=JinjaTemplateEngine
)

STREAM_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
RETRY_MS = 2000


def handlers() -> list[BaseRouteHandler | Router]:
    assets = create_static_files_router("/assets", directories=[HERE / "static", SWAGGER], include_in_schema=False)
    return [landing, queue_page, queue_events, shared.page, *people.PAGES, *reports.PAGES, assets]


@get("/", include_in_schema=False)
async def landing() -> Template:
    """Where everything is."""
    return Template("landing.html.jinja", headers=PAGE_HEADERS)


@get("/queue", include_in_schema=False)
async def queue_page(resources: NamedDependency[Resources]) -> Template:
    """The queue as it is now; without JavaScript it reloads itself."""
    view = _view(resources, await resources.figures.read())
    return Template("queue.html.jinja", context={"view": view}, headers=PAGE_HEADERS)


@get("/queue/events", tags=["queue"], summary="Follow the queue", response_description="Server-sent events")
async def queue_events(resources: NamedDependency[Resources]) -> Stream:
    """The queue's figures as server-sent events (``queue``), about one a second."""
    resources.queue_feed.check_room()
    body = resources.streams.until_stopping(_events(resources))
    return Stream(body, media_type="text/event-stream", headers=STREAM_HEADERS)


async def _events(resources: Resources) -> AsyncGenerator[bytes]:
    yield b"retry: %d\n\n" % RETRY_MS
    async with resources.queue_feed.watch() as following:
        while True:
            view = _view(resources, await following())
            yield b"event: queue\ndata: %s\n\n" % msgspec.json.encode(view)


def _view(resources: Resources, stats: QueueStats | None) -> QueueView:
    return queue_view(stats, usual_s=resources.outlooks.usual_s, now=datetime.now(UTC))
