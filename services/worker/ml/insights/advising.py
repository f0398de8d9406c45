"""What a recommendation may say without a figure: what to do and on what condition, and nothing of what is so. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from . import lexicon
from .sentence import CONDITIONS, Clause, Part, cited, placed
from .vocabulary import ACTIONS, ADVICE, APART, BESIDE, MEASURES
from .wording import strange

_WORDS = BESIDE | APART | ACTIONS | ADVICE | MEASURES
_DEPENDENT = frozenset("which who where why how what before after".split())
_PREPOSITIONS = frozenset("to for with in on of by such from at".split())
_JOINING = frozenset("and or then".split())
_FINITE = frozenset("is are was were be been being remain remains stay stays has have had".split())
_LEAST_CONDITION = 3


def unfounded(of: Sequence[Part], called: frozenset[str]) -> list[str]:
    """What a recommendation asserts without a figure, or in words that cannot be checked; nothing if it only advises.

    Each clause must open as an order, a condition or a part of one. What opens otherwise gives a
    reason, which needs its figure and then is checked as an observation is.
    """
    return list(dict.fromkeys(why for clause in placed(of, advice=True) for why in _unfounded(clause, called)))


def _unfounded(clause: Clause, called: frozenset[str]) -> Iterator[str]:
    opener, said = _opened(clause)
    if cited(clause.parts):
        yield from strange(clause.words, BESIDE | ({opener} & ACTIONS), called)
        return
    yield from strange(clause.words, _WORDS | ({"not"} if clause.words[:2] == ["do", "not"] else set()), called)
    if not said:
        return
    if opener in CONDITIONS:
        if len(said) < _LEAST_CONDITION:
            yield f"“{opener}” needs its condition"
        return
    if opener == "as" and said[1:2] in (["a"], ["an"]) and len(said) == _LEAST_CONDITION:
        return
    if opener not in ACTIONS | _DEPENDENT | _PREPOSITIONS or (opener in _PREPOSITIONS and _FINITE & set(said)):
        yield f"“{' '.join(said)[:80]}” gives a reason or a fact: cite the figure of it, or leave it out"
    compared = [word for word in said if word in lexicon.COMPARING]
    if compared and (
        (_FINITE | {"than"}) & set(said) or not (lexicon.CHOOSING | lexicon.SUPERLATIVES).issuperset(compared)
    ):
        yield f"“{compared[0]}” compares: cite the two facts, or make it a condition with “if”"


def _opened(clause: Clause) -> tuple[str, list[str]]:
    """The word that the clause opens by, and its words from there: without “and”, “or”, “then” and “do not”."""
    said = clause.words
    while said[:1] and said[0] in _JOINING:
        said = said[1:]
    said = said[2:] if said[:2] == ["do", "not"] else said
    return next(iter(said), ""), said
