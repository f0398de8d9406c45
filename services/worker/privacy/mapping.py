"""Which token stands for which value, within one family of runs."""

from __future__ import annotations

import re
from collections import Counter

import msgspec

from . import tokens
from .kinds import Kind
from .tokens import VARIANTS


class Entry(msgspec.Struct, kw_only=True):
    """One value in every spelling that occurred; the first spelling has no letter, the second is ``B``."""

    number: int
    kind: Kind
    forms: list[str]


class Mapping:
    """Values by token and tokens by value. Numbers count up in the order of finding: they tell nothing of the value."""

    def __init__(self, entries: list[Entry] | None = None) -> None:
        self.entries = [] if entries is None else entries
        self._by_form: dict[str, tuple[Entry, int]] = {}
        self._by_value: dict[str, Entry] = {}
        for entry in self.entries:
            self._index(entry)

    def token(self, kind: Kind, form: str) -> str:
        """The token for a value; a new one if it has none. One value has one number, whatever kind it was found as."""
        if form not in self._by_form:
            self._add(kind, form)
        entry, place = self._by_form[form]
        return tokens.write(entry.kind, entry.number, VARIANTS[place - 1] if place else "")

    def value(self, token: tokens.Token) -> str | None:
        """What a token stands for; None when nothing does, or it is not clear what."""
        if not 0 < token.number <= len(self.entries):
            return None
        entry = self.entries[token.number - 1]
        if not tokens.means(token.label, entry.kind):
            return None
        place = VARIANTS.index(token.variant) + 1 if token.variant else 0
        return entry.forms[place] if place < len(entry.forms) else entry.forms[0]

    def written(self, token: tokens.Token) -> str | None:
        """A token as it was before a model changed it."""
        value = self.value(token)
        if value is None:
            return None
        entry, place = self._by_form[value]
        return tokens.write(entry.kind, entry.number, VARIANTS[place - 1] if place else "")

    def knows(self, form: str) -> bool:
        return form in self._by_form

    def counts(self) -> dict[str, int]:
        """Distinct values of each kind."""
        values = {normal(entry.forms[0]): entry.kind for entry in self.entries}
        found = Counter(kind.value for kind in values.values() if kind is not Kind.LOOKALIKE)
        return dict(sorted(found.items()))

    def encoded(self) -> str:
        return msgspec.json.encode(self.entries).decode()

    def _add(self, kind: Kind, form: str) -> None:
        entry = self._by_value.get(normal(form))
        if entry is not None and len(entry.forms) <= len(VARIANTS):
            entry.forms.append(form)
        else:
            entry = Entry(number=len(self.entries) + 1, kind=kind, forms=[form])
            self.entries.append(entry)
        self._index(entry)

    def _index(self, entry: Entry) -> None:
        for place, form in enumerate(entry.forms):
            self._by_form[form] = (entry, place)
        self._by_value[normal(entry.forms[0])] = entry


def decoded(text: str) -> Mapping:
    return Mapping(msgspec.json.decode(text, type=list[Entry]))


def normal(form: str) -> str:
    """A value without what its spelling adds: case and spaces, and in numbers what divides their digits."""
    folded = " ".join(form.casefold().split())
    letters = sum(char.isalpha() for char in folded)
    digits = sum(char.isdigit() for char in folded)
    return re.sub(r"[\W_]+", "", folded) if digits >= 6 and digits >= letters else folded
