"""Finds values that are known already, wherever they occur again and however they are spelt. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

import msgspec

from .kinds import Kind, Span
from .traced import Traced, bare, divided

_WORD = re.compile(r"[^\W_]+")
_GAP = re.compile(r"(?:\.?[\s\u00a0]{0,3}|\.?\s{0,2}[-_\u2010\u2011'’,]\s{0,2})")
_DIGITS = re.compile(r"(?<!\w)\+?[0-9](?:[ \u00a0\u202f./()-]{0,2}[0-9]){5,33}(?!\w)")
_NAMES = frozenset({Kind.PERSON, Kind.ORGANISATION, Kind.PLACE})
_UNSPACED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
"""Scripts that do not put spaces between words."""

_ENDINGS = frozenset(
    """
    s es n en ens er ern m mi ch in a u e i y ie ia o om em im ym am owi owie ego emu iego iemu ej iej ow ami ach ova ova owa ovi ovej
    """.split()
)
"""What languages hang on to names; Latin letters without accents."""
_LEAST = 4
"""Letters of a name that may have an ending: shorter ones are beginnings of other words."""
_POSSESSIVE = re.compile(r"['’]s?$")
_UMLAUTS = (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("å", "aa"), ("ø", "oe"))

ORDINARY = frozenset(
    """
    able account admin agent all an and api april art as august author autumn bill bob bot brown chance chase christian
    client core customer data day default demo dev dick drew earnest faith frank grace grant green guest harmony hope
    hunter in iris ivy jack jade jasmine jean jewel job john joy june key lane lily mark may me mercy miles mode my name
    named no none null of olive on or patient person pat paul penny pearl power queen ray reader report reports
    rich robin rob root rose rusty sage scout service short shaw sky star stone summer system team test tester tests the
    tiny to user user1 version victor violet white will wolf worker writer young your
    """.split()
)
"""Names that are words as well: alone they are names only when they begin with a capital."""


class _Form(msgspec.Struct, frozen=True):
    text: str
    words: tuple[str, ...]
    before: int
    """Characters before its first word."""
    kind: Kind
    capital: bool
    """It must begin with a capital."""


class Lexicon:
    """Values to look for, in any case and with or without accents; names also in other spacing and with endings."""

    def __init__(self) -> None:
        self._by_word: dict[str, list[_Form]] = {}
        self._unspaced: dict[str, list[tuple[str, Kind]]] = {}
        self._numbers: dict[str, Kind] = {}
        self._known: set[str] = set()

    def add(self, form: str, kind: Kind, *, found: bool = False) -> None:
        """Look for a value from now on.

        Args:
            found: in running text, and not given in a field: a name of one word is looked for with a capital only.
        """
        if kind is Kind.LOOKALIKE:
            return
        for written in _spellings(form, kind):
            self._add(written, kind, found=found)
        digits = re.sub(r"[^0-9]", "", form)
        if len(digits) >= 7 and not re.search(r"[^\W\d_]", form):
            self._numbers[digits] = kind

    def find(self, text: str) -> Iterator[Span]:
        """Every occurrence of a known value, as a whole word."""
        if not self._known:
            return
        yield from self._in(text, bare(text))
        if divided(text):
            yield from self._in(text, bare(text, joined=True))
        yield from self._in_numbers(text)

    def _add(self, written: str, kind: Kind, *, found: bool) -> None:
        if written in self._known:
            return
        self._known.add(written)
        if _UNSPACED.match(written):
            self._unspaced.setdefault(written[0], []).append((written, kind))
            return
        words = tuple(_WORD.findall(written))
        if not words:
            return
        start = written.index(words[0])
        capital = len(words) == 1 and kind in _NAMES and (found or words[0] in ORDINARY)
        self._by_word.setdefault(words[0], []).append(_Form(written, words, start, kind, capital))

    def _in(self, text: str, copy: Traced) -> Iterator[Span]:
        folded = copy.text
        for word in _WORD.finditer(folded):
            for form in self._by_word.get(word[0], ()):
                start = word.start() - form.before
                end = _same(folded, start, form.text)
                if end is None and form.kind in _NAMES:
                    start = word.start()
                    end = _spelt(folded, start, form.words)
                if end is not None and not (form.capital and not _capital(text, copy, word.start())):
                    yield copy.span(Span(start, end, form.kind))
            if len(word[0]) > _LEAST and _capital(text, copy, word.start()):
                yield from (copy.span(Span(word.start(), word.end(), form.kind)) for form in self._stems(word[0]))
        yield from (copy.span(span) for span in self._in_unspaced(folded))

    def _stems(self, word: str) -> Iterator[_Form]:
        """Names of one word that this word may be with an ending; those in -a may have lost it."""
        for size in range(1, 5):
            stem, ending = word[:-size], word[-size:]
            if len(stem) >= _LEAST - 1 and ending in _ENDINGS:
                likely = (*self._by_word.get(stem, ()), *self._by_word.get(f"{stem}a", ()))
                yield from (form for form in likely if form.words == (form.text,) and _may_end(form))

    def _in_unspaced(self, folded: str) -> Iterator[Span]:
        for first, forms in self._unspaced.items():
            at = folded.find(first)
            while at >= 0:
                for form, kind in forms:
                    if folded.startswith(form, at):
                        yield Span(at, at + len(form), kind)
                at = folded.find(first, at + 1)

    def _in_numbers(self, text: str) -> Iterator[Span]:
        if not self._numbers:
            return
        for match in _DIGITS.finditer(text):
            kind = self._numbers.get(re.sub(r"[^0-9]", "", match[0]))
            if kind is not None:
                yield Span(match.start(), match.end(), kind)


def _spellings(form: str, kind: Kind) -> set[str]:
    """A value as it is looked for, and names also with their umlauts written in two letters, or as if those were such."""
    written = {bare(form).text}
    if kind in _NAMES:
        form = _POSSESSIVE.sub("", form)
        lower = unicodedata.normalize("NFC", form.lower())
        apart, together = lower, lower
        for umlaut, two in _UMLAUTS:
            apart, together = apart.replace(umlaut, two), together.replace(two, umlaut)
        written |= {bare(form).text, bare(apart).text, bare(together).text}
    return written


def _may_end(form: _Form) -> bool:
    return form.kind in _NAMES and len(form.text) >= _LEAST and form.text not in ORDINARY


def _capital(text: str, copy: Traced, at: int) -> bool:
    """Whether a word begins with a capital, or its script has none."""
    return not text[copy.place(at)].islower()


def _same(folded: str, start: int, form: str) -> int | None:
    """Where a form ends that begins at a place and is a word by itself there."""
    if start < 0 or not folded.startswith(form, start):
        return None
    end = start + len(form)
    return end if _apart(folded, start, end) else None


def _spelt(folded: str, start: int, words: tuple[str, ...]) -> int | None:
    """Where a name ends that begins at a place, whatever stands between its words."""
    at = start
    for place, word in enumerate(words):
        if place:
            gap = _GAP.match(folded, at)
            at = gap.end() if gap else at
        if not folded.startswith(word, at):
            return None
        at += len(word)
    return at if _apart(folded, start, at) else None


def _apart(folded: str, start: int, end: int) -> bool:
    """Whether a range is not cut out of a word."""
    before = folded[start - 1] if start else " "
    after = folded[end] if end < len(folded) else " "
    return not (_joins(before) and _joins(folded[start])) and not (_joins(after) and _joins(folded[end - 1]))


def _joins(char: str) -> bool:
    return char.isalnum() and not _UNSPACED.match(char)
