"""``report.draft``: from passages to an outline and the sections to write."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from services.worker.content import Passage, SourceInfo
from services.worker.planning.outline import plan
from services.worker.planning.plan import MAX_TOKENS, Order
from shared.domain.outcome import Done, Outcome, Work


async def draft(work: Work) -> Outcome:
    """Plan the report. Outputs: ``outline`` and ``sections``."""
    return Done(outputs=await asyncio.to_thread(outlined, work.inputs, work.config))


def outlined(inputs: dict[str, Any], config: dict[str, Any]) -> dict[str, Any]:
    """The node's outputs. Pure."""
    passages = msgspec.convert(inputs["passages"], list[Passage])
    sources = msgspec.convert(inputs["sources"], list[SourceInfo])
    order = Order(
        title=inputs["title"],
        query=inputs.get("query") or inputs["title"],
        language=inputs.get("language") or "en",
        style=(inputs.get("parameters") or {}).get("report_style"),
        max_tokens=int(config.get("maxOutputTokens") or MAX_TOKENS),
    )
    found = plan(order, [source.title for source in sources], passages)
    return {"outline": msgspec.to_builtins(found.outline), "sections": msgspec.to_builtins(found.sections)}
