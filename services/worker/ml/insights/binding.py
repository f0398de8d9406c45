"""Whether a sentence calls its figures by their own names. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from services.worker.ml.facts import Fact

from .sentence import CONJUNCTIONS, Cited, Clause, Part, cited, names, placed, prose, stem, terms
from .vocabulary import MEASURES

_GENERIC = frozenset(
    """a an and are as at by for from in is it of on or per that the this to use used with
    model row data set class feature column value figure split experiment project deployment synthgen report prediction
    privacy session end item other best busiest bucket most available needed lag chart training one total
    left last new state version name kind number share mark cell between larger smaller large small rough high low two
    some such than then when where not only own good need rest say show call time""".split()
)
"""Words of labels that also say nothing in particular."""
_MEASURES = frozenset(map(stem, MEASURES))


def vocabulary(facts: Iterable[Fact]) -> frozenset[str]:
    """The words that tell one fact from another, of the report or of what it could have."""
    return (frozenset(word for fact in facts for word in names(fact)) - _GENERIC) | _MEASURES


def misnamed(of: Sequence[Part], known: frozenset[str]) -> list[str]:
    """Words that name another fact than the figures beside them.

    Each such word must belong to the figure before it or the one after it, in its own clause. With
    as many names as figures, all before or all behind them, that leaves one reading: the last name
    has no figure but its own, so the one before it has none but its own, and so on. A clause that
    names nothing itself belongs to the one before it, unless a conjunction and its figure open it.
    In a clause without a figure it must belong to a figure of the sentence; where the clause says
    what follows, that goes for measures and splits alone.
    """
    own = frozenset[str]().union(*map(names, cited(of)))
    if not own:
        return []
    found = []
    for clause in _bound(placed(of), known):
        if cited(clause.parts):
            found += list(_beside(clause.parts, known))
        else:
            strange = (set(terms(" ".join(prose(clause.parts)))) & known) - own
            strange = strange & _MEASURES if clause.consequence else strange
            found += [f"“{word}” is not what a figure of the sentence is of" for word in sorted(strange)]
    return list(dict.fromkeys(found))


def _bound(of: Iterable[Clause], known: frozenset[str]) -> list[Clause]:
    found: list[Clause] = []
    for clause in of:
        anonymous = cited(clause.parts) and not known & set(terms(" ".join(prose(clause.parts))))
        if found and anonymous and clause.opener not in CONJUNCTIONS:
            found[-1] = Clause([*found[-1].parts, " ", *clause.parts], clause.behind)
        else:
            found.append(clause)
    return found


def _beside(clause: Sequence[Part], known: frozenset[str]) -> Iterator[str]:
    for place, part in enumerate(clause):
        if isinstance(part, Cited):
            continue
        beside = _nearest(clause[:place][::-1]) | _nearest(clause[place + 1 :])
        for word in terms(part):
            if word in known and word not in beside:
                yield f"“{word}” is not what the figure beside it is of"


def _nearest(of: Sequence[Part]) -> frozenset[str]:
    return next((names(part.fact) for part in of if isinstance(part, Cited)), frozenset())
