"""Words, their stems, and which of them carry meaning."""

from __future__ import annotations

import re
from functools import lru_cache

import snowballstemmer

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_WORD = re.compile(rf"[{_CJK}]|[^\W_{_CJK}]+(?:[-'’][^\W_{_CJK}]+)*")

STOP = frozenset(
    """
    a about above after again against all also am an and any are as at be because been before being below between both
    but by can cannot could did do does doing down during each either else etc ever every few for from further get give
    had has have having he her here hers him his how however i if in into is it its itself just least less like made
    make makes many may me might mine more most much must my neither no nor not of off on once one only onto or other
    others our ours out over own per rather same shall she should since so some such than that the their theirs them
    then there these they this those through thus to too two under until up upon us use used uses using very via was
    way we were what when where whether which while who whom whose why will with within without would yet you your yours
    """.split()
)


def words(text: str) -> list[str]:
    """The words of a text in lower case. A character of a script without spaces counts as a word."""
    return [word.lower() for word in _WORD.findall(text)]


def count(text: str) -> int:
    return len(_WORD.findall(text))


def stems(text: str) -> list[str]:
    """Stems of the words that carry meaning, in order."""
    return [stem(word) for word in words(text) if carries(word)]


def carries(word: str) -> bool:
    """Whether a lower-case word says something about the matter."""
    return word not in STOP and not word.isdigit() and (len(word) > 2 or not word.isascii())


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    stemmed: str = _ENGLISH.stemWord(word.replace("’", "'").removesuffix("'s"))
    return stemmed


_ENGLISH = snowballstemmer.stemmer("english")
