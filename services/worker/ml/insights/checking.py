"""Whether a model's sentence may stand on a page. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from services.worker.ml.facts import Fact

from .advising import unfounded
from .binding import misnamed, vocabulary
from .comparing import comparisons
from .joining import joined
from .numerals import numerals, quantities
from .sentence import Part, cited, clauses, parts, prose, words
from .wording import foreign

Role = Literal["observation", "recommendation"]

LONGEST = 600
_LEAST_WORDS = 3
_ENDS = (". ", "! ", "? ")


class Item(msgspec.Struct, frozen=True):
    """A sentence as the model wrote it."""

    role: Role
    text: str


class Accepted(msgspec.Struct, frozen=True):
    """A sentence that may stand on a page."""

    role: Role
    parts: list[Part]


class Refused(msgspec.Struct, frozen=True):
    """A sentence that may not, and why: one reason a line, in words for the model."""

    item: Item
    reasons: list[str]


class Checker:
    """Judges sentences by a report's facts."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        self._facts = {fact.id: fact for fact in facts}
        self._vocabulary = vocabulary(self._facts.values())

    def check(self, item: Item) -> Accepted | Refused:
        """Accept a sentence, or say everything that is wrong with it."""
        text = " ".join(item.text.split())
        of, unknown = parts(text, self._facts)
        reasons = [
            *_form(text, of),
            *(f"there is no fact {{{{{name[:80]}}}}}" for name in unknown),
            *numerals(of),
            *quantities(of),
            *misnamed(of, self._vocabulary),
            *joined(of),
            *(self._observed(of) if item.role == "observation" else self._advised(of)),
        ]
        return Refused(item, reasons) if reasons else Accepted(item.role, of)

    def _observed(self, of: list[Part]) -> list[str]:
        return [
            *foreign(of, self._vocabulary),
            *comparisons(clauses(of), self._facts),
            *([] if cited(of) else ["an observation cites the figures that it rests on"]),
        ]

    def _advised(self, of: list[Part]) -> list[str]:
        """Without figures it may say “lower the threshold”; what it says with one is checked as an observation is."""
        return [
            *unfounded(of, self._vocabulary),
            *comparisons((clause for clause in clauses(of) if cited(clause)), self._facts),
        ]


def _form(text: str, of: list[Part]) -> list[str]:
    found = []
    if len(text) > LONGEST:
        found.append(f"it is longer than {LONGEST} characters")
    if sum(len(words(part)) for part in prose(of)) + len(cited(of)) < _LEAST_WORDS:
        found.append("it is no sentence")
    if any(end in f"{part}" for part in prose(of) for end in _ENDS):
        found.append("it is more than one sentence")
    if "{" in "".join(prose(of)) or "}" in "".join(prose(of)):
        found.append("a brace that belongs to no placeholder")
    return found
