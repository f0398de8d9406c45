"""How wide words are, before any browser has seen them.

Widths are of the page's sans serif and on the wide side, so that what is laid out with them fits.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

SIZE = 11.0
"""Of every letter in a chart."""
LEADING = 14.0
"""From one line of letters to the next."""

_ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
_NARROW = frozenset("ijlrtfI.,:;'|!()[]{}/\\ -")
_BROAD = frozenset("mwMW@%\u2014\u2026")


def width(text: str) -> float:
    """Return how wide the text is at most."""
    return sum(map(_em, text)) * SIZE


def shorten(text: str, most: float) -> str:
    """Return the text, or as much of it as fits with an ellipsis."""
    if len(text) * _em("i") * SIZE <= most and width(text) <= most:
        return text
    room = most - width(_ELLIPSIS)
    end = 0
    while end < len(text) and (room := room - _em(text[end]) * SIZE) >= 0:
        end += 1
    return text[:end].rstrip() + _ELLIPSIS


def wrap(text: str, most: float, rows: int) -> list[str]:
    """Break the text into at most so many rows; the last one is shortened if that is not enough."""
    words, lines = text.split(), [""]
    for place, word in enumerate(words):
        longer = f"{lines[-1]} {word}".lstrip()
        if not lines[-1] or width(longer) <= most:
            lines[-1] = longer
        elif len(lines) < rows:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {' '.join(words[place:])}"
            break
    return [shorten(line, most) for line in lines]


@lru_cache(maxsize=4096)
def _em(character: str) -> float:
    if character in _NARROW:
        return 0.36
    if character in _BROAD:
        return 0.95
    if unicodedata.combining(character):
        return 0.0
    if unicodedata.east_asian_width(character) in "WF" or character > "\U0000ffff":
        return 1.1
    return 0.72 if character.isupper() else 0.64
