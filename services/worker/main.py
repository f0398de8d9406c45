"""The worker's process: collects, plans, writes and assembles. ``python -m services.worker.main``."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import structlog

from shared.config import environment, load
from shared.contracts.states import Stage
from shared.db import idempotency, privacy
from shared.domain.audit import signing_key
from shared.domain.errors import PressrunError, Unavailable
from shared.observability.logging import configure
from shared.pipeline.audit import Auditor
from shared.pipeline.pipeline import Pipeline
from shared.pipeline.resources import open_pipeline
from shared.pipeline.service import serve
from shared.pipeline.sweeper import Chore

from .mail import Mails
from .nodes import node_functions
from .privacy.vault import Vault
from .resources import open_resources
from .retention import Retention
from .settings import Settings
from .webhooks import Deliveries

log = structlog.get_logger()

STAGES = (Stage.TEMPLATE, Stage.LLM, Stage.DELIVER)


async def run(settings: Settings) -> None:
    """Work until told to stop."""
    async with open_pipeline(settings) as pipeline, open_resources(settings, pipeline) as resources:
        auditor = Auditor(pipeline.database, signing_key(settings.audit_key) if settings.audit_key else None)
        deliveries, mails = resources.deliveries, resources.mails
        retention = Retention(pipeline)
        await _announce(pipeline, resources.vault)
        await serve(
            pipeline,
            service="worker",
            stages=STAGES,
            functions=node_functions(resources),
            threads=settings.worker_threads,
            grace_s=settings.shutdown_grace_s,
            most={Stage.LLM: settings.llm_concurrency},
            beside={Stage.DELIVER: lambda: _deliver(deliveries, mails)},
            chores=[
                Chore("audit.chain", auditor.round),
                Chore("deliveries.ring", lambda: _ring(pipeline, deliveries, mails)),
                Chore("deliveries.purge", deliveries.purge, every=600),
                *([Chore("mails.purge", mails.purge, every=600)] if mails else []),
                Chore("reports.expire", retention.round, every=30),
                Chore("garbage.collect", resources.collector.kick, every=5),
                *([Chore("passages.reindex", resources.reindexing.round, every=60)] if resources.reindexing else []),
                Chore("answers.purge", lambda: _purge(pipeline), every=60),
                Chore("privacy.forget", lambda: _forget(pipeline), every=2),
            ],
        )


async def _deliver(deliveries: Deliveries, mails: Mails | None) -> bool:
    """One mail or one event. Mails come first: they are few, and their server takes only so many at once."""
    return (mails is not None and await mails.on_bell()) or await deliveries.on_bell()


async def _ring(pipeline: Pipeline, deliveries: Deliveries, mails: Mails | None) -> None:
    if due := await deliveries.due() + (await mails.due() if mails else 0):
        await pipeline.bell.ring(Stage.DELIVER, due)


async def _purge(pipeline: Pipeline) -> None:
    async with pipeline.database.connect() as db:
        await idempotency.purge(db)


async def _announce(pipeline: Pipeline, vault: Vault | None) -> None:
    """Status pages say what names are looked for with. A database that is away now says it after the next start."""
    with suppress(Unavailable):
        async with pipeline.database.begin() as db:
            await privacy.announce(db, vault.model if vault else None)


async def _forget(pipeline: Pipeline) -> None:
    async with pipeline.database.begin() as db:
        if gone := await privacy.forget(db):
            log.info("privacy.forgotten", maps=gone)


def main() -> None:
    settings = load(Settings, environment())
    configure(settings.log_level, settings.log_format, "worker")
    try:
        asyncio.run(run(settings))
    except PressrunError as error:
        raise SystemExit(f"the worker cannot go on: {error.message}") from None


if __name__ == "__main__":
    main()
