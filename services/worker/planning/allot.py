"""Deals the statements of the sources out to the sections, so that no two sections quote the same one."""

from __future__ import annotations

import re
from collections import Counter

import msgspec

from services.worker.content import Passage
from services.worker.reading import terms
from services.worker.reading.statements import Statement, statements

from .lenses import strength
from .rank import Index

_LONG = 60
_SHORT = 12
_MOST_WORDS = 190
_WORSE = 0.6
_TURNS = 5
_FIRST = 6
"""A statement that points elsewhere in its first words is not understood alone."""
_LIST_WORDS = 130
"""A list is shortened to this when it is quoted."""
_RIVAL = 0.3
_ANNOUNCED = 0.7
_FORM = 0.5
"""A passage with blanks to fill in is an example, not the matter itself."""
_LEAST_WORDS = 4
_LEANING = re.compile(
    r"(?:(?i:however|moreover|furthermore|therefore|thus|hence|instead|otherwise|likewise|similarly|for example"
    r"|in addition|for (?:the )?purposes of this|it|its|they|their|he|she|but|and|or|also|the above|the former"
    r"|the latter|of course|so|then|such)\b"
    r"|(?:This|These|That|Those)\b(?!\s+[A-Z]))"
)
"""How a sentence begins that is not understood without the one before it."""
_UNFIT = re.compile(r"<[^<>]{2,}>|\[[a-z]{3,}\]|https?://|`|\.{4,}")
_POINTING = re.compile(r"\b(?:above|aforesaid|below|following|foregoing|preceding)\b", re.IGNORECASE)
_DEFINING = re.compile(
    r"(?:\S+\s+){0,4}[\"“][^\"”]{2,60}[\"”]\W*(?:\S+\s+){0,9}?(?:are|if|includes?|is|means?|refers)\b"
)
_ENDED = re.compile(r"[.!?。！？][)\]\"'”’»]*$")

Span = tuple[int, int, int]
"""A passage's number, its first statement and the one after the last."""


class Want(msgspec.Struct, frozen=True, kw_only=True):
    """What a section looks for."""

    kind: str
    stems: list[str]
    relevance: list[float]
    """Per passage, 0 to 1."""
    room: int
    """Words that it has for one source; one span fits whatever its length."""
    least: float = 0.3
    """Passages below this relevance have nothing for it."""
    defining: bool = False
    """What a word means is just what it looks for."""


class _Candidate(msgspec.Struct, frozen=True):
    score: float
    source: int
    span: Span
    words: int
    said: frozenset[str]
    """Its statements: the same words elsewhere are the same statement."""


def allot(wants: list[Want], index: Index) -> list[list[Span]]:
    """For each section its spans, best first.

    Sections take turns, one span of one source at a time. Who has the fewest to choose from chooses first,
    and a section about a matter before one that gathers a kind of statement.
    """
    queues = {
        (number, source): candidates
        for number, want in enumerate(wants)
        for source, candidates in _candidates(want, _elsewhere(want, wants, index), index).items()
    }
    taken: set[str] = set()
    dealt: list[list[_Candidate]] = [[] for _ in wants]
    for _ in range(_TURNS):
        order = sorted(queues, key=lambda key: (wants[key[0]].kind != "topic", len(_free(queues[key], taken)), key))
        for number, source in order:
            best = _next(queues[number, source], dealt[number], taken)
            if best is not None and _keeps_up(best, dealt[number], wants[number].room):
                dealt[number].append(best)
                taken.update(best.said)
    return [[one.span for one in sorted(each, key=lambda one: -one.score)] for each in dealt]


def _elsewhere(want: Want, wants: list[Want], index: Index) -> list[bool]:
    """Per passage whether its heading announces another section's matter."""
    topics = [_weights(other, index) for other in wants if other.kind == "topic" and other is not want]
    own = _weights(want, index)
    return [
        want.kind == "topic"
        and _share(own, passage.locator) < _ANNOUNCED
        and any(_share(other, passage.locator) >= _ANNOUNCED for other in topics)
        for passage in index.passages
    ]


def _weights(want: Want, index: Index) -> dict[str, float]:
    return {stem: index.idf(stem) for stem in want.stems}


