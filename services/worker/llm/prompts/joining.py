"""All sections: what does not fit together."""

from __future__ import annotations

from typing import Any

from services.worker.content import Outline, Written
from services.worker.llm.door import Prompt

from .material import QUOTED, STYLES, fenced, line

_SYSTEM = """\
You edit a report whose sections were written by different hands. The report is {style}. You mend only the joins.

Look for:
- repetition: what a later section says again;
- terms: one thing under two names;
- contradictions between sections;
- transitions: a section that begins as if nothing stood before it.

Rules:
- Answer with one JSON object and nothing else: {{"edits": [{{"section", "find", "replace", "why"}}], "contradictions": []}}.
- "section": its id. "find": one or two sentences or a piece of one, copied exactly from that section, where it stands only
  once. "replace": what is to stand there. "why": repetition, term, contradiction or transition.
- At most {most} edits, each small. Change nothing that is good. An empty list is a good answer.
- Every citation such as [P12], every number and every "not" in "find" must stand in "replace", and no other. Add no
  fact, link or heading. Only a whole sentence that another section has word for word may go without replacement.
- A contradiction that the sources cause is not mended: describe it in one sentence in "contradictions".
{quoted}
- Write in this language: {language}."""

MOST_EDITS = 12
LONGEST_FIND, LONGEST_REPLACE = 700, 900
_LONGEST_WHY, _MOST_CONTRADICTIONS, _LONGEST_CONTRADICTION = 40, 5, 300


def join_prompt(outline: Outline, written: list[Written], *, max_tokens: int) -> Prompt:
    """What the model is told to look over the finished sections."""
    system = _SYSTEM.format(style=STYLES[outline.style], most=MOST_EDITS, quoted=QUOTED, language=outline.language)
    texts = [f'Section "{section.id}": {line(section.title)}\n{fenced(section.markdown)}' for section in written]
    user = f"Report: {outline.title}\nQuestion: {outline.query}\n\n" + "\n\n".join(texts)
    ids = [section.id for section in written]
    return Prompt(system=system, user=user, max_tokens=max_tokens, temperature=0.1, schema=schema(ids))


def schema(ids: list[str]) -> dict[str, Any]:
    """Of the answer."""
    edit = {
        "type": "object",
        "properties": {
            "section": {"enum": ids},
            "find": {"type": "string", "minLength": 1, "maxLength": LONGEST_FIND},
            "replace": {"type": "string", "maxLength": LONGEST_REPLACE},
            "why": {"type": "string", "maxLength": _LONGEST_WHY},
        },
        "required": ["section", "find", "replace", "why"],
        "additionalProperties": False,
    }
    told = {"type": "string", "maxLength": _LONGEST_CONTRADICTION}
    return {
        "type": "object",
        "properties": {
            "edits": {"type": "array", "maxItems": MOST_EDITS, "items": edit},
            "contradictions": {"type": "array", "maxItems": _MOST_CONTRADICTIONS, "items": told},
        },
        "required": ["edits", "contradictions"],
        "additionalProperties": False,
    }
