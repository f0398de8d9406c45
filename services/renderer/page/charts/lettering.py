"""How wide words are, before any browser has seen them.

Widths are of the page's sans serif in the weight of names, which is its widest in a chart.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from services.renderer.page.fonts.metrics import advances

SIZE = 12.0
"""Of every letter in a chart."""
LEADING = 15.0
"""From one line of letters to the next."""

_ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"


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


@lru_cache(maxsize=8192)
def _em(character: str) -> float:
    if (known := advances().get(character)) is not None:
        return known
    if unicodedata.combining(character):
        return 0.0
    return 1.1 if unicodedata.east_asian_width(character) in "WF" or character > "\uffff" else 0.8
