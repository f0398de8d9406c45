"""Whether a model's sentence may stand on a page. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from services.worker.ml.facts import Fact

from .binding import misnamed, vocabulary
from .comparing import comparisons
from .lexicon import COMPARING
from .numerals import numerals, quantities
from .sentence import Part, cited, parts, prose, terms, words

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
            *(quantities(of) if item.role == "observation" else []),
            *misnamed(of, self._vocabulary),
            *self._compared(item.role, of),
            *self._bare(item.role, of),
        ]
        return Refused(item, reasons) if reasons else Accepted(item.role, of)

    def _compared(self, role: Role, of: list[Part]) -> list[str]:
        """A recommendation without figures may say “lower the threshold”; it compares nothing, or is of one thing."""
        if role == "recommendation" and not cited(of):
            said = words(" ".join(prose(of)))
            named = set(terms(" ".join(prose(of)))) & self._vocabulary
            return (
                ["a comparison needs the two facts that it is of"]
                if len(named) > 1 and COMPARING & set(said) and "than" in said
                else []
            )
        return comparisons(of, self._facts)

    def _bare(self, role: Role, of: list[Part]) -> list[str]:
        return ["an observation cites the figures that it rests on"] if role == "observation" and not cited(of) else []


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
