"""``report.join``: the finished sections made into one text."""

from __future__ import annotations

import msgspec

from services.worker.content import Joined, Written
from services.worker.llm.model import Model
from shared.domain.outcome import Done, NodeFunction, Outcome, Work


def join(model: Model) -> NodeFunction:
    """The node function over a model. Outputs: ``written``, the sections as they are now, and ``joined``."""

    async def run(work: Work) -> Outcome:
        sections = [msgspec.convert(item["section"], Written) for item in work.inputs["written"]]
        outputs = {"written": msgspec.to_builtins(sections), "joined": msgspec.to_builtins(Joined())}
        return Done(outputs=outputs)

    _ = model
    return run
