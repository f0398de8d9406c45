"""``ml.comment``: what a language model says of the figures, checked sentence by sentence."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from services.worker.llm.door import Prompt
from services.worker.llm.json_replies import Unusable
from services.worker.llm.model import Model
from services.worker.measuring.rules import Finding
from services.worker.ml.facts import Fact
from services.worker.ml.insights import Checker, Commentary, blocks
from services.worker.ml.insights.asking import MAX_TOKENS, again, prompt, read
from services.worker.ml.insights.checking import Accepted, Item, Refused
from shared.domain.outcome import Done, NodeFunction, Outcome, Work

from .asking import extra, patient

_BUDGET = 3 * MAX_TOKENS
_WHY = {
    "budget": "the tokens of this run are spent",
    "empty": "the language model answered with nothing",
    "refused": "the language model refused the request",
    "down": "the language model does not answer",
    "unusable": "the language model's answer could not be read",
    "dropped": "no sentence of the language model could be checked",
}


def ml_comment(model: Model) -> NodeFunction:
    """The node function over a model.

    Outputs: ``commentary`` (blocks) and ``counts``: ``sentences``, ``asked_again``, ``dropped``, or ``reason`` if there
    is no commentary.
    """

    @patient
    async def comment(work: Work) -> Outcome:
        facts = msgspec.convert(work.inputs.get("facts") or [], list[Fact])
        if model.quotes:
            return _none("no language model is configured")
        if not facts:
            return _none("there is no figure to comment on")
        told, lost = await _commentary(model, work, facts)
        counts: dict[str, Any] = dict(told.counts)
        if not told.kept:
            counts["reason"] = _WHY[lost or "dropped"]
        return Done(outputs={"commentary": msgspec.to_builtins(blocks(told)), "counts": counts})

    return comment


def _none(reason: str) -> Outcome:
    return Done(outputs={"commentary": [], "counts": {"reason": reason}})


async def _commentary(model: Model, work: Work, facts: list[Fact]) -> tuple[Commentary, str]:
    """What can be kept of the answer, or of the second one for what was refused of the first; and what was lost."""
    findings = msgspec.convert(work.inputs.get("findings") or [], list[Finding])
    what = str(work.inputs.get("kind") or "report").replace("_", " ")
    asked = prompt(f"a {what}", str(work.inputs.get("title") or ""), facts, findings)
    name = model.writer.model or ""
    answer, lost = await extra(model, work, asked, budget=_BUDGET)
    if answer is None:
        return Commentary(model=name), lost
    name = answer.model or name
    checker = await asyncio.to_thread(Checker, facts)
    try:
        judged = await _judged(checker, read(answer.text))
    except Unusable:
        return Commentary(model=name), "unusable"
    refused = [one for one in judged if isinstance(one, Refused)]
    mended = await _mended(model, work, checker, again(asked, refused)) if refused else []
    kept: list[Accepted] = []
    for one in (*judged, *mended[: len(refused)]):
        if isinstance(one, Accepted) and one not in kept:
            kept.append(one)
    dropped = len(judged) - len(kept)
    return Commentary(model=name, kept=kept, asked_again=len(refused), dropped=dropped), ""


async def _mended(model: Model, work: Work, checker: Checker, asked: Prompt) -> list[Accepted | Refused]:
    """The second answer's sentences; nothing if there is none that can be read."""
    answer, _lost = await extra(model, work, asked, budget=_BUDGET)
    if answer is None:
        return []
    try:
        return await _judged(checker, read(answer.text))
    except Unusable:
        return []


async def _judged(checker: Checker, items: list[Item]) -> list[Accepted | Refused]:
    return await asyncio.to_thread(lambda: [checker.check(item) for item in items])
