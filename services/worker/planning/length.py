"""How long a query asks its report to be."""

from __future__ import annotations

import re

_GROUPED = r"\d{1,3}(?:[,.  \u202f]\d{3})+|\d{2,6}"
_WORDS = r"words?|wörtern?|wort(?:en?)?|mots?|palabras?|parole|palavras"
LENGTH = re.compile(
    rf"(?<![\w.,])(?:({_GROUPED})|(\d{{1,3}}(?:[.,]\d)?)\s?k)\s*\+?\s*-?\s*(?:{_WORDS})\b", re.IGNORECASE
)
_WHOLE = re.compile(
    r"\b(?:in|within|auf|en|dans|em)\s+(?:(?!the\b|this\b|that\b|an?\b|der\b|dem\b|le\b|el\b)\w+\s+){0,3}\Z",
    re.IGNORECASE,
)
"""Before a length that is the report's: ``in about 500 words``."""
_PART = re.compile(
    r"\s*(?:(?:long|lange|langen)\s+)?(?:abstract|introduction|intro|conclusion|paragraph|section|summary of each"
    r"|per\b|each\b|pro\b|je\b|par\b|por\b|einleitung|abschnitt|résumé par|introducción|sección)",
    re.IGNORECASE,
)
"""After a length that is a part's: ``a 250-word abstract``, ``300 words per section``."""


def length(query: str) -> int | None:
    """The number of words that a query asks for, of the whole rather than of a part of it; None if it does not say."""
    found = list(LENGTH.finditer(query))
    return _number(max(found, key=lambda one: _weight(query, one))) if found else None


def _weight(query: str, found: re.Match[str]) -> int:
    """How surely a length is the whole report's."""
    if _PART.match(query, found.end()):
        return 0
    return 2 if _WHOLE.search(query[: found.start()]) else 1


def _number(found: re.Match[str]) -> int:
    if found[2]:
        return round(float(found[2].replace(",", ".")) * 1000)
    return int(re.sub(r"\D", "", found[1]))
