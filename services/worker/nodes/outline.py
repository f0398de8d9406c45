"""``report.outline``: from passages to an outline and the sections to write."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import msgspec
from msgspec.structs import replace

from services.worker.content import Asked, Mode, Passage, SourceInfo, Usage
from services.worker.llm.json_replies import Unusable
from services.worker.llm.model import Model
from services.worker.llm.prompts import outline_prompt, repair_prompt
from services.worker.planning.budget import dealt, portions
from services.worker.planning.outline import plan, replan
from services.worker.planning.plan import MAX_TOKENS, Named, Order, Plan
from services.worker.planning.proposal import read, schema
from shared.domain.errors import Rejected
from shared.domain.outcome import Done, NodeFunction, Outcome, Work

from .asking import extra, patient
from .steering import override, translated

MODES = ("conversational", "extractive")
_TRIES = 2
_LEAST_TOKENS = 300
"""An outline does not fit into less."""


def outline(model: Model) -> NodeFunction:
    """The node function over a model.

    Outputs: ``outline`` and ``sections``; ``passages``, ``sources`` and ``facts`` as the later nodes are to know them;
    ``usage``.
    """

    @patient
    async def run(work: Work) -> Outcome:
        asked = order(translated(work), work.config)
        asked = replace(asked, instructions=override(work) or asked.instructions)
        passages = msgspec.convert(work.inputs["passages"], list[Passage])
        titles = [source.title for source in msgspec.convert(work.inputs["sources"], list[SourceInfo])]
        planned = await asyncio.to_thread(plan, asked, titles, passages)
        if not model.quotes and asked.mode != "extractive":
            planned = await _by_model(model, work, asked, planned, passages)
        return Done(outputs=outlined(planned, work.inputs))

    return run


def order(inputs: dict[str, Any], config: dict[str, Any]) -> Order:
    """What was asked for, from the node's inputs.

    Raises:
        Rejected: ``parameters.generation_mode`` is none.
    """
    asked = msgspec.convert(inputs["asked"], Asked)
    parameters, template = inputs.get("parameters") or {}, inputs.get("template") or {}
    mode = parameters.get("generation_mode") or MODES[0]
    if mode not in MODES:
        field = "parameters.generation_mode"
        raise Rejected(f"{field} must be one of {', '.join(MODES)}", details={"field": field})
    return Order(
        title=asked.title,
        query=asked.query or asked.title,
        language=inputs.get("language") or "en",
        style=parameters.get("report_style"),
        mode=cast("Mode", mode),
        max_tokens=int(template.get("maxOutputTokens") or config.get("maxOutputTokens") or MAX_TOKENS),
        instructions=template.get("instructions") or "",
        sections=msgspec.convert(template.get("sections") or [], list[Named]),
    )


def outlined(planned: Plan, inputs: dict[str, Any]) -> dict[str, Any]:
    """The node's outputs. Pure."""
    return {
        "outline": msgspec.to_builtins(planned.outline),
        "sections": msgspec.to_builtins(planned.sections),
        "usage": msgspec.to_builtins(planned.outline.usage),
        **{name: inputs[name] for name in ("passages", "sources", "facts")},
    }


async def _by_model(model: Model, work: Work, asked: Order, first: Plan, passages: list[Passage]) -> Plan:
    """The plan that the model makes, mended once; if it cannot be used, the one that was found by rules."""
    binding = [one.title for one in asked.sections]
    fits = schema(first.outline.words, binding)
    tokens = portions(asked.max_tokens, first.outline.words).outline
    prompt = outline_prompt(
        first.outline,
        passages,
        fits,
        description=work.inputs["asked"].get("description") or "",
        binding=binding,
        max_tokens=tokens,
    )
    usage, lost = Usage(), "budget"
    for _ in range(_TRIES if tokens >= _LEAST_TOKENS else 0):
        answer, lost = await extra(model, work, prompt, budget=asked.max_tokens)
        if answer is None:
            break
        usage += answer.usage
        try:
            proposed = read(answer.text, fits, binding, {passage.number for passage in passages})
        except Unusable as why:
            lost, prompt = "unusable", repair_prompt(prompt, answer.text, why.errors)
            continue
        made = await asyncio.to_thread(
            replan, first, proposed, passages, planner=answer.model or model.writer.model or "", usage=usage
        )
        return dealt(made, [one.share for one in proposed])
    return dealt(Plan(replace(first.outline, usage=usage, lost=lost), first.sections))
