"""``report.outline``: from passages to an outline and the sections to write."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from services.worker.content import Asked, Passage, SourceInfo
from services.worker.llm.model import Model
from services.worker.planning.outline import MAX_TOKENS, Order, Plan, plan
from shared.domain.outcome import Done, NodeFunction, Outcome, Work


def outline(model: Model) -> NodeFunction:
    """The node function over a model.

    Outputs: ``outline`` and ``sections``; ``passages``, ``sources`` and ``facts`` as the later nodes are to know them.
    """

    async def run(work: Work) -> Outcome:
        planned = await asyncio.to_thread(_planned, work.inputs, work.config)
        return Done(outputs=outlined(planned, work.inputs))

    _ = model
    return run


def outlined(planned: Plan, inputs: dict[str, Any]) -> dict[str, Any]:
    """The node's outputs. Pure."""
    return {
        "outline": msgspec.to_builtins(planned.outline),
        "sections": msgspec.to_builtins(planned.sections),
        **{name: inputs[name] for name in ("passages", "sources", "facts")},
    }


def order(inputs: dict[str, Any], config: dict[str, Any]) -> Order:
    """What was asked for, from the node's inputs."""
    asked = msgspec.convert(inputs["asked"], Asked)
    return Order(
        title=asked.title,
        query=asked.query or asked.title,
        language=inputs.get("language") or "en",
        style=(inputs.get("parameters") or {}).get("report_style"),
        max_tokens=int(
            (inputs.get("template") or {}).get("maxOutputTokens") or config.get("maxOutputTokens") or MAX_TOKENS
        ),
    )


def _planned(inputs: dict[str, Any], config: dict[str, Any]) -> Plan:
    passages = msgspec.convert(inputs["passages"], list[Passage])
    sources = msgspec.convert(inputs["sources"], list[SourceInfo])
    return plan(order(inputs, config), [source.title for source in sources], passages)
