"""Numbers that a model writes itself, in whatever disguise. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from . import lexicon
from .sentence import Cited, Part, cited, names, prose, stem, words, written_names

_ROMAN = re.compile(r"(?=[IVXLCDM])M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})")
_SMALL_ROMAN = re.compile(r"(?=[ivxlc]{2})(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})")
_TOKEN = re.compile(r"\S+")
_EDGES = ".,;:!?()[]\"'“”‘’"
_LIKE_DIGITS = re.compile(r"[-OolISZB|]*[OolISZB|][.,:][OolISZB|.,:]+%?")
_SPELLED = re.compile(r"\b\w(?:[\s.\-_·]+\w\b){2,}")
_MARKS = frozenset(" .,;:!?()'\"“”‘’-–—&/")
_BESIDE = frozenset(" ,.;:!?)('\"“”‘’")
_CATEGORIES = frozenset({"Lu", "Ll", "Lt", "Lm", "Lo"})


def numerals(of: Sequence[Part]) -> list[str]:
    """Why what the model wrote itself says a number; nothing if it says none."""
    allowed = frozenset[str]().union(*map(written_names, cited(of)))
    named = frozenset[str]().union(*map(names, cited(of)))
    found = [why for text in prose(of) for why in (*_marks(text), *_tokens(text, allowed, named), *_words(text, named))]
    return [*dict.fromkeys([*found, *_beside(of)])]


def quantities(of: Sequence[Part]) -> list[str]:
    """Words that say how many without a numeral."""
    said = sorted(set(words(" ".join(prose(of)))) & (lexicon.QUANTITIES | lexicon.ARITHMETIC))
    return [f"“{word}” states what cannot be checked" for word in said]


def _marks(text: str) -> list[str]:
    """Only Latin letters, spaces and ordinary punctuation: digits are looked at with their word."""
    found = []
    for mark in dict.fromkeys(text):
        category = unicodedata.category(mark)
        latin = category in _CATEGORIES and unicodedata.name(mark, "").startswith("LATIN")
        decomposed = unicodedata.normalize("NFKC", mark)
        if not (latin and decomposed == mark) and mark not in _MARKS and not category.startswith("N"):
            found.append(f"the character “{mark if mark.isprintable() else hex(ord(mark))}” may not be used")
    return found


def _tokens(text: str, allowed: frozenset[str], named: frozenset[str]) -> list[str]:
    found = []
    for match in _TOKEN.finditer(text):
        token = match[0].strip(_EDGES)
        digits = any(unicodedata.category(mark).startswith("N") for mark in token)
        if digits and token.lower().removesuffix("'s").removesuffix("’s") not in allowed:
            found.append(f"“{token[:40]}” has digits: cite the fact instead")
        roman = _ROMAN.fullmatch(token) or _SMALL_ROMAN.fullmatch(token)
        if (roman and token.lower() not in named) or _LIKE_DIGITS.fullmatch(match[0].strip("()\"'")):
            found.append(f"“{token[:40]}” reads as a number")
    found += [f"“{spelled[0][:40]}” is spelled out" for spelled in _SPELLED.finditer(text)]
    return found


def _words(text: str, named: frozenset[str]) -> list[str]:
    return [
        f"“{word}” is a number: cite the fact instead"
        for word in words(text)
        if lexicon.numeral(word) and not (word in lexicon.ALSO_NAMES and stem(word) in named)
    ]


def _beside(of: Sequence[Part]) -> list[str]:
    """What stands right at a figure may not change it."""
    found = []
    for place, part in enumerate(of):
        if not isinstance(part, Cited):
            continue
        before, after = of[place - 1] if place else "", of[place + 1] if place + 1 < len(of) else ""
        if isinstance(before, Cited) or isinstance(after, Cited):
            found.append("two facts stand side by side without a word between them")
            continue
        if (before[-1:] and before[-1] not in _BESIDE) or (after[:1] and after[0] not in _BESIDE):
            found.append(f"a character touches {{{{{part.fact.id}}}}}")
        last, following = words(before)[-1:], words(after)[:2]
        if last and last[0] in lexicon.BEFORE:
            found.append(f"“{last[0]}” right before a figure changes it")
        if following and following[0] in lexicon.UNITS and following != ["points", "to"]:
            found.append(f"“{following[0]}” right behind a figure changes it: figures have their units")
    return found
