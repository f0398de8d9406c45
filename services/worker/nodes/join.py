"""``report.join``: the finished sections made into one text."""

from __future__ import annotations

import asyncio

import msgspec
from msgspec.structs import replace

from services.worker.content import Joined, Outline, Written
from services.worker.llm.door import Answer
from services.worker.llm.edits import edited
from services.worker.llm.json_replies import Unusable, json_object
from services.worker.llm.model import Model
from services.worker.llm.prompts import join_prompt
from services.worker.llm.replies import first_sentence, resolve
from services.worker.planning.budget import portions
from shared.domain.outcome import Done, NodeFunction, Outcome, Work

from .asking import extra, patient
from .steering import steered


def join(model: Model) -> NodeFunction:
    """The node function over a model.

    Outputs: ``written``, the sections as they are now; ``joined``, what was done; ``usage``. Quotations stay as they are.
    """

    @patient
    async def run(work: Work) -> Outcome:
        outline = steered(msgspec.convert(work.inputs["outline"], Outline), work)
        sections = [msgspec.convert(item["section"], Written) for item in work.inputs["written"]]
        joined = Joined()
        if sum(1 for section in sections if section.model and section.markdown.strip()) > 1:
            tokens = portions(outline.tokens, outline.words).join
            prompt = join_prompt(outline, [one for one in sections if one.model], max_tokens=tokens)
            answer, lost = await extra(model, work, prompt, budget=outline.tokens)
            joined = Joined(lost=lost)
            if answer is not None:
                sections, joined = await asyncio.to_thread(_mended, sections, answer, prompt.schema or {})
        return Done(
            outputs={
                "written": msgspec.to_builtins(sections),
                "joined": msgspec.to_builtins(joined),
                "usage": msgspec.to_builtins(joined.usage),
            }
        )

    return run


def _mended(sections: list[Written], answer: Answer, fits: dict[str, object]) -> tuple[list[Written], Joined]:
    """The sections with the answer's edits; an answer that cannot be used changes nothing."""
    joined = Joined(model=answer.model, usage=answer.usage)
    try:
        found = json_object(answer.text, fits)
    except Unusable:
        return sections, replace(joined, lost="unusable")
    done = edited([one for one in sections if one.model], found["edits"])
    now = {section.id: section for section in done.sections}
    mended = [_with(section, now.get(section.id, section)) for section in sections]
    known = {number for section in mended for number in section.cited}
    seen = [resolve(" ".join(note.split()), known) for note in dict.fromkeys(found["contradictions"])]
    return mended, replace(
        joined,
        edits=done.made,
        refused=done.refused,
        notes=[note.markdown for note in seen if note.markdown],
        unknown=sum(note.unknown for note in seen),
    )


def _with(before: Written, after: Written) -> Written:
    if before.markdown == after.markdown:
        return before
    return replace(after, highlight=first_sentence(after.markdown))