def _candidates(want: Want, elsewhere: list[bool], index: Index) -> dict[int, list[_Candidate]]:
    """What a section could quote, by source."""
    found: dict[int, list[_Candidate]] = {}
    weights = _weights(want, index)
    for passage, relevance, foreign in zip(index.passages, want.relevance, elsewhere, strict=True):
        near = relevance * (_FORM if _UNFIT.search(passage.text) else 1)
        if near < want.least:
            continue
        for span, said in _spans(passage):
            text = " ".join(one.whole for one in said)
            fit = _fit(want, weights, passage, text)
            if fit > 0:
                words = sum(_length(one) for one in said)
                score = near + fit - _RIVAL * foreign + _form(text, len(said), span[1], words)
                one = _Candidate(score, passage.source, span, words, frozenset(one.whole for one in said))
                found.setdefault(passage.source, []).append(one)
    return found


def _spans(passage: Passage) -> list[tuple[Span, tuple[Statement, ...]]]:
    """Statements that can stand alone; one that leans on the statement before it comes together with that one."""
    found: list[tuple[Span, tuple[Statement, ...]]] = []
    all_of_it = statements(passage.text)
    for number, statement in enumerate(all_of_it):
        first = number
        if _LEANING.match(statement.text):
            first = number - 1
            if first < 0 or not _leads(all_of_it[first], statement):
                continue
        together = all_of_it[first : number + 1]
        if all(_quotable(one) for one in together) and sum(_length(one) for one in together) <= _MOST_WORDS:
            found.append(((passage.number, first, number + 1), together))
    return found


def _length(statement: Statement) -> int:
    """Words as it will be quoted."""
    return terms.count(statement.text) + min(sum(terms.count(item) for item in statement.items), _LIST_WORDS)


def _leads(before: Statement, statement: Statement) -> bool:
    return before.paragraph == statement.paragraph and not before.items and not _LEANING.match(before.text)


def _quotable(statement: Statement) -> bool:
    """A whole sentence of prose, no form to fill in, no address."""
    ended = bool(statement.items) or _ENDED.search(statement.text) is not None
    return bool(
        ended
        and statement.words >= _LEAST_WORDS
        and not _UNFIT.search(statement.whole)
        and not statement.text[:1].islower()
        and not statement.text.startswith("(")
        and (statement.items or not _POINTING.search(" ".join(statement.text.split()[:_FIRST])))
        and not re.match(r"(?:\(?[a-z0-9]{1,3}[.)]|[-*•–])\s", statement.text)
    )


def _share(weights: dict[str, float], text: str) -> float:
    """How much of the terms' weight is in a text."""
    stems = set(terms.stems(text))
    return sum(weight for stem, weight in weights.items() if stem in stems) / (sum(weights.values()) or 1.0)


def _fit(want: Want, weights: dict[str, float], passage: Passage, text: str) -> float:
    """How well a statement answers what the section looks for; 0 for not at all."""
    defines = _DEFINING.match(text) is not None and not want.defining
    if want.kind != "topic":
        return 0.0 if defines else 0.6 * strength(want.kind, text)
    hit, headed = _share(weights, text), _share(weights, passage.locator)
    if not (hit or headed) or (defines and not headed):
        return 0.0
    operative = max(strength(kind, text) for kind in ("permissions", "duties", "limits"))
    return max(0.01, 0.5 * hit + 0.25 * headed + 0.2 * operative - 0.45 * defines)


def _form(text: str, statements: int, place: int, words: int) -> float:
    """How good a quotation it makes, whatever it is about."""
    score = 0.1 * (place == 0) - 0.1 * (statements - 1)
    if words > _LONG:
        score -= min((words - _LONG) / 400, 0.3)
    if words < _SHORT:
        score -= 0.25
    if _shouts(text):
        score -= 0.5
    if _POINTING.search(text) and "(a)" not in text:
        score -= 0.15
    return score


def _shouts(text: str) -> bool:
    letters = [character for character in text if character.isalpha()]
    return sum(1 for letter in letters if letter.isupper()) > 0.6 * len(letters)


def _keeps_up(candidate: _Candidate, dealt: list[_Candidate], room: int) -> bool:
    """Whether it fits beside what the section has from the same source, and is not much worse."""
    same = [one for one in dealt if one.source == candidate.source]
    if not same:
        return True
    fits = sum(one.words for one in same) + candidate.words <= room
    return fits and candidate.score >= _WORSE * max(one.score for one in same)


def _free(queue: list[_Candidate], taken: set[str]) -> list[_Candidate]:
    return [one for one in queue if not taken & one.said]


def _next(queue: list[_Candidate], dealt: list[_Candidate], taken: set[str]) -> _Candidate | None:
    """The best that is free; a passage that was quoted already counts a little less each time."""
    used = Counter(one.span[0] for one in dealt)
    free = sorted(_free(queue, taken), key=lambda one: one.span)
    return max(free, key=lambda one: one.score - 0.12 * used[one.span[0]], default=None)
