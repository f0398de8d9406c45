"""Whether a sentence calls its figures by their own names. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from services.worker.ml.facts import Fact

from .sentence import Cited, Part, cited, names, terms

_GENERIC = frozenset(
    """a an and are as at by for from in is it of on or per that the this to use used with
    model row data set class feature column value figure split experiment project deployment synthgen report
    privacy session end item other best busiest bucket most available needed lag chart training one total
    left last new state version name kind number share mark cell""".split()
)
"""Words of labels that also say nothing in particular."""


def vocabulary(facts: Iterable[Fact]) -> frozenset[str]:
    """The words that tell one fact of a report from another."""
    return frozenset(word for fact in facts for word in names(fact)) - _GENERIC


def misnamed(of: Sequence[Part], known: frozenset[str]) -> list[str]:
    """Words that name another fact than the figures beside them.

    Each such word must belong to the figure before it or the one after it. With as many names as
    figures, all before or all behind them, that leaves one reading: the last name has no figure but
    its own, so the one before it has none but its own, and so on.
    """
    if not cited(of):
        return []
    found = []
    for place, part in enumerate(of):
        if isinstance(part, Cited):
            continue
        beside = _nearest(of[:place][::-1]) | _nearest(of[place + 1 :])
        wrong = [word for word in terms(part) if word in known and word not in beside]
        found += [f"“{word}” is not what the figure beside it is of" for word in wrong]
    return list(dict.fromkeys(found))


def _nearest(of: Sequence[Part]) -> frozenset[str]:
    return next((names(part.fact) for part in of if isinstance(part, Cited)), frozenset())
