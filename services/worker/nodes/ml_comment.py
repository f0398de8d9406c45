"""``ml.comment``: what a language model says of the figures, if there is one."""

from __future__ import annotations

from services.worker.llm.model import Model
from shared.domain.outcome import Done, NodeFunction, Outcome, Work


def ml_comment(model: Model) -> NodeFunction:
    """The node function over a model. Outputs: ``commentary`` (blocks) and ``counts``, with ``reason`` if there is none."""

    async def comment(_work: Work) -> Outcome:
        reason = "no language model is configured" if model.quotes else "the model's commentary cannot be checked here"
        return Done(outputs={"commentary": [], "counts": {"reason": reason}})

    return comment
