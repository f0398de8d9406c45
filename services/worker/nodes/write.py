"""``report.write``: one section through the model door; one slice per section."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

import msgspec
from msgspec.structs import replace

from services.worker.content import Outline, Section, Written
from services.worker.llm.door import Answer, ModelBusy
from services.worker.llm.model import Model
from services.worker.llm.prompts import section_prompt
from services.worker.llm.replies import first_sentence, resolve, tidy
from shared.domain.outcome import Done, NodeFunction, Outcome, Retry, Work


class Live(Protocol):
    """Where a step's text is shown while it is written."""

    async def add(self, piece: str) -> None:
        """Show one more piece."""

    async def write(self, chunks: list[str], meta: dict[str, Any] | None = None) -> None:
        """Show pieces that stay apart, the last of them marked as the last."""


LiveFor = Callable[[Work], AbstractAsyncContextManager[Live]]


def write(model: Model, live_for: LiveFor) -> NodeFunction:
    """The node function over a model. Outputs of a slice: ``section``."""

    async def run(work: Work) -> Outcome:
        section = msgspec.convert(work.inputs["item"], Section)
        outline = msgspec.convert(work.inputs["outline"], Outline)
        prompt = replace(section_prompt(outline, section, work.note), model=work.configurable.get("model"))
        try:
            async with live_for(work) as live:
                answer = await model.ask(work, prompt, on_chunk=live.add)
        except ModelBusy as busy:
            return Retry(code=busy.code, message=busy.message, after_s=busy.after_s)
        kept = await asyncio.to_thread(written, section, answer)
        return Done(outputs={"section": msgspec.to_builtins(kept)})

    return run


def written(section: Section, answer: Answer) -> Written:
    """The section as it is kept: tidied, every citation resolvable. Pure."""
    known = {passage.number for passage in section.passages}
    resolved = resolve(tidy(answer.text, section.title), known)
    return Written(
        id=section.id,
        title=section.title,
        markdown=resolved.markdown,
        highlight=answer.highlight or (first_sentence(resolved.markdown) if answer.model else ""),
        cited=resolved.cited,
        unknown=resolved.unknown,
        model=answer.model,
        usage=answer.usage,
        truncated=answer.truncated,
    )
