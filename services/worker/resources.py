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
from .llm.extractive import Extractive
from .llm.openai import OpenAI
from .nodes.measure import Rows
from .nodes.write import LiveFor
from .settings import Settings
from .webhooks import Deliveries


class Resources(msgspec.Struct, frozen=True):
    writer: Writer
    live_for: LiveFor
    deliveries: Deliveries
    conformance: bool = False
    answers: Answers | None = None
    """Of a model; quoting costs nothing."""
    rows: Rows | None = None
    """What reports about Pressrun itself are measured from."""


@asynccontextmanager
async def open_resources(settings: Settings, pipeline: Pipeline) -> AsyncIterator[Resources]:
    """The writer that the settings ask for, closed at the end.

    Raises:
        Rejected: a model's address without its name, or the other way round.
    """
    writer = make_writer(settings)
    deliveries = Deliveries(pipeline.database, read_key(settings.secret_key), settings.webhook_allow_private)
    answers = Answers(pipeline.database, settings.llm_model) if settings.llm_model else None
    keys = [signing_key(settings.audit_key).public_key()] if settings.audit_key else []
    rows = Rows(pipeline.database, keys)
    try:
        yield Resources(
            writer, lambda work: ChunkStream(pipeline, work), deliveries, settings.conformance, answers, rows
        )
    finally:
        deliveries.close()
        await writer.close()


def make_writer(settings: Settings) -> Writer:
    """A model's writer if one is configured, else the one that only quotes. Raises ``Rejected``."""
    if not settings.llm_base_url and not settings.llm_model:
        return Extractive()
    if not settings.llm_base_url or not settings.llm_model:
        missing = "PRESSRUN_LLM_MODEL" if settings.llm_base_url else "PRESSRUN_LLM_BASE_URL"
        raise Rejected(f"{missing} is missing: a language model needs both its address and its name")
    return OpenAI(base_url=settings.llm_base_url, api_key=settings.llm_api_key, model=settings.llm_model)
