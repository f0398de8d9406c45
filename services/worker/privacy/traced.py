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
_COMPOUND = re.compile(
    r"(?<![\w-])(?:[^\W\d_]+(?:_[^\W\d_]+)+|[^\W\d_A-Z]+(?:[A-Z][^\W\d_A-Z]*)+|(?:[A-Z][^\W\d_A-Z]+){2,})(?!\w)"
)
_HUMP = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z])|_")


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
        self._parts.append(written)
        self._length += len(written)
        if len(written) != instead_of:
            shift = self._shifts[-1] + instead_of - len(written)
            if self._at[-1] == self._length:
                self._shifts[-1] = shift
            else:
                self._at.append(self._length)
                self._shifts.append(shift)


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
    for match in _COMPOUND.finditer(text):
        made.put(text[at : match.start()], instead_of=match.start() - at)
        at = match.start()
        for hump in _HUMP.finditer(text, match.start(), match.end()):
            made.put(text[at : hump.start()], instead_of=hump.start() - at)
            made.put(" ", instead_of=hump.end() - hump.start())
            at = hump.end()
    made.put(text[at:], instead_of=len(text) - at)
    return made


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
