"""Which kind of report a query asks for, from its words."""

from __future__ import annotations

import re

import msgspec

from services.worker.content import Style
from shared.domain.errors import Rejected

WORDS: dict[Style, tuple[str, ...]] = {
    "comparison": (
        "compare", "compares", "compared", "comparing", "comparison", "versus", "vs", "difference", "differences",
        "differ", "better", "pros and cons", "advantages", "disadvantages", "alternative", "alternatives",
    ),
    "summary": (
        "summarize", "summarise", "summarized", "summary", "overview", "brief", "briefly", "quick", "tldr", "tl;dr",
        "highlights",
    ),
    "use_case": (
        "use case", "use cases", "how can", "how could", "how would", "implement", "implementing", "implementation",
        "deploy", "deploying", "deployment", "business scenario", "business scenarios", "real world", "real-world",
        "practical example", "practical examples", "application", "leverage", "utilize", "utilise",
    ),
    "technical": (
        "technical", "technically", "architecture", "deep dive", "deep-dive", "in depth", "in-depth", "detailed analysis",
    ),
}  # fmt: skip
"""In the order in which they win a tie."""
_NAMES = r"(?-i:VS\s+Code\b)"
"""What begins like a keyword and is a name."""


class Choice(msgspec.Struct, frozen=True):
    style: Style
    chosen: bool
    """By the caller, not from the words."""
    words: dict[str, list[str]]
    """Per style the words of the query that speak for it."""


def detect(query: str, asked: object = None) -> Choice:
    """The style with the most keywords in the query, matched as whole words; without any, technical.

    Args:
        asked: ``parameters.report_style``; it wins.

    Raises:
        Rejected: ``asked`` is not a style.
    """
    found: dict[str, list[str]] = {style: hits for style, words in WORDS.items() if (hits := _hits(query, words))}
    if asked is not None and asked != "":
        for style in WORDS:
            if asked == style:
                return Choice(style, chosen=True, words=found)
        raise Rejected(
            f"parameters.report_style must be one of {', '.join(sorted(WORDS))}",
            details={"field": "parameters.report_style"},
        )
    best: Style = max(WORDS, key=lambda style: len(found.get(style, [])))
    return Choice(best if found else "technical", chosen=False, words=found)


def _hits(query: str, words: tuple[str, ...]) -> list[str]:
    """Every occurrence of every keyword, the longer keyword first where two overlap."""
    longest = sorted(words, key=len, reverse=True)
    pattern = "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in longest)
    found = re.findall(rf"(?<!\w)(?!{_NAMES})(?:{pattern})(?!\w)", query, re.IGNORECASE)
    return [" ".join(hit.lower().split()) for hit in found]
