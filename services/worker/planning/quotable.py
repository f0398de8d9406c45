"""What of a passage can be quoted alone, and how good a quotation it makes whatever it is about."""

from __future__ import annotations

import re

import msgspec

from services.worker.content import Passage
from services.worker.reading import terms
from services.worker.reading.statements import Statement, statements

_SHORT, _LONG = 12, 60
_LEAST_WORDS, _MOST_WORDS = 4, 190
_LIST_WORDS = 130
"""A list is shortened to this when it is quoted."""
_FIRST = 6
"""A statement that points elsewhere in its first words is not understood alone."""
_LEANING = re.compile(
    r"(?:(?i:however|moreover|furthermore|therefore|thus|hence|instead|otherwise|likewise|similarly|for example"
    r"|in addition|for (?:the )?purposes of this|it|its|they|their|he|she|but|and|or|also|the above|the former"
    r"|the latter|of course|so|then|such)\b"
    r"|(?:This|These|That|Those)\b(?!\s+[A-Z]))"
)
"""How a sentence begins that is not understood without the one before it."""
_POINTING = re.compile(r"\b(?:above|aforesaid|below|following|foregoing|preceding)\b", re.IGNORECASE)
_DEFINING = re.compile(
    r"(?:\S+\s+){0,4}[\"“][^\"”]{2,60}[\"”]\W*(?:\S+\s+){0,9}?(?:are|if|includes?|is|means?|refers)\b"
)
_BLANK = re.compile(r"<[^<>]{2,}>|\[[a-z]{3,}\]|https?://|`|\.{4,}")
"""Something to fill in, to type or to follow."""
_LABELLED = re.compile(r"(?:\(?[a-z0-9]{1,3}[.)]|[-*•–])\s")
_ENDED = re.compile(r"[.!?。！？][)\]\"'”’»]*$")

Span = tuple[int, int, int]
"""A passage's number, its first statement and the one after the last."""


class Quotable(msgspec.Struct, frozen=True):
    """One or two statements that can stand alone."""

    span: Span
    text: str
    words: int
    """As it will be quoted."""
    said: frozenset[str]
    """Its statements: the same words elsewhere are the same statement."""
    stems: frozenset[str]
    form: float
    """Added to what it is worth for what it says: below 0 for one that is long, short or in capitals."""
    defines: bool
    """It says what a word means."""


def quotables(passage: Passage) -> list[Quotable]:
    """Statements that can stand alone; one that leans on the statement before it comes together with that one."""
    found: list[Quotable] = []
    all_of_it = statements(passage.text)
    for number, statement in enumerate(all_of_it):
        first = number
        if _LEANING.match(statement.text):
            first = number - 1
            if first < 0 or not _leads(all_of_it[first], statement):
                continue
        together = all_of_it[first : number + 1]
        if all(_stands(one) for one in together) and sum(_length(one) for one in together) <= _MOST_WORDS:
            found.append(_quotable((passage.number, first, number + 1), together))
    return found


def is_form(passage: Passage) -> bool:
    """Whether it has blanks to fill in: an example, not the matter itself."""
    return _BLANK.search(passage.text) is not None


def _quotable(span: Span, said: tuple[Statement, ...]) -> Quotable:
    text = " ".join(one.whole for one in said)
    words = sum(_length(one) for one in said)
    return Quotable(
        span=span,
        text=text,
        words=words,
        said=frozenset(one.whole for one in said),
        stems=frozenset(terms.stems(text)),
        form=_form(text, len(said), span[1], words),
        defines=_DEFINING.match(text) is not None,
    )


def _length(statement: Statement) -> int:
    return terms.count(statement.text) + min(sum(terms.count(item) for item in statement.items), _LIST_WORDS)


def _leads(before: Statement, statement: Statement) -> bool:
    return before.paragraph == statement.paragraph and not before.items and not _LEANING.match(before.text)


def _stands(statement: Statement) -> bool:
    """A whole sentence of prose, nothing to fill in, no address."""
    return bool(
        (statement.items or _ENDED.search(statement.text))
        and statement.words >= _LEAST_WORDS
        and not _BLANK.search(statement.whole)
        and not statement.text[:1].islower()
        and not statement.text.startswith("(")
        and (statement.items or not _POINTING.search(" ".join(statement.text.split()[:_FIRST])))
        and not _LABELLED.match(statement.text)
    )


def _form(text: str, statements: int, place: int, words: int) -> float:
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
