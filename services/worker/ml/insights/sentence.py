"""A sentence of a model's as prose and citations of facts. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

import msgspec

from services.worker.ml.facts import Fact, written

_PLACEHOLDER = re.compile(r"\{\{\s*([^{}\s]{1,300})\s*\}\}")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_TERM = re.compile(r"[^\W_]+")
_POSSESSIVE = re.compile(r"['’]s\b")
CONJUNCTIONS = frozenset("so whereas while but yet though although because since hence thus therefore".split())
CONDITIONS = frozenset("if unless until once when whether".split())
_QUESTIONS = frozenset("where why how what before after".split())
_AS = r"(?<!\bsuch )\b(?=as\b(?! (?:well|usual|expected|soon)\b))"
_THAT = "|".join(rf"(?<= {verb} )(?=that\b)" for verb in "shows says means suggests confirms indicates implies".split())


def _breaks(openers: frozenset[str]) -> re.Pattern[str]:
    opening = rf"\b(?=(?:{'|'.join(sorted(openers))})\b)"
    return re.compile(rf"[,;:()–—]|{opening}|{_AS}|{_THAT}", re.IGNORECASE)


_BREAK = _breaks(CONJUNCTIONS | {"which", "who"})
_BREAK_OF_ADVICE = _breaks(CONJUNCTIONS | CONDITIONS | _QUESTIONS | {"which", "who"})
_CONSEQUENCES = CONJUNCTIONS | {"that"}
_ENDINGS = (("s", ""), ("es", ""), ("ies", "y"), ("ed", ""), ("ed", "e"), ("ied", "y"), ("ing", ""), ("ing", "e"))
_VERBS = frozenset({"means"})
"""Words that are not the name that they look like."""
_SAME = {
    "training": "train",
    "trained": "train",
    "testing": "test",
    "validated": "validation",
    "fit": "train",
    "f-score": "f1",
    "drifted": "drift",
    "predicted": "prediction",
    "lower": "low",
    "upper": "high",
    "duplicated": "duplicate",
}


class Cited(msgspec.Struct, frozen=True):
    """A placeholder and the fact that it stands for."""

    fact: Fact

    def text(self, *, opens: bool = False) -> str:
        """The fact's name and value, as a reader sees them: written by code alone."""
        label = self.fact.label
        first = label[:1].upper() if opens else label[:1] if label[1:2].isupper() else label[:1].lower()
        return f"{first}{label[1:]} ({written(self.fact)})"


Part = str | Cited
"""Prose, or a citation."""


def parts(text: str, facts: Mapping[str, Fact]) -> tuple[list[Part], list[str]]:
    """The sentence's parts in their order, and the placeholders that name no fact."""
    found: list[Part] = []
    unknown: list[str] = []
    end = 0
    for match in _PLACEHOLDER.finditer(text):
        found.append(text[end : match.start()])
        fact = facts.get(match[1])
        if fact is None:
            unknown.append(match[1])
        else:
            found.append(Cited(fact))
        end = match.end()
    found.append(text[end:])
    return [part for part in found if part != ""], unknown


def prose(of: Sequence[Part]) -> list[str]:
    """What the model wrote itself."""
    return [part for part in of if isinstance(part, str)]


def cited(of: Sequence[Part]) -> list[Fact]:
    return [part.fact for part in of if isinstance(part, Cited)]


def clauses(of: Sequence[Part], *, advice: bool = False) -> list[list[Part]]:
    """The sentence cut where another thought may begin; in advice, a condition or a question is one."""
    breaks = _BREAK_OF_ADVICE if advice else _BREAK
    found: list[list[Part]] = [[]]
    for part in of:
        if isinstance(part, Cited):
            found[-1].append(part)
            continue
        first, *others = breaks.split(part)
        found[-1].append(first)
        found += [[other] for other in others]
    return [clause for clause in found if any(isinstance(part, Cited) or part.strip() for part in clause)]


class Clause(msgspec.Struct, frozen=True):
    """A clause in its place; ``behind``: neither it nor one after it has a figure."""

    parts: list[Part]
    behind: bool

    @property
    def words(self) -> list[str]:
        """Its own words in lower case; those with digits are left to ``numerals``."""
        return [word for text in prose(self.parts) for word in plain(text)]

    @property
    def opener(self) -> str:
        """The word by which it begins; with a figure at its beginning, nothing."""
        opening = self.parts[0]
        return next(iter(plain(opening)), "") if isinstance(opening, str) else ""

    @property
    def consequence(self) -> bool:
        """It says what follows from the figures before it, and does not go on about one of them."""
        return self.behind and self.opener in _CONSEQUENCES


def placed(of: Sequence[Part], *, advice: bool = False) -> list[Clause]:
    """The clauses of a sentence in their places."""
    cut = clauses(of, advice=advice)
    last = max((number for number, clause in enumerate(cut) if cited(clause)), default=len(cut))
    return [Clause(clause, number > last) for number, clause in enumerate(cut)]


def plain(text: str) -> list[str]:
    """Its words as a list of words has them: possessives without their ending, and none with a digit."""
    return [word for word in _TERM.findall(_POSSESSIVE.sub("", text.lower())) if word.isalpha()]


def words(text: str) -> list[str]:
    """Its words in lower case, without what is no letter."""
    return [word.replace("’", "'") for word in _WORD.findall(text.lower())]


def terms(text: str) -> list[str]:
    """Its words and names as labels and prose are compared by: p95 is not p99."""
    found = _TERM.findall(_POSSESSIVE.sub("", text.lower()))
    return [stem(term) for term in found if term not in _VERBS]


def stem(word: str) -> str:
    """The word as labels and prose are compared by."""
    word = _SAME.get(word, word)
    if word.endswith("sses"):
        return word[:-2]
    return _SAME.get(word, word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word)


def bases(word: str) -> list[str]:
    """What a plural or a form of a verb may be a form of."""
    found = []
    for ending, bare in _ENDINGS:
        if word.endswith(ending) and len(word) > len(ending) + 1:
            base = word.removesuffix(ending) + bare
            found += [base, base[:-1]] if base[-1] == base[-2] and not bare and ending != "s" else [base]
    return found


def names(fact: Fact) -> frozenset[str]:
    """The words by which a fact may be called."""
    return frozenset(terms(f"{fact.label} {fact.id}"))


def written_names(fact: Fact) -> frozenset[str]:
    """Its label's names that have digits, such as p95, F1 or class_0."""
    return frozenset(
        name
        for name in (one.strip(".,;:()") for one in f"{fact.label}".lower().split())
        if any(map(str.isalpha, name)) and any(unicodedata.category(mark).startswith("N") for mark in name)
    )
