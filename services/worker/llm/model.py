"""A language model as nodes use it: asked once for the same thing, and only while the run's tokens last."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec.structs import replace

from services.worker.content import Lost
from services.worker.privacy.guard import Guarding
from shared.domain.outcome import Work

from .answers import Answers
from .door import Answer, ModelEmpty, ModelFiltered, OnChunk, Prompt, Writer

LEAST_TOKENS = 48
"""Fewer than this are not worth a call."""


class BudgetSpent(Exception):
    """The run's tokens are written."""


class Model(msgspec.Struct, frozen=True):
    """The writer, and what it answered before (None where nothing is paid for)."""

    writer: Writer
    answers: Answers | None = None
    guard: Guarding | None = None
    """Keeps private values back; a model is never asked past it."""

    @property
    def quotes(self) -> bool:
        """There is no language model: sections are quoted, and nothing else is asked of anybody."""
        return self.writer.model is None

    async def ask(
        self,
        work: Work,
        prompt: Prompt,
        *,
        budget: int,
        least: int = LEAST_TOKENS,
        on_chunk: OnChunk | None = None,
    ) -> Answer:
        """The answer, from the record if this very call was answered before.

        Args:
            work: its run's ``configurable`` chooses another model, another temperature, or shorter answers.
            budget: tokens that the whole run may have written.
            least: tokens that an answer must have room for.

        Raises:
            BudgetSpent: nothing is left of it.
            ModelBusy, ModelDown, ModelRefused: like ``Writer.write``.
        """
        shown = on_chunk or _unseen
        if prompt.max_tokens < least:
            raise BudgetSpent
        prompt = chosen(prompt, work.configurable)
        if self.guard and not self.quotes:
            passed = await self.guard.outbound(work, prompt)
            answer = await self._asked(work, passed.prompt, budget, least, shown)
            return replace(answer, text=passed.tidy(answer.text))
        return await self._asked(work, prompt, budget, least, shown)

    async def get(
        self, work: Work, prompt: Prompt, *, budget: int, on_chunk: OnChunk | None = None
    ) -> tuple[Answer | None, Lost]:
        """The answer, or why there is none that can be used.

        Raises:
            ModelBusy, ModelDown, ModelRefused: like ``ask``.
        """
        try:
            return await self.ask(work, prompt, budget=budget, on_chunk=on_chunk), ""
        except BudgetSpent:
            return None, "budget"
        except ModelEmpty:
            return None, "empty"
        except ModelFiltered:
            return None, "refused"

    async def _asked(self, work: Work, prompt: Prompt, budget: int, least: int, shown: OnChunk) -> Answer:
        known = await self.answers.recall(work, prompt) if self.answers else None
        if known is not None:
            await shown(known.text)
            return known
        left = budget - (await self.answers.written(work) if self.answers else 0)
        if left < least:
            raise BudgetSpent
        answer = await self.writer.write(replace(prompt, max_tokens=min(left, prompt.max_tokens)), on_chunk=shown)
        if self.answers:
            await self.answers.remember(work, prompt, answer)
        return answer


def chosen(prompt: Prompt, configurable: dict[str, Any]) -> Prompt:
    """The prompt as a run's ``model``, ``temperature`` and ``maxTokens`` want it.

    Answers only ever become shorter. The last two are for prose: JSON that is cut off or loose is of no use.
    """
    prompt = replace(prompt, model=prompt.model or configurable.get("model"))
    if prompt.schema is not None:
        return prompt
    most = configurable.get("maxTokens")
    return replace(
        prompt,
        temperature=float(configurable.get("temperature", prompt.temperature)),
        max_tokens=prompt.max_tokens if most is None else min(prompt.max_tokens, most),
    )


async def _unseen(_piece: str) -> None:
    """JSON is not for readers."""
