"""``report.assemble``: one document from what was read, planned and written."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

import msgspec

from services.worker.assembly.document import Cover, Material, encoded, measured, printed, report
from services.worker.content import Facts, Joined, Outline, Passage, SourceInfo, Summary, Written
from shared.document.blocks import Block
from shared.domain.context import SourceText
from shared.domain.outcome import Done, Outcome, Work

from .steering import translated


async def assemble(work: Work) -> Outcome:
    """Put the document together. Outputs: ``document``; ``decision``: the style that was chosen and why; ``removed``."""
    return Done(outputs=await asyncio.to_thread(assembled, translated(work), work.config, work.started_at))


def assembled(inputs: dict[str, Any], config: dict[str, Any], now: datetime) -> dict[str, Any]:
    """The node's outputs. Pure."""
    cover = Cover(
        title=inputs["title"] or inputs.get("titled") or "",
        description=inputs.get("description") or "",
        author=inputs.get("author") or "",
        language=inputs.get("language") or "en",
        report_id=inputs.get("reportId") or "",
        now=now,
    )
    if config.get("content") == "document":
        documents = msgspec.convert(inputs["documents"], list[SourceText])
        return {"document": encoded(printed(cover, documents))}
    if config.get("content") == "measured":
        parts = msgspec.convert(inputs["blocks"], list[Block])
        told: list[str] = inputs.get("notices") or []
        return {"document": encoded(measured(cover, parts, inputs["kind"], told)), "headline": inputs.get("headline")}
    material = Material(
        outline=msgspec.convert(inputs["outline"], Outline),
        written=[msgspec.convert(item.get("section", item), Written) for item in inputs["written"]],
        facts=msgspec.convert(inputs["facts"], Facts),
        sources=msgspec.convert(inputs["sources"], list[SourceInfo]),
        passages=msgspec.convert(inputs["passages"], list[Passage]),
        joined=msgspec.convert(inputs.get("joined") or {}, Joined),
        summary=msgspec.convert(inputs.get("summary") or {}, Summary),
    )
    outline, made = material.outline, report(cover, material)
    removed = {
        "citations": sum(section.unknown for section in material.written)
        + material.summary.unknown
        + material.joined.unknown,
        "links": made.links,
    }
    decision = {"style": outline.style, "chosen": outline.style_chosen, "words": outline.style_words}
    return {"document": encoded(made.document), "decision": decision, "removed": removed}
