"""The outline: to plan it, and to mend a plan that does not fit."""

from __future__ import annotations

from typing import Any

from services.worker.content import Outline, Passage
from services.worker.llm.door import Prompt
from services.worker.planning.parts import PARTS

from .material import QUOTED, STYLES, fenced, house_rules, line

_SYSTEM = """\
You plan a report. The report is {style}. You do not write it.

Rules:
- Answer with one JSON object and nothing else: {{"sections": [{{"title", "brief", "passages", "share"}}]}}.
- {count} sections, in the order in which a reader needs them. No executive summary and no list of sources:
  they are made later.
- "title": at most {longest_title} characters, plain words, no numbering, no two alike.
- "brief": one or two sentences, at most {longest_brief} characters: what the section answers and what it leaves to others.
- "passages": the numbers of the passages that it rests on, such as [3, 4, 12]. A passage may serve two sections.
- "share": how much room it needs compared with the others, from 1 to 10.
- Plan only what the passages can answer. What the question names and they are silent on needs no section.
{quoted}
- Titles and briefs in this language: {language}."""

_USER = """\
Report: {title}
Question: {query}{description}{rules}

Length: about {words} words.
Such a report usually has: {parts}. Follow the question where it asks for something else.{binding}

{passages}"""

_REPAIR = """\
{asked}

You answered:

{answer}

That cannot be used:
{errors}

Answer again with one JSON object that fits."""

_MOST_LINES = 160
_OPENING = 24
_LONGEST_ANSWER = 6000


def outline_prompt(
    outline: Outline,
    passages: list[Passage],
    schema: dict[str, Any],
    *,
    description: str = "",
    binding: list[str] | None = None,
    max_tokens: int,
) -> Prompt:
    """What the model is told to plan a report.

    Args:
        outline: what was found by rules: style, words, titles of the sources.
        schema: of its answer (``proposal.schema``).
        binding: titles of the sections that the report must have, in their order.
        max_tokens: of this call.
    """
    sections = schema["properties"]["sections"]
    item = sections["items"]["properties"]
    least, most = sections["minItems"], sections["maxItems"]
    given = "\n".join(f"- {line(title)}" for title in binding or [])
    return Prompt(
        system=_SYSTEM.format(
            style=STYLES[outline.style],
            count=f"{least}" if least == most else f"{least} to {most}",
            longest_title=item["title"]["maxLength"],
            longest_brief=item["brief"]["maxLength"],
            quoted=QUOTED,
            language=outline.language,
        ),
        user=_USER.format(
            title=outline.title or "(none yet)",
            query=outline.query,
            description=f"\nDescription: {line(description)}" if description.strip() else "",
            rules=house_rules(outline.instructions),
            words=outline.words,
            parts=", ".join(part.title.lower() for part in PARTS[outline.style]),
            binding=f"\n\nThe sections are given; use exactly these titles in this order:\n{given}" if given else "",
            passages=_contents(passages, outline.sources),
        ),
        max_tokens=max_tokens,
        schema=schema,
    )


def repair_prompt(first: Prompt, answer: str, errors: list[str]) -> Prompt:
    """The same once more, with the answer that could not be used and why."""
    user = _REPAIR.format(
        asked=first.user,
        answer=fenced(answer[:_LONGEST_ANSWER]),
        errors="\n".join(f"- {error}" for error in errors),
    )
    return Prompt(
        system=first.system, user=user, max_tokens=first.max_tokens, temperature=first.temperature, schema=first.schema
    )


def _contents(passages: list[Passage], titles: list[str]) -> str:
    """Per heading of the sources its passages' numbers and how it begins."""
    places: dict[tuple[int, tuple[str, ...]], list[Passage]] = {}
    for passage in passages:
        places.setdefault((passage.source, tuple(passage.path)), []).append(passage)
    if not places:
        return "No source documents were given: leave the lists of passages empty."
    lines = [_place(held, titles) for held in places.values()]
    left = len(lines) - _MOST_LINES
    more = [f"(and {left} more headings)"] if left > 0 else []
    return "Passages:\n\n" + fenced("\n".join([*lines[:_MOST_LINES], *more]))


def _place(held: list[Passage], titles: list[str]) -> str:
    first, last = held[0].number, held[-1].number
    numbers = f"P{first}" if first == last else f"P{first} to P{last}"
    where = " > ".join(line(part) for part in (titles[held[0].source - 1], *held[0].path))
    opening = " ".join(held[0].text.split()[:_OPENING])
    return f"{numbers} | {where} | {sum(one.words for one in held)} words: {opening} …"
