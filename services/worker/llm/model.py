"""A language model as nodes use it: asked once for the same thing, and only while the run's tokens last."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from services.worker.content import Lost
from services.worker.privacy.guard import Guarding
from shared.domain.outcome import Work

from .answers import Answers
from .door import Answer, ModelEmpty, OnChunk, Prompt, Writer

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

    async def ask(self, work: Work, prompt: Prompt, *, budget: int, on_chunk: OnChunk | None = None) -> Answer:
        """The answer, from the record if this very call was answered before.

        Args:
            budget: tokens that the whole run may have written.

        Raises:
            BudgetSpent: nothing is left of it.
            ModelBusy, ModelDown, ModelRefused: like ``Writer.write``.
        """
        shown = on_chunk or _unseen
        prompt = replace(prompt, model=prompt.model or work.configurable.get("model"))
        if self.guard and not self.quotes:
            passed = await self.guard.outbound(work, prompt)
            answer = await self._asked(work, passed.prompt, budget, shown)
            return replace(answer, text=passed.tidy(answer.text))
        return await self._asked(work, prompt, budget, shown)

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

    async def _asked(self, work: Work, prompt: Prompt, budget: int, shown: OnChunk) -> Answer:
        known = await self.answers.recall(work, prompt) if self.answers else None
        if known is not None:
            await shown(known.text)
            return known
        left = budget - (await self.answers.written(work) if self.answers else 0)
        if min(left, prompt.max_tokens) < LEAST_TOKENS:
            raise BudgetSpent
        answer = await self.writer.write(replace(prompt, max_tokens=min(left, prompt.max_tokens)), on_chunk=shown)
        if self.answers:
            await self.answers.remember(work, prompt, answer)
        return answer


async def _unseen(_piece: str) -> None:
    """JSON is not for readers."""
