"""What may stand between two figures: a plain connection, or a comparison that is computed again. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from services.worker.ml.facts import Fact

from .lexicon import CHANGES, RELATIONS
from .sentence import Cited, Part, names, plain, stem, words

_CONNECTORS = frozenset("and with while whereas but".split())
_LINKS = frozenset("is are was were lies lie stands stand stays stay remains remain".split())
_GLUE = frozenset("the a an its on of for in at it also row data set split class column feature model".split())
_THAN = frozenset("than to with from as".split())


def joined(of: Sequence[Part]) -> list[str]:
    """Why figures are related in a way that nobody can compute again; nothing if none is."""
    found = []
    for place, part in enumerate(of[1:-1], start=1):
        before, after = of[place - 1], of[place + 1]
        if isinstance(part, str) and isinstance(before, Cited) and isinstance(after, Cited):
            led = words(" ".join(text for text in of[:place] if isinstance(text, str)))
            if not _plain(part, led, before.fact, after.fact):
                found.append(
                    f"between {before.fact.id} and {after.fact.id} may stand “and”, “with”, “while”, or one word of "
                    f"comparison, and their names: not “{part.strip()[:80]}”"
                )
    return found


def _plain(text: str, led: Sequence[str], left: Fact, right: Fact) -> bool:
    said = plain(text)
    named = [word for word in said if stem(word) in names(left) | names(right)]
    rest = [word for word in said if stem(word) not in _GLUE | names(left) | names(right) and word not in _GLUE]
    match rest:
        case []:
            return text.strip() == ","
        case [only] if only in _CONNECTORS:
            return True
        case [connector, link] if connector in _CONNECTORS and link in _LINKS:
            return bool(named) or "it" in said
        case ["to"]:
            return led[-1:] == ["from"] and bool(CHANGES & set(led))
        case _:
            return _compares(rest)


def _compares(rest: Sequence[str]) -> bool:
    """A verb, a comparison, “than”: of these only the comparison must be there."""
    left = list(rest)
    if left[0] in _LINKS:
        left = left[1:]
    if left and left[-1] in _THAN:
        left = left[:-1]
    return len(left) == 1 and left[0] in RELATIONS | CHANGES
