"""``report.summarise``: the executive summary of the finished text, and a title if none was given."""

from __future__ import annotations

import re

import msgspec
from msgspec.structs import replace

from services.worker.content import Asked, Outline, Summary, Usage, Written
from services.worker.llm.door import Answer
from services.worker.llm.model import Model
from services.worker.llm.prompts import summary_prompt, title_prompt
from services.worker.llm.replies import resolve, tidy, trimmed, words
from services.worker.planning.budget import portions, summary_words
from shared.domain.outcome import Done, NodeFunction, Outcome, Work

from .asking import extra, meta, patient
from .steering import steered
from .write import LiveFor

_LONGEST_TITLE = 90
_LEAST_WORDS, _MOST_TIMES = 12, 3
_HEADING = re.compile(r"^#{1,6}\s.*$", re.MULTILINE)
_TITLE_MARKS = re.compile(r"[<>`*_#|\[\]\"“”„«»]|\(?https?://\S+|\bP\d+\b")


def summarise(model: Model, live_for: LiveFor) -> NodeFunction:
    """The node function over a model.

    Outputs: ``summary``; ``title``: the one that was given, unchanged, else one found; ``usage``.
    """

    @patient
    async def run(work: Work) -> Outcome:
        asked = msgspec.convert(work.inputs["asked"], Asked)
        outline = steered(msgspec.convert(work.inputs["outline"], Outline), work)
        written = msgspec.convert(work.inputs["written"], list[Written])
        summary, titled, title = Summary(), Usage(), asked.title
        if any(section.model and section.markdown.strip() for section in written):
            summary = await _summed(model, live_for, work, outline, written)
            if not title:
                title, titled = await _title(model, work, outline, written, summary.markdown)
        outputs = {"summary": summary, "title": title or plain_title(asked.query), "usage": summary.usage + titled}
        return Done(outputs=msgspec.to_builtins(outputs))

    return run


def plain_title(query: str) -> str:
    """A title from the question's own words."""
    text = " ".join(query.split()).rstrip(".?!:; ")
    if len(text) > _LONGEST_TITLE:
        text = text[:_LONGEST_TITLE].rsplit(" ", 1)[0].rstrip(",;:–- ") + " …"
    return text[:1].upper() + text[1:] or "Report"


def summed(answer: Answer, written: list[Written], want: int) -> Summary:
    """The summary as it is kept: it cites only what the sections cite. One that says nothing is none. Pure."""
    text = _HEADING.sub("", tidy(answer.text, "")).strip()
    resolved = resolve(
        trimmed(text) if answer.truncated else text, {one for section in written for one in section.cited}
    )
    kept = Summary(model=answer.model, usage=answer.usage, truncated=answer.truncated, unknown=resolved.unknown)
    if not _LEAST_WORDS <= words(resolved.markdown) <= max(want, 100) * _MOST_TIMES:
        return replace(kept, lost="unusable", truncated=False)
    return replace(kept, markdown=resolved.markdown.strip(), cited=resolved.cited)


async def _summed(model: Model, live_for: LiveFor, work: Work, outline: Outline, written: list[Written]) -> Summary:
    want = summary_words(outline.words)
    tokens = portions(outline.tokens, outline.words).summary
    prompt = summary_prompt(outline, written, words=want, max_tokens=tokens)
    async with live_for(work) as live:
        answer, lost = await extra(model, work, prompt, budget=outline.tokens, on_chunk=live.add)
        if answer is not None:
            live.describe(meta(answer.model, answer.usage, truncated=answer.truncated))
    return Summary(lost=lost) if answer is None else summed(answer, written, want)


async def _title(model: Model, work: Work, outline: Outline, written: list[Written], summary: str) -> tuple[str, Usage]:
    """The model's title as plain words, or nothing."""
    answer, _lost = await extra(model, work, title_prompt(outline, written, summary), budget=outline.tokens)
    if answer is None:
        return "", Usage()
    lines = [line for line in tidy(answer.text, "").splitlines() if line.strip()]
    title = " ".join(_TITLE_MARKS.sub(" ", lines[0]).split()).strip(" .:-–") if lines else ""
    return (title if 3 <= len(title) <= _LONGEST_TITLE else ""), answer.usage
