"""What the api's handlers use, opened once per process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import TypeAlias

import msgspec

from shared.db import runs, templates
from shared.pipeline.pipeline import Pipeline
from shared.pipeline.resources import open_pipeline

from .auth.usage import KeyUsage
from .figures import Figures
from .outlook import Outlooks
from .queue_feed import QueueFeed
from .settings import Settings
from .streams import Streams


class Resources(msgspec.Struct, frozen=True, kw_only=True):
    settings: Settings
    pipeline: Pipeline
    key_usage: KeyUsage
    figures: Figures
    queue_feed: QueueFeed
    streams: Streams
    outlooks: Outlooks


OpenResources: TypeAlias = Callable[[Settings], AbstractAsyncContextManager[Resources]]


@asynccontextmanager
async def open_resources(settings: Settings) -> AsyncIterator[Resources]:
    """Connect to the parts and bring the templates' and workflows' rows up to date.

    Raises:
        Unavailable: the database does not answer.
    """
    async with AsyncExitStack() as opened:
        pipeline = await opened.enter_async_context(open_pipeline(settings))
        await _store_registry(pipeline)
        figures = Figures(pipeline)
        feed = QueueFeed(figures, most=settings.stream_limit)
        opened.push_async_callback(feed.close)
        key_usage = KeyUsage(pipeline.database)
        opened.push_async_callback(key_usage.close)
        yield Resources(
            settings=settings,
            pipeline=pipeline,
            key_usage=key_usage,
            figures=figures,
            queue_feed=feed,
            streams=Streams(),
            outlooks=Outlooks(figures, pipeline.registry),
        )


async def _store_registry(pipeline: Pipeline) -> None:
    async with pipeline.database.begin() as db:
        # In one order, so that two processes that start at once do not wait for each other in a circle.
        for folder in sorted(pipeline.registry.by_id.values(), key=lambda found: found.template.id):
            await runs.store_workflow(db, folder.digest, folder.workflow.id, folder.raw)
            await templates.store(db, folder.template)
        await templates.retire(db, pipeline.registry.by_id.keys())
