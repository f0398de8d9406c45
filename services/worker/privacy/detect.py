"""Everything in a text that a profile keeps back, as settled spans. Pure but for the model's weights."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from . import credentials, finance, identity, names, network, papers, phones, places, wallets
from .kinds import PROFILES, Kind, Span
from .model import Names
from .spans import settle

RULES: tuple[tuple[frozenset[Kind], Callable[[str], Iterator[Span]]], ...] = (
    (frozenset({Kind.EMAIL, Kind.URL, Kind.LOGIN, Kind.IP, Kind.MAC}), network.find),
    (frozenset({Kind.SECRET}), credentials.find),
    (frozenset({Kind.WALLET}), wallets.find),
    (frozenset({Kind.NATIONAL}), identity.find),
    (frozenset({Kind.CARD, Kind.IBAN, Kind.ACCOUNT}), finance.find),
    (frozenset({Kind.PHONE}), phones.find),
    (frozenset({Kind.BIRTH, Kind.MEDICAL, Kind.PASSPORT, Kind.LICENCE, Kind.VEHICLE}), papers.find),
    (frozenset({Kind.ADDRESS}), places.find),
    (frozenset({Kind.PERSON, Kind.ORGANISATION}), names.find),
)


class Detector:
    """Finds values of the kinds of a profile."""

    def __init__(self, profile: str, model: Names | None = None) -> None:
        self.kinds = PROFILES[profile]
        self._rules = [find for kinds, find in RULES if kinds & self.kinds]
        self._model = model

    def find(self, text: str) -> list[Span]:
        """Settled spans, in order."""
        found = [span for find in self._rules for span in find(text)]
        if self._model is not None:
            found += self._model.find(text)
        return settle(text, [span for span in found if span.kind in self.kinds])
