"""A language model as nodes use it: asked once for the same thing, and only while the run's tokens last."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from services.worker.privacy.guard import Guard
from shared.domain.outcome import Work

from .answers import Answers
from .door import Answer, OnChunk, Prompt, Writer


class Model(msgspec.Struct, frozen=True):
    """The writer, and what it answered before (None where nothing is paid for)."""

    writer: Writer
    answers: Answers | None = None
    guard: Guard | None = None
    """Keeps private values back; a model is never asked past it."""

    @property
    def quotes(self) -> bool:
        """There is no language model: sections are quoted, and nothing else is asked of anybody."""
        return self.writer.model is None

    async def ask(self, work: Work, prompt: Prompt, *, on_chunk: OnChunk | None = None) -> Answer:
        """The answer, from the record if this very call was answered before.

        Raises:
            ModelBusy, ModelDown, ModelRefused: like ``Writer.write``.
        """
        shown = on_chunk or _unseen
        if self.guard and not self.quotes:
            passed = await self.guard.outbound(work, prompt)
            answer = await self._asked(work, passed.prompt, shown)
            return replace(answer, text=passed.tidy(answer.text))
        return await self._asked(work, prompt, shown)

    async def _asked(self, work: Work, prompt: Prompt, shown: OnChunk) -> Answer:
        known = await self.answers.recall(work, prompt) if self.answers else None
        if known is not None:
            await shown(known.text)
            return known
        answer = await self.writer.write(prompt, on_chunk=shown)
        if self.answers:
            await self.answers.remember(work, prompt, answer)
        return answer


async def _unseen(_piece: str) -> None:
    """JSON is not for readers."""
