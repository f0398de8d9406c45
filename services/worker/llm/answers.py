"""What the model answered before in this family of runs: a call that was paid for is never paid again.

A retry or a branch that comes to the very same call (model, messages, length, temperature) takes the
recorded answer; so does a step that runs again because its worker died after the model had answered.
"""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec
import structlog

from shared.db import answers
from shared.db.answers import Paid, Payer
from shared.db.pool import Database
from shared.domain.errors import Unavailable
from shared.domain.outcome import Work

from .door import Answer, Prompt
from .prices import Prices

log = structlog.get_logger()


class Answers:
    """Recorded answers by what was asked."""

    def __init__(self, database: Database, model: str, prices: Prices = Prices()) -> None:  # noqa: B008 - frozen
        """
        Args:
            model: the one that is asked when a prompt names none.
            prices: of that model.
        """
        self._database = database
        self._model = model
        self._prices = prices

    async def recall(self, work: Work, prompt: Prompt) -> Answer | None:
        """The answer to this very call, if it was given before.

        Raises:
            Unavailable: the database does not answer; nothing was paid for yet.
        """
        async with self._database.connect() as db:
            found = await answers.known(db, work.root_run_id, self._digest(prompt))
        return None if found is None else msgspec.convert(found, Answer)

    async def remember(self, work: Work, prompt: Prompt, answer: Answer) -> None:
        """Record an answer. Losing it costs a repetition, never the answer itself."""
        try:
            async with self._database.connect() as db:
                payer = Payer(work.run_id, work.node_id, work.slice)
                encoded = msgspec.to_builtins(answer)
                await answers.store(
                    db, work.root_run_id, self._digest(prompt), encoded, payer, self._paid(prompt, answer)
                )
        except Unavailable as error:
            log.warning("answer.unrecorded", error=error.message)

    async def written(self, work: Work) -> int:
        """Tokens that the run has had written so far, by whatever step.

        Raises:
            Unavailable: the database does not answer.
        """
        async with self._database.connect() as db:
            return await answers.written(db, work.run_id)

    def _paid(self, prompt: Prompt, answer: Answer) -> Paid:
        """What a call used. Another model than the configured one has a price that nobody told."""
        cost = self._prices.cost(answer.usage) if prompt.model in {None, self._model} else None
        return Paid(
            model=answer.model,
            prompt_tokens=answer.usage.prompt,
            completion_tokens=answer.usage.completion,
            cost=cost,
            currency=None if cost is None else self._prices.currency,
        )

    def _digest(self, prompt: Prompt) -> str:
        asked: list[Any] = [prompt.model or self._model, prompt.system, prompt.user]
        asked += [prompt.max_tokens, prompt.temperature, *([prompt.schema] if prompt.schema else [])]
        return hashlib.sha256(msgspec.json.encode(asked)).hexdigest()
