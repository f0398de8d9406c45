"""What a worker's node functions stand on: the model door and where text is shown while it is written."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec

from shared.domain.audit import signing_key
from shared.domain.errors import Rejected
from shared.domain.sealing import read_key
from shared.pipeline.chunks import ChunkStream
from shared.pipeline.pipeline import Pipeline

from .llm.answers import Answers
from .llm.door import Writer
from .llm.embedding import make_embedder
from .llm.extractive import Extractive
from .llm.prices import Prices
from .mail import Mails, open_mails
from .ml.computing.calculator import Calculator
from .nodes.knowledge import Library
from .nodes.measure import Rows
from .nodes.ml_compute import Computing
from .nodes.ml_load import Shelf
from .nodes.write import LiveFor
from .privacy import model as name_model
from .privacy.detect import Detector
from .privacy.vague import Vague
from .privacy.vault import Vault
from .reindexing import Reindexing
from .retention import Collector
from .retrieval.search import Retriever
from .retrieval.web import Web
from .settings import Settings
from .webhooks import Deliveries


class Resources(msgspec.Struct, frozen=True):
    writer: Writer
    live_for: LiveFor
    deliveries: Deliveries
    mails: Mails | None
    """None: no mail server is set, and mails wait."""
    collector: Collector
    conformance: bool = False
    answers: Answers | None = None
    """Of a model; quoting costs nothing."""
    rows: Rows | None = None
    """What reports about Pressrun itself are measured from."""
    library: Library | None = None
    """Knowledge bases."""
    reindexing: Reindexing | None = None
    vault: Vault | None = None
    """What private values are hidden in."""
    shelf: Shelf | None = None
    """Entities of machine-learning reports."""
    computing: Computing | None = None
    """Their figures from uploaded tables."""


@asynccontextmanager
async def open_resources(settings: Settings, pipeline: Pipeline) -> AsyncIterator[Resources]:
    """The writer that the settings ask for, closed at the end.

    Raises:
        Rejected: a model's address without its name, or a mail server without a sender, or the other way round.
    """
    key = read_key(settings.secret_key)
    mails = open_mails(pipeline.database, key, smtp_url=settings.smtp_url, sender=settings.mail_from)
    writer = make_writer(settings)
    deliveries = Deliveries(
        pipeline.database,
        key,
        settings.webhook_allow_private,
        public_url=settings.public_url,
        link_seconds=settings.interrupt_link_seconds,
    )
    collector = Collector(pipeline.database, pipeline.store)
    prices = Prices(input=settings.llm_price_input, output=settings.llm_price_output, currency=settings.llm_currency)
    answers = Answers(pipeline.database, settings.llm_model, prices) if settings.llm_model else None
    keys = [signing_key(settings.audit_key).public_key()] if settings.audit_key else []
    rows = Rows(pipeline.database, keys)
    embedder = make_embedder(
        base_url=settings.embedding_base_url, model=settings.embedding_model, api_key=settings.embedding_api_key
    )
    if embedder is not None and settings.embedding_base_url:
        embedder = Vague(embedder, Detector("full_anonymization", name_model.installed()))
    web = Web(settings.search_url, allow_private=settings.search_allow_private) if settings.search_url else None
    library = Library(pipeline.database, pipeline.store, embedder, Retriever(pipeline.database, embedder), web)
    try:
        yield Resources(
            writer,
            lambda work: ChunkStream(pipeline, work),
            deliveries,
            mails,
            collector,
            settings.conformance,
            answers,
            rows,
            library,
            Reindexing(pipeline, embedder.model) if embedder else None,
            Vault(pipeline.database, key, name_model.installed()),
            Shelf(pipeline.database, pipeline.store),
            Computing(pipeline.database, pipeline.store, Calculator(), most_rows=settings.ml_upload_rows),
        )
    finally:
        deliveries.close()
        if mails is not None:
            mails.close()
        await collector.close()
        if web is not None:
            web.close()
        if embedder is not None:
            await embedder.close()
        await writer.close()


def make_writer(settings: Settings) -> Writer:
    """A model's writer if one is configured, else the one that only quotes. Raises ``Rejected``."""
    if not settings.llm_base_url and not settings.llm_model:
        return Extractive()
    if not settings.llm_base_url or not settings.llm_model:
        missing = "PRESSRUN_LLM_MODEL" if settings.llm_base_url else "PRESSRUN_LLM_BASE_URL"
        raise Rejected(f"{missing} is missing: a language model needs both its address and its name")
    from .llm.openai import OpenAI  # a second of start-up that quoting does without

    return OpenAI(
        base_url=settings.llm_base_url,
        api_key=settings.llm_api_key,
        model=settings.llm_model,
        demonstration=settings.llm_demonstration,
    )
