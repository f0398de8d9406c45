"""Texts that were rewritten to be searched, and what was found in them as places of the text as it was. Pure."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from functools import lru_cache

from .kinds import Span

_OTHER = re.compile(r"[^\x00-\x7f]+")
_DIVIDED = re.compile(r"(?<=[^\W\d_])[-\u2010\u2011\u00ad][ \t]*\r?\n[ \t>]*(?=[^\W\d_])")
"""A word that goes on in the next line."""
_SPECIAL = {
    "ß": "ss",
    "ẞ": "ss",
    "ł": "l",
    "đ": "d",
    "ð": "d",
    "ø": "o",
    "æ": "ae",
    "œ": "oe",
    "\u0131": "i",
    "þ": "th",
    "ħ": "h",
}
_UNSEEN = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff")
_HANGUL = range(0xAC00, 0xD7A4)
_JOINT = re.compile(r"_|[^\W\d_A-Z](?=[A-Z]{2}|[A-Z][^\W\d_A-Z])")
_LONGEST_NAME = 64


class Traced:
    """A rewritten text, built piece by piece."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._at: list[int] = [0]
        self._shifts: list[int] = [0]
        self._text: str | None = None

    @property
    def text(self) -> str:
        if self._text is None:
            self._text = "".join(self._parts)
        return self._text

    def place(self, at: int) -> int:
        """Where a place of the rewritten text was."""
        return at + self._shifts[bisect_right(self._at, at) - 1]

    def span(self, span: Span) -> Span:
        """What was found in the rewritten text, in the text as it was."""
        return Span(self.place(span.start), self.place(span.end), span.kind)

    def put(self, written: str, *, instead_of: int) -> None:
        """Go on with a piece that stands for so many characters."""
        at = self._length
        self._parts.append(written)
        self._length += len(written)
        if len(written) < instead_of:
            self._shift(self._length, instead_of - len(written))
        for more in range(len(written) - instead_of):
            self._shift(at + max(instead_of, 1) + more, -1)

    def _shift(self, at: int, by: int) -> None:
        if self._at[-1] == at:
            self._shifts[-1] += by
        else:
            self._at.append(at)
            self._shifts.append(self._shifts[-1] + by)


def bare(text: str, *, joined: bool = False) -> Traced:
    """In lower case, without accents and without what nobody sees; ligatures and wide letters as plain ones.

    Args:
        joined: words that are divided at the end of a line are whole.
    """
    made = Traced()
    at = 0
    for match in _DIVIDED.finditer(text) if joined else ():
        _put_bare(text[at : match.start()], made)
        made.put("", instead_of=len(match[0]))
        at = match.end()
    _put_bare(text[at:], made)
    return made


def divided(text: str) -> bool:
    """Whether a word goes on in the next line."""
    return _DIVIDED.search(text) is not None


def spelt_out(text: str) -> Traced:
    """With the names of fields as words: ``date_of_birth`` and ``dateOfBirth`` as ``date of birth``, with its capitals."""
    made = Traced()
    at = 0
    for joint in _JOINT.finditer(text):
        if _in_name(text, joint.start(), joint.end()):
            start = joint.end() if joint[0] != "_" else joint.start()
            made.put(text[at:start], instead_of=start - at)
            made.put(" ", instead_of=joint.end() - start)
            at = joint.end()
    made.put(text[at:], instead_of=len(text) - at)
    return made


def _in_name(text: str, start: int, end: int) -> bool:
    """Whether a place is inside a word of letters and underscores: keys and tokens have digits."""
    first, last = max(start - _LONGEST_NAME, 0), min(end + _LONGEST_NAME, len(text))
    while start > first and (text[start - 1].isalpha() or text[start - 1] == "_"):
        start -= 1
    while end < last and (text[end].isalpha() or text[end] == "_"):
        end += 1
    around = text[start - 1 : start] + text[end : end + 1]
    return not any(char.isalnum() for char in around)


def _put_bare(text: str, made: Traced) -> None:
    at = 0
    for match in _OTHER.finditer(text):
        made.put(text[at : match.start()].lower(), instead_of=match.start() - at)
        plain = [_plain(char) for char in match[0]]
        if all(len(one) == 1 for one in plain):
            plain = ["".join(plain)]
        for one in plain:
            made.put(one, instead_of=len(match[0]) // len(plain))
        at = match.end()
    made.put(text[at:].lower(), instead_of=len(text) - at)


@lru_cache(maxsize=8192)
def _plain(char: str) -> str:
    if char in _UNSEEN:
        return ""
    small = char.lower()
    if small in _SPECIAL or ord(char) in _HANGUL:
        return _SPECIAL.get(small, char)
    apart = unicodedata.normalize("NFKD", char)
    return "".join(part for part in apart if not unicodedata.combining(part)).lower()
