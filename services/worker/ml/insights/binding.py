"""Whether a sentence calls its figures by their own names. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from services.worker.ml.facts import Fact

from .sentence import CONJUNCTIONS, Cited, Part, cited, clauses, names, prose, terms

_GENERIC = frozenset(
    """a an and are as at by for from in is it of on or per that the this to use used with
    model row data set class feature column value figure split experiment project deployment synthgen report prediction
    privacy session end item other best busiest bucket most available needed lag chart training one total
    left last new state version name kind number share mark cell between larger smaller large small rough high low two
    some such than then when where not only own good need rest say show call time""".split()
)
"""Words of labels that also say nothing in particular."""


def vocabulary(facts: Iterable[Fact]) -> frozenset[str]:
    """The words that tell one fact of a report from another."""
    return frozenset(word for fact in facts for word in names(fact)) - _GENERIC


def misnamed(of: Sequence[Part], known: frozenset[str]) -> list[str]:
    """Words that name another fact than the figures beside them.

    Each such word must belong to the figure before it or the one after it, in its own clause. With
    as many names as figures, all before or all behind them, that leaves one reading: the last name
    has no figure but its own, so the one before it has none but its own, and so on. A clause that
    names nothing itself belongs to the one before it, unless a conjunction and its figure open it;
    one without a figure says nothing of figures.
    """
    return list(dict.fromkeys(why for clause in _bound(clauses(of), known) for why in _wrong(clause, known)))


def _bound(of: Iterable[list[Part]], known: frozenset[str]) -> list[list[Part]]:
    found: list[list[Part]] = []
    for clause in of:
        anonymous = cited(clause) and not known & set(terms(" ".join(prose(clause))))
        opened = isinstance(clause[0], str) and clause[0].strip().lower() in CONJUNCTIONS
        if found and anonymous and not opened:
            found[-1] = [*found[-1], " ", *clause]
        else:
            found.append(clause)
    return found


def _wrong(clause: Sequence[Part], known: frozenset[str]) -> Iterator[str]:
    if not cited(clause):
        return
    for place, part in enumerate(clause):
        if isinstance(part, Cited):
            continue
        beside = _nearest(clause[:place][::-1]) | _nearest(clause[place + 1 :])
        for word in terms(part):
            if word in known and word not in beside:
                yield f"“{word}” is not what the figure beside it is of"


def _nearest(of: Sequence[Part]) -> frozenset[str]:
    return next((names(part.fact) for part in of if isinstance(part, Cited)), frozenset())
