"""Deals the statements of the sources out to the sections, so that no two sections quote the same one."""

from __future__ import annotations

from collections import Counter

import msgspec

from services.worker.content import Passage
from services.worker.reading import terms

from .lenses import strength
from .quotable import Quotable, Span, is_form, quotables
from .rank import Index

_TURNS = 5
_WORSE = 0.6
"""A quotation that is worth less than this part of the section's best one is left."""
_FORM = 0.5
"""A passage with blanks to fill in is an example, not the matter itself."""
_ANNOUNCED, _RIVAL = 0.7, 0.3
"""What stands below a heading with another section's terms is worth less to this one."""
_AGAIN = 0.12


class Want(msgspec.Struct, frozen=True, kw_only=True):
    """What a section looks for."""

    kind: str
    stems: list[str]
    relevance: list[float]
    """Per passage, 0 to 1."""
    room: int
    """Words that it has for one source; one quotation fits whatever its length."""
    least: float = 0.3
    """Passages below this relevance have nothing for it."""
    defining: bool = False
    """What a word means is just what it looks for."""


class _Candidate(msgspec.Struct, frozen=True):
    score: float
    source: int
    what: Quotable


def allot(wants: list[Want], index: Index) -> list[list[Span]]:
    """For each section its quotations, best first.

    Sections take turns, one quotation of one source at a time. Who has the fewest to choose from chooses first,
    and a section about a matter before one that gathers a kind of statement.
    """
    stock = [quotables(passage) for passage in index.passages]
    queues = {
        (number, source): candidates
        for number, want in enumerate(wants)
        for source, candidates in _candidates(want, stock, _elsewhere(want, wants, index), index).items()
    }
    taken: set[str] = set()
    dealt: list[list[_Candidate]] = [[] for _ in wants]
    for _ in range(_TURNS):
        order = sorted(queues, key=lambda key: (wants[key[0]].kind != "topic", len(_free(queues[key], taken)), key))
        for number, source in order:
            best = _next(queues[number, source], dealt[number], taken)
            if best is not None and _keeps_up(best, dealt[number], wants[number].room):
                dealt[number].append(best)
                taken.update(best.what.said)
    return [[one.what.span for one in sorted(each, key=lambda one: -one.score)] for each in dealt]


def _elsewhere(want: Want, wants: list[Want], index: Index) -> list[bool]:
    """Per passage whether its heading announces another section's matter."""
    topics = [_weights(other, index) for other in wants if other.kind == "topic" and other is not want]
    own = _weights(want, index)
    headings = [frozenset(terms.stems(passage.locator)) for passage in index.passages]
    return [
        want.kind == "topic"
        and _share(own, heading) < _ANNOUNCED
        and any(_share(other, heading) >= _ANNOUNCED for other in topics)
        for heading in headings
    ]


def _candidates(
    want: Want, stock: list[list[Quotable]], elsewhere: list[bool], index: Index
) -> dict[int, list[_Candidate]]:
    """What a section could quote, by source."""
    found: dict[int, list[_Candidate]] = {}
    weights = _weights(want, index)
    for passage, held, relevance, foreign in zip(index.passages, stock, want.relevance, elsewhere, strict=True):
        near = relevance * (_FORM if is_form(passage) else 1)
        if near < want.least:
            continue
        for one in held:
            fit = _fit(want, weights, passage, one)
            if fit > 0:
                score = near + fit - _RIVAL * foreign + one.form
                found.setdefault(passage.source, []).append(_Candidate(score, passage.source, one))
    return found


def _fit(want: Want, weights: dict[str, float], passage: Passage, one: Quotable) -> float:
    """How well a statement answers what the section looks for; 0 for not at all."""
    defines = one.defines and not want.defining
    if want.kind != "topic":
        return 0.0 if defines else 0.6 * strength(want.kind, one.text)
    hit, headed = _share(weights, one.stems), _share(weights, frozenset(terms.stems(passage.locator)))
    if not (hit or headed) or (defines and not headed):
        return 0.0
    operative = max(strength(kind, one.text) for kind in ("permissions", "duties", "limits"))
    return max(0.01, 0.5 * hit + 0.25 * headed + 0.2 * operative - 0.45 * defines)


def _weights(want: Want, index: Index) -> dict[str, float]:
    return {stem: index.idf(stem) for stem in want.stems}


def _share(weights: dict[str, float], stems: frozenset[str]) -> float:
    """How much of the terms' weight is there."""
    return sum(weight for stem, weight in weights.items() if stem in stems) / (sum(weights.values()) or 1.0)


def _keeps_up(candidate: _Candidate, dealt: list[_Candidate], room: int) -> bool:
    """Whether it fits beside what the section has from the same source, and is not much worse."""
    same = [one for one in dealt if one.source == candidate.source]
    if not same:
        return True
    fits = sum(one.what.words for one in same) + candidate.what.words <= room
    return fits and candidate.score >= _WORSE * max(one.score for one in same)


def _free(queue: list[_Candidate], taken: set[str]) -> list[_Candidate]:
    return [one for one in queue if not taken & one.what.said]


def _next(queue: list[_Candidate], dealt: list[_Candidate], taken: set[str]) -> _Candidate | None:
    """The best that is free; a passage that was quoted already counts a little less each time."""
    used = Counter(one.what.span[0] for one in dealt)
    free = sorted(_free(queue, taken), key=lambda one: one.what.span)
    return max(free, key=lambda one: one.score - _AGAIN * used[one.what.span[0]], default=None)
