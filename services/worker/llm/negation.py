"""Words that turn what is said round, in the languages that models are mostly asked to write. Pure."""

from __future__ import annotations

import re
from collections import Counter

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_ENDING = re.compile(r"n['’]t\Z")
_ELISION = re.compile(r"\An['’]")
_WORDS = frozenset(
    """
    no not never none nothing nobody nowhere neither nor without cannot unless except
    nicht nichts kein keine keinen keinem keiner keines nie niemals niemand niemanden weder ohne außer
    ne non pas jamais rien aucun aucune nul nulle ni sans sauf
    nunca jamás nada nadie ningún ninguno ninguna tampoco sin salvo excepto
    mai niente nulla nessun nessuno nessuna né senza tranne
    """.split()
)
"""English, German, French, Spanish, Italian."""


def negations(text: str) -> Counter[str]:
    """The words of a text that deny or except, and how often each is there."""
    found: Counter[str] = Counter()
    for word in _WORD.findall(text.casefold()):
        if _ENDING.search(word):
            found["not"] += 1
        elif _ELISION.match(word):
            found["ne"] += 1
        elif word in _WORDS:
            found["not" if word == "cannot" else word] += 1
    return found
