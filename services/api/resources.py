"""What the api's handlers use, opened once per process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any, TypeAlias

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from shared.db import runs, templates
from shared.domain import audit, sealing
from shared.domain.definition import digest
from shared.pipeline.pipeline import Pipeline
from shared.pipeline.resources import open_pipeline
from shared.queue.limits import Limits
from shared.templates.conformance import fixtures
from shared.templates.internal_workflows import workflows as internal_workflows

from . import VERSION
from .auth.door import Door, open_door
from .auth.usage import KeyUsage
from .figures import Figures
from .limits import Limiter, rules
from .outlook import Outlooks
from .queue_feed import QueueFeed
from .runs.discovery import discovery
from .runs.feed import Feeds
from .settings import Settings
from .streams import Streams


class Resources(msgspec.Struct, frozen=True, kw_only=True):
    settings: Settings
    pipeline: Pipeline
    key_usage: KeyUsage
    door: Door
    """What sessions of people need."""
    figures: Figures
    queue_feed: QueueFeed
    streams: Streams
    feeds: Feeds
    outlooks: Outlooks
    limiter: Limiter
    discovery: tuple[bytes, str]
    """What the host says of itself, and its ETag."""
    audit_keys: list[Ed25519PublicKey]
    """What the audit log's checkpoints are verified with; empty when they are not signed."""


OpenResources: TypeAlias = Callable[[Settings], AbstractAsyncContextManager[Resources]]


@asynccontextmanager
async def open_resources(settings: Settings) -> AsyncIterator[Resources]:
    """Connect to the parts and bring the templates' and workflows' rows up to date.

    Raises:
        Unavailable: the database does not answer.
    """
    async with AsyncExitStack() as opened:
        pipeline = await opened.enter_async_context(open_pipeline(settings))
        tests = fixtures() if settings.conformance else []
        await _store_registry(pipeline, tests)
        sealing.read_key(settings.secret_key)
        audit_keys = _audit_keys(settings)
        figures = Figures(pipeline)
        limits = Limits(settings.redis_url)
        opened.push_async_callback(limits.close)
        feed = QueueFeed(figures, most=settings.stream_limit)
        opened.push_async_callback(feed.close)
        key_usage = KeyUsage(pipeline.database)
        opened.push_async_callback(key_usage.close)
        yield Resources(
            settings=settings,
            pipeline=pipeline,
            key_usage=key_usage,
            door=await opened.enter_async_context(open_door(settings)),
            figures=figures,
            queue_feed=feed,
            streams=Streams(),
            feeds=Feeds(pipeline.database, pipeline.channel),
            discovery=discovery(
                version=VERSION, fixtures=[raw["id"] for raw in tests], audit=_audit_advert(audit_keys)
            ),
            audit_keys=audit_keys,
            outlooks=Outlooks(figures, pipeline.registry),
            limiter=Limiter(limits, rules(settings)),
        )


async def _store_registry(pipeline: Pipeline, tests: list[dict[str, Any]]) -> None:
    """Make known what ships with this version, and retire what does not: an older or newer one's, and its fixtures."""
    folders = sorted(pipeline.registry.by_id.values(), key=lambda found: found.template.id)
    raws = [*(folder.raw for folder in folders), *internal_workflows(), *tests]
    # In one order, so that two processes that start at once do not wait for each other in a circle.
    deployed = {digest(raw): raw for raw in raws}
    async with pipeline.database.begin() as db:
        for key, raw in sorted(deployed.items()):
            await runs.store_workflow(db, key, raw["id"], raw)
        for folder in folders:
            await templates.store(db, folder.template)
        await runs.retire_workflows(db, deployed)
        await templates.retire(db, pipeline.registry.by_id.keys())


def _audit_keys(settings: Settings) -> list[Ed25519PublicKey]:
    """The key that signs now, and then those that signed before."""
    if not settings.audit_key:
        return []
    retired = [
        audit.verifying_key(public.strip()) for public in settings.audit_retired_keys.split(",") if public.strip()
    ]
    return [audit.signing_key(settings.audit_key).public_key(), *retired]


def _audit_advert(keys: list[Ed25519PublicKey]) -> dict[str, Any] | None:
    if not keys:
        return None
    return {
        "hashChain": True,
        "checkpointSignatureAlgorithm": "ed25519",
        "checkpointPublicKey": audit.public_text(keys[0]),
        "checkpointIntervalEntries": audit.CHECKPOINT_ENTRIES,
        "checkpointIntervalSeconds": audit.CHECKPOINT_SECONDS,
    }
