"""``report.write``: one section through the model door; one slice per section."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

import msgspec
from msgspec.structs import replace

from services.worker.content import Lost, Outline, Section, Written
from services.worker.llm.door import Answer, Prompt
from services.worker.llm.extractive import compose
from services.worker.llm.model import Model
from services.worker.llm.prompts import length_prompt, section_prompt
from services.worker.llm.replies import first_sentence, resolve, tidy, trimmed, words
from services.worker.wording import wording
from shared.domain.outcome import Done, NodeFunction, Outcome, Work

from .asking import extra, meta, patient
from .steering import steered

_NEAR = 0.15
"""A section whose length is not this near to what was asked for is written once more."""
_TOKENS_PER_WORD = 1.3


class Live(Protocol):
    """Where a step's text is shown while it is written."""

    async def add(self, piece: str) -> None:
        """Show one more piece."""

    def describe(self, meta: dict[str, Any]) -> None:
        """What is to be said of the text with its last piece."""

    async def write(self, chunks: list[str], meta: dict[str, Any] | None = None, *, last: bool = True) -> None:
        """Show pieces that stay apart, the last of them marked as the last unless more are to come."""


LiveFor = Callable[[Work], AbstractAsyncContextManager[Live]]


def write(model: Model, live_for: LiveFor) -> NodeFunction:
    """The node function over a model. Outputs of a slice: ``section``, and the ``usage`` of writing it."""

    @patient
    async def run(work: Work) -> Outcome:
        section = msgspec.convert(work.inputs["item"], Section)
        outline = steered(msgspec.convert(work.inputs["outline"], Outline), work)
        async with live_for(work) as live:
            if model.quotes or outline.mode == "extractive":
                kept = await asyncio.to_thread(quoted, section, outline)
            else:
                kept = await _by_model(model, work, outline, section, live)
            if not kept.model:
                await live.add(kept.markdown)
            live.describe(meta(kept.model, kept.usage, truncated=kept.truncated))
        return Done(outputs={"section": msgspec.to_builtins(kept), "usage": msgspec.to_builtins(kept.usage)})

    return run


def written(section: Section, answer: Answer) -> Written:
    """The section as it is kept: tidied, every citation resolvable. Pure."""
    known = {passage.number for passage in section.passages}
    text = tidy(answer.text, section.title)
    resolved = resolve(trimmed(text) if answer.truncated else text, known)
    return Written(
        id=section.id,
        title=section.title,
        markdown=resolved.markdown,
        highlight=answer.highlight or (first_sentence(resolved.markdown) if answer.model else ""),
        given=len(known),
        cited=resolved.cited,
        unknown=resolved.unknown,
        model=answer.model,
        demonstration=answer.demonstration,
        usage=answer.usage,
        truncated=answer.truncated,
    )


def quoted(section: Section, outline: Outline, lost: Lost = "") -> Written:
    """The section as quotations of its passages, for want of a model or of its answer. Pure."""
    say = wording(outline.language)
    answer = compose(section, outline.sources, comparing=outline.style == "comparison", say=say)
    return replace(written(section, answer), lost=lost)


async def _by_model(model: Model, work: Work, outline: Outline, section: Section, live: Live) -> Written:
    prompt = section_prompt(outline, section, work.note)
    answer, lost = await model.get(work, prompt, budget=outline.tokens, on_chunk=live.add)
    if answer is not None:
        kept = await asyncio.to_thread(written, section, answer)
        if words(kept.markdown):
            return await _fitted(model, work, outline, section, prompt, kept) if outline.words_asked else kept
        lost = "empty"
    fallback = await asyncio.to_thread(quoted, section, outline, lost)
    return replace(fallback, usage=answer.usage) if answer is not None else fallback


async def _fitted(
    model: Model, work: Work, outline: Outline, section: Section, first: Prompt, kept: Written
) -> Written:
    """The section once more if it is far from its length and there are tokens for it; the nearer one is kept."""
    have = words(kept.markdown)
    left = section.max_tokens - kept.usage.completion
    if abs(have - section.words) <= _NEAR * section.words or left < section.words * _TOKENS_PER_WORD:
        return kept
    prompt = length_prompt(first, kept.markdown, have, section.words, max_tokens=left)
    answer, _lost = await extra(model, work, prompt, budget=outline.tokens)
    if answer is None:
        return kept
    again = await asyncio.to_thread(written, section, answer)
    nearer = abs(words(again.markdown) - section.words) < abs(have - section.words)
    better = nearer and not again.truncated and bool(again.cited) >= bool(kept.cited)
    return replace(again if better else kept, usage=kept.usage + answer.usage)
