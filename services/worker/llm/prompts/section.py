"""One section: to write it, and to bring it to its length."""

from __future__ import annotations

from services.worker.content import Outline, Section
from services.worker.llm.door import Prompt

from .material import QUOTED, STYLES, fenced, house_rules, numbered, voice

_SYSTEM = """\
You write one section of a report. The report is {style}.

Rules:
- Write only what the numbered passages say. Add no fact, number, name or date that is not in them.
- After every claim cite the passage it rests on by its number in square brackets, such as [P12] or [P3][P7].
- Where the passages say nothing on a point, say so in one sentence. Do not guess.
{quoted}
- Leave to the other sections what is theirs. Call a thing by the same name throughout.
- Answer in Markdown: paragraphs, lists, tables, and ### sub-headings where they help. No title, no closing summary,
  no list of sources, no links, no HTML.
- Write in this language: {language}."""

_SYSTEM_WITHOUT = """\
You write one section of a report. The report is {style}.

Rules:
- No source documents were given. Write from general knowledge, cite nothing, and invent no figures, names or quotations.
- Say where something is uncertain.
- Leave to the other sections what is theirs. Call a thing by the same name throughout.
- Answer in Markdown: paragraphs, lists, tables, and ### sub-headings where they help. No title, no closing summary,
  no list of sources, no links, no HTML.
- Write in this language: {language}."""

_USER = """\
Report: {title}
Question: {query}{rules}

Sections of the report, of which you write only the one marked with >:
{outline}

Section to write: {section}
What it is for: {brief}
Length: about {words} words.{note}
{passages}"""

_LENGTH = """\
{asked}

This is the section as you wrote it. It has {have} words and should have about {words}:

{draft}

Write it again {how}. Keep every citation that still applies, and keep to all the rules. Answer with the section alone."""

_TOKENS_PER_WORD, _TOKENS_MORE = 2.0, 200


def section_prompt(outline: Outline, section: Section, note: str | None = None) -> Prompt:
    """What the model is told for one section.

    Args:
        note: what a reviewer wants changed in what was written before.
    """
    system = _SYSTEM if section.passages else _SYSTEM_WITHOUT
    passages = numbered(section.passages, outline.sources)
    return Prompt(
        system=system.format(style=STYLES[outline.style], language=outline.language, quoted=QUOTED)
        + voice(outline.tone),
        user=_USER.format(
            title=outline.title,
            query=outline.query,
            rules=house_rules(outline.instructions),
            outline="\n".join(
                f"{'>' if one.id == section.id else '-'} {one.title}: {one.brief}" for one in outline.sections
            ),
            section=section.title,
            brief=section.brief,
            words=section.words,
            passages=f"\nPassages:\n\n{passages}" if passages else "",
            note=f"\nA reviewer wants this changed: {note}" if note else "",
        ),
        max_tokens=min(section.max_tokens, _tokens(section.words)),
        outline=outline,
        section=section,
    )


def length_prompt(first: Prompt, draft: str, have: int, words: int, *, max_tokens: int) -> Prompt:
    """The section once more, nearer to its length.

    Args:
        first: what it was written by.
        have: the draft's words.
        words: how many it should have.
        max_tokens: what is left of the section's tokens.
    """
    how = (
        "longer, by saying more of what the passages say; do not pad it"
        if have < words
        else "shorter, by leaving out what matters least"
    )
    return Prompt(
        system=first.system,
        user=_LENGTH.format(asked=first.user, have=have, words=words, draft=fenced(draft), how=how),
        max_tokens=min(max_tokens, _tokens(words)),
        temperature=first.temperature,
        model=first.model,
        outline=first.outline,
        section=first.section,
    )


def _tokens(words: int) -> int:
    """What so many words take at most, in any language."""
    return int(words * _TOKENS_PER_WORD) + _TOKENS_MORE
