"""``ml.assemble``: one document from an entity's sections, its findings and, where a model wrote it, the commentary."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

import msgspec

from services.worker.assembly.document import Cover, encoded, measured
from services.worker.measuring.rules import Finding
from services.worker.ml.facts import Fact, written
from services.worker.ml.findings import told
from shared.document.blocks import Block, Number
from shared.domain.outcome import Done, Outcome, Work

GENERATOR = "Pressrun"
UNWRITTEN = "The commentary that was asked for was not written"

_KINDS = {
    "experiment": "Experiment report",
    "model": "Model report",
    "project": "Project report",
    "deployment": "Deployment report",
    "synthgen": "Synthetic data report",
    "privacy_session": "Privacy report",
}


async def ml_assemble(work: Work) -> Outcome:
    """Put the document together. Outputs: ``document``, and ``summary``: what clients are told of the report."""
    return Done(outputs=await asyncio.to_thread(assembled, work.inputs, work.started_at))


def assembled(inputs: dict[str, Any], now: datetime) -> dict[str, Any]:
    """The node's outputs. Pure."""
    cover = Cover(
        title=inputs["title"],
        description=inputs.get("description") or "",
        author=inputs.get("author") or "",
        language=inputs.get("language") or "en",
        report_id=inputs.get("reportId") or "",
        now=now,
    )
    findings = msgspec.convert(inputs.get("findings") or [], list[Finding])
    commentary = msgspec.convert(inputs.get("commentary") or [], list[Block])
    counts: dict[str, Any] = inputs.get("counts") or {}
    insights = _insights(inputs.get("parameters") or {}, commentary, counts)
    parts = [
        *msgspec.convert(inputs["blocks"], list[Block]),
        *(told(findings) if findings else []),
        *commentary,
    ]
    notes = [f"{UNWRITTEN}: {insights.removeprefix('unavailable: ')}."] if insights.startswith("unavailable") else []
    summary = {
        "metrics": inputs.get("summary") or {},
        "findings": sum(1 for finding in findings if finding.text),
        "generator": GENERATOR,
        "llm_used": bool(commentary),
        "llm_insights": insights,
        **({"commentary": counts} if insights != "off" else {}),
        "ignored_options": inputs.get("ignored") or [],
    }
    numbers = [_number(fact) for fact in msgspec.convert(inputs.get("facts") or [], list[Fact])]
    return {
        "document": encoded(measured(cover, parts, _KINDS.get(inputs["kind"], "Report"), notes, numbers)),
        "summary": summary,
    }


def _number(fact: Fact) -> Number:
    return Number(
        id=fact.id, label=fact.label, value=fact.value, unit=fact.unit, text=written(fact), origin=fact.origin
    )


def _insights(parameters: dict[str, Any], commentary: list[Block], counts: dict[str, Any]) -> str:
    """``off``, ``written``, or ``unavailable:`` with the reason."""
    if parameters.get("llm_insights") is not True:
        return "off"
    if commentary:
        return "written"
    return f"unavailable: {counts.get('reason') or 'no language model is configured'}"
