"""The executive summary of a finished text, and a title for it."""

from __future__ import annotations

from services.worker.content import Outline, Written
from services.worker.llm.door import Prompt

from .material import QUOTED, STYLES, fenced, house_rules, line, voice

_SYSTEM = """\
You write the executive summary of a finished report. The report is {style}.

Rules:
- Say what the report finds, most important first, in about {words} words: it must answer the question for somebody who
  reads nothing else.
- Only what the report says. Keep the citations, such as [P12], of what you take over; add none.
{quoted}
- Answer in Markdown: one to three paragraphs, or one paragraph and a list of at most seven points. No heading, no links,
  no HTML, no word about the report itself.
- Write in this language: {language}."""

_TITLE = """\
You find the title of a finished report. Answer with the title alone: four to ten words, no quotation marks, no citation,
no full stop. It says what the report is about.
{quoted}
- Write in this language: {language}."""

_TITLE_TOKENS = 60
_OPENING = 1200


def summary_prompt(outline: Outline, written: list[Written], *, words: int, max_tokens: int) -> Prompt:
    """What the model is told to sum up the sections."""
    system = _SYSTEM.format(style=STYLES[outline.style], words=words, quoted=QUOTED, language=outline.language)
    texts = [f"Section: {line(one.title)}\n{fenced(one.markdown)}" for one in written if one.markdown.strip()]
    asked = f"Report: {outline.title}\nQuestion: {outline.query}{house_rules(outline.instructions)}"
    return Prompt(system=system + voice(outline.tone), user="\n\n".join([asked, *texts]), max_tokens=max_tokens)


def title_prompt(outline: Outline, written: list[Written], summary: str) -> Prompt:
    """What the model is told to find a title, where nobody gave one."""
    sections = "\n".join(f"- {line(section.title)}" for section in written)
    system = _TITLE.format(quoted=QUOTED, language=outline.language)
    user = f"Question: {outline.query}\n\nSections:\n{sections}\n\nSummary:\n{fenced(summary[:_OPENING])}"
    return Prompt(system=system, user=user, max_tokens=_TITLE_TOKENS)
