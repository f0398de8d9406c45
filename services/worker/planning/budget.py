"""Deals a run's tokens out: so many for the outline, for every section, for the joins and for the summary. Pure."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from .plan import Plan

_OUTLINE, _JOIN = 0.15, 0.1
_MOST_OUTLINE, _MOST_JOIN = 3200, 1500
_TOKENS_PER_WORD = 1.6
"""What a word takes at most, citations included, in most languages."""
_SUMMARY_SHARE, _SUMMARY_WORDS = 0.08, (60, 260)
_LEAST = 64


class Portions(msgspec.Struct, frozen=True, kw_only=True):
    """Tokens that each part of the work may have written."""

    outline: int
    """For one of two tries."""
    join: int
    summary: int
    sections: int
    """For all of them."""


def portions(tokens: int, words: int) -> Portions:
    """How a run's tokens are shared out for a report of so many words."""
    outline = min(int(tokens * _OUTLINE), _MOST_OUTLINE)
    join = min(int(tokens * _JOIN), _MOST_JOIN)
    summary = min(int(tokens * _JOIN), int(summary_words(words) * _TOKENS_PER_WORD) + 2 * _LEAST)
    return Portions(
        outline=outline // 2, join=join, summary=summary, sections=max(tokens - outline - join - summary, _LEAST)
    )


def summary_words(words: int) -> int:
    """How long the executive summary of a report of so many words is."""
    least, most = _SUMMARY_WORDS
    return min(max(int(words * _SUMMARY_SHARE), least), most)


def dealt(plan: Plan, shares: list[int] | None = None) -> Plan:
    """The plan with words and tokens for a model that writes it.

    No section is asked for more words than its tokens can hold: a text that is shorter than it should be is better
    than one that breaks off. Where that is less than was planned, it is what is planned now.

    Args:
        shares: how much room each section needs compared with the others; all the same if not given.
    """
    outline, sections = plan.outline, plan.sections
    weights = shares or [1] * len(sections)
    tokens = portions(outline.tokens, outline.words).sections
    room = int(tokens / _TOKENS_PER_WORD)
    words = max(min(outline.words - summary_words(outline.words), room), len(sections))
    planned = min(outline.words, room + summary_words(outline.words))
    given = []
    for section, weight in zip(sections, weights, strict=True):
        part = weight / sum(weights)
        allotted = max(int(tokens * part), _LEAST)
        given.append(
            replace(
                section, words=max(min(int(words * part), int(allotted / _TOKENS_PER_WORD)), 20), max_tokens=allotted
            )
        )
    return Plan(replace(outline, words=planned), given)
