"""Where long words may break: headless browsers come without the dictionaries that would know."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache

import pyphen

_SOFT = "\N{SOFT HYPHEN}"
_LONG = re.compile(r"[^\W\d_]{12,60}")


@cache
def hyphenation(language: str) -> Callable[[str], str]:
    """Return what puts soft hyphens into the long words of a language; short ones stay as they are."""
    known = pyphen.language_fallback(language.replace("-", "_"))
    if known is None:
        return str
    dictionary = pyphen.Pyphen(lang=known, left=3, right=3)

    @lru_cache(maxsize=20_000)
    def broken(word: str) -> str:
        return dictionary.inserted(word, _SOFT)

    return lambda text: _LONG.sub(lambda word: broken(word[0]), text)
