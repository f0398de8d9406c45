"""Comparisons, computed again from the facts that they are of. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from services.worker.ml.derive.ranking import LESS_IS_BETTER
from services.worker.ml.facts import Fact, fact_id, written

from . import lexicon
from .sentence import Cited, Part, cited, names, stem, words

NEAR = 0.1
"""Two figures are similar if they differ by no more than this share of the larger one."""
_MORE_IS_BETTER = frozenset(
    "auc aucpr f1 accuracy precision recall r2 uptime coverage similarity quality mcc kappa specificity".split()
)
_ALSO_LESS = frozenset("latency errors drift psi ks missing failures burn time".split())


def comparisons(of: Iterable[Sequence[Part]], facts: Mapping[str, Fact]) -> list[str]:
    """Why what is compared in these clauses is not so, or cannot be computed again; nothing if all of it is so."""
    return [why for clause in of for why in _compared(clause, facts)]


def _compared(of: Sequence[Part], facts: Mapping[str, Fact]) -> list[str]:
    said = [(place, word) for place, part in enumerate(of) if isinstance(part, str) for word in words(part)]
    cites = [number for number, part in enumerate(of) if isinstance(part, Cited)]
    own = frozenset[str]().union(*map(names, cited(of)))
    used = [(place, word) for place, word in said if word in lexicon.COMPARING and stem(word) not in own]
    used = used if len(cites) > 1 else [each for each in used if not _wished(said, each)]
    if not used:
        return []
    if any(word in lexicon.NEGATIONS for place, word in said if not cites or place < cites[-1] or len(cites) == 1):
        return ["a comparison with a negation cannot be computed again: say it the other way round"]
    if len(used) > 1:
        return ["more than one comparison at once: make a sentence of each"]
    place, word = used[0]
    if word in lexicon.LOOSE:
        return [f"“{word}” cannot be computed again: name two facts and say which is higher"]
    if word in lexicon.SUPERLATIVES:
        return _superlative(of, word, facts)
    if len(cites) != 2:
        return [f"“{word}” compares: cite the two facts that it is of, and no other"]
    if words(str(of[place]))[words(str(of[place])).index(word) + 1 :][:1] == ["by"]:
        return [f"“{word} by” states a difference that is no fact"]
    if not cites[0] < place < cites[1] and not (place < cites[0] and word in lexicon.CHANGES):
        return [f"“{word}” must stand between the two facts that it is of"]
    left, right = cited(of)
    return _two(left, right, word)


def _wished(said: Sequence[tuple[int, str]], each: tuple[int, str]) -> bool:
    """“Room for a larger search”, “a chance to improve” compare nothing that is."""
    led = [word for _, word in said[: said.index(each)]][-2:]
    return each[1] in lexicon.CHOOSING and (led[-1:] == ["to"] or led in (["for", "a"], ["for", "an"]))


def _two(left: Fact, right: Fact, word: str) -> list[str]:
    if (left.format, left.unit) != (right.format, right.unit):
        return [f"{left.id} and {right.id} cannot be compared: they have different units"]
    true = _holds(left, right, word)
    if true is None:
        return [f"whether more is better of {left.id} is not known: say which is higher"]
    return [] if true else [f"“{word}” is false of {left.id} and {right.id}"]


def _holds(left: Fact, right: Fact, word: str) -> bool | None:
    """Whether the word is true of the two in this order; None: nobody can tell."""
    if word in lexicon.SAME:
        return written(left) == written(right)
    if word in lexicon.NEAR:
        return abs(left.value - right.value) <= NEAR * max(abs(left.value), abs(right.value))
    if word in lexicon.AT_MOST:
        return left.value <= right.value
    if word in lexicon.ABOVE or word in lexicon.FALLS:
        return left.value > right.value
    if word in lexicon.BELOW or word in lexicon.RISES:
        return left.value < right.value
    sign = _sense(left)
    if sign is None or sign != _sense(right):
        return None
    left_is_better = sign * left.value > sign * right.value
    left_is_worse = sign * left.value < sign * right.value
    return left_is_better if word in lexicon.BETTER | lexicon.WORSENS else left_is_worse


def _sense(fact: Fact) -> int | None:
    """1 where more is better, -1 where less is."""
    said = set(words(f"{fact.label} {fact.id.replace('.', ' ')}")) | set(fact.id.split(".")) | set(fact.label.split())
    less = bool(said & (LESS_IS_BETTER | _ALSO_LESS))
    more = bool(said & _MORE_IS_BETTER)
    return None if less == more else -1 if less else 1


def _superlative(of: Sequence[Part], word: str, facts: Mapping[str, Fact]) -> list[str]:
    if len(cited(of)) != 1:
        return [f"“{word}” needs the one fact that it is of"]
    fact = cited(of)[0]
    groups = [group for group in _families(fact, facts.values()) if len(group) > 1]
    if not groups:
        return [f"there is nothing to compare {fact.id} with"]
    sign: int | None = 1 if word in lexicon.HIGHEST else -1 if word in lexicon.LOWEST else _sense(fact)
    if sign is None:
        return [f"whether more is better of {fact.id} is not known"]
    sign = -sign if word in lexicon.WORST else sign
    true = all(sign * fact.value >= sign * other.value for group in groups for other in group)
    return [] if true else [f"“{word}” is false of {fact.id}"]


def _families(fact: Fact, facts: Iterable[Fact]) -> list[list[Fact]]:
    """The facts that differ from this one in one part of their id and of their label: one list for each part."""
    own = fact.id.split(".")
    found: list[list[Fact]] = [[fact] for _ in own]
    for other in facts:
        its = other.id.split(".")
        if other.id == fact.id or len(its) != len(own) or (other.format, other.unit) != (fact.format, fact.unit):
            continue
        differing = [place for place, (mine, theirs) in enumerate(zip(own, its, strict=True)) if mine != theirs]
        if len(differing) == 1 and _rest(fact, own[differing[0]]) == _rest(other, its[differing[0]]):
            found[differing[0]].append(other)
    return found


def _rest(fact: Fact, part: str) -> str:
    return f".{fact_id(fact.label)}.".replace(f"_{part}", "", 1).replace(f"{part}_", "", 1)
