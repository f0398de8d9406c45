"""How nodes ask a language model: what they wait for, and what they do without."""

from __future__ import annotations

from functools import wraps
from typing import Any

from services.worker.content import Lost, Usage
from services.worker.llm.door import Answer, ModelBusy, ModelDown, ModelRefused, OnChunk, Prompt
from services.worker.llm.model import Model
from services.worker.privacy.guard import Withheld
from shared.domain.outcome import NodeFunction, Outcome, Retry, Work

PATIENCE = 3
"""Attempts of a step, after which a report goes on without what it can do without."""


def patient(function: NodeFunction) -> NodeFunction:
    """A node whose step is handed back for as long as the model asks to wait."""

    @wraps(function)
    async def run(work: Work) -> Outcome:
        try:
            return await function(work)
        except ModelBusy as busy:
            return Retry(code=busy.code, message=busy.message, after_s=busy.after_s)

    return run


def meta(model: str | None, usage: Usage, *, truncated: bool = False) -> dict[str, Any]:
    """What the last piece of a text says of the whole, in OpenWOP v1's terms. Quoting has no model, and uses nothing."""
    told: dict[str, Any] = {"finishReason": "length" if truncated else "stop"}
    if model is None:
        return told
    total = usage.prompt + usage.completion
    counts = {"promptTokens": usage.prompt, "completionTokens": usage.completion, "totalTokens": total}
    return told | {"model": model, "usage": counts}


async def extra(
    model: Model, work: Work, prompt: Prompt, *, budget: int, on_chunk: OnChunk | None = None
) -> tuple[Answer | None, Lost]:
    """An answer that a report can do without, or why there is none.

    Raises:
        ModelBusy, ModelDown: it is worth another attempt of the step; never after PATIENCE attempts.
    """
    try:
        return await model.get(work, prompt, budget=budget, on_chunk=on_chunk)
    except (ModelRefused, Withheld):
        return None, "refused"
    except (ModelBusy, ModelDown):
        if work.attempt < PATIENCE:
            raise
        return None, "down"
