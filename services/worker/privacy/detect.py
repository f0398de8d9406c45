"""Everything in a text that a profile keeps back, as settled spans. Pure but for the model's weights."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator

from . import columns, credentials, fields, finance, identity, names, network, papers, phones, places, wallets
from .kinds import PROFILES, Kind, Span
from .model import Names
from .spans import settle
from .traced import spelt_out

Rule = tuple[frozenset[Kind], Callable[[str], Iterator[Span]]]

RULES: tuple[Rule, ...] = (
    (frozenset({Kind.EMAIL, Kind.URL, Kind.LOGIN, Kind.IP, Kind.MAC}), network.find),
    (frozenset({Kind.SECRET}), credentials.find),
    (frozenset({Kind.WALLET}), wallets.find),
    (frozenset({Kind.ADDRESS}), places.find),
    (frozenset(Kind), fields.find),
    (frozenset(Kind), columns.find),
)
"""Read texts as they are."""
RULES_OF_LABELS: tuple[Rule, ...] = (
    (frozenset({Kind.SECRET}), credentials.find),
    (frozenset({Kind.NATIONAL}), identity.find),
    (frozenset({Kind.CARD, Kind.IBAN, Kind.ACCOUNT}), finance.find),
    (frozenset({Kind.PHONE}), phones.find),
    (frozenset({Kind.BIRTH, Kind.MEDICAL, Kind.PASSPORT, Kind.LICENCE, Kind.VEHICLE}), papers.find),
    (frozenset({Kind.PERSON, Kind.ORGANISATION}), names.find),
)
"""Go by words before values, and so read names of fields as words."""


_SMALL = re.compile(r"(?<![\w'’-])[^\W\d_A-Z][^\W\d_]+")
_WORDS = re.compile(r"[^\W\d_]+")
_ARTICLES = frozenset("the a an of and or in on for to by with this that our your".split())


_LABELS = frozenset(
    """
    iban bic swift mac ip ssn sin tin nif dni nie bsn pesel mrn dob vat vin url uuid api sql http https json xml html csv pdf id ids pin sms
    passport account number order version commit interface invoice reference password token key telephone phone fax email mail date address
    telefon telefono teléfono telefax kontonummer reisepass reisepassnummer passnummer rechnung geboren numéro téléphone adresse kind regards
    dear patient customer client name kunde
    """.split()
)
"""Words that stand before values: a model that was trained on news takes them for names."""


class Detector:
    """Finds values of the kinds of a profile."""

    def __init__(self, profile: str, model: Names | None = None) -> None:
        self.kinds = PROFILES[profile]
        self._rules = [find for kinds, find in RULES if kinds & self.kinds]
        self._rules_of_labels = [find for kinds, find in RULES_OF_LABELS if kinds & self.kinds]
        self._model = model

    def find(self, text: str, ordinary: Collection[str] = (), *, by_model: bool = True) -> list[Span]:
        """Settled spans, in order.

        Args:
            ordinary: words that are written small elsewhere: what consists of them is no name, whatever a model says.
            by_model: ask the model for names too.
        """
        found = [span for find in self._rules for span in find(text)]
        plain = spelt_out(text)
        found += [plain.span(span) for find in self._rules_of_labels for span in find(plain.text)]
        if self._model is not None and by_model:
            found += [span for span in self._model.find(text) if _is_name(text[span.start : span.end], ordinary)]
        return settle(text, [span for span in found if span.kind in self.kinds])


def small_words(text: str) -> set[str]:
    """The words that a text has in small letters."""
    return set(_SMALL.findall(text))


def _is_name(found: str, ordinary: Collection[str]) -> bool:
    words = [word for word in _WORDS.findall(found) if word.lower() not in _ARTICLES]
    return bool(words) and not all(_is_common(word.lower(), ordinary) for word in words)


def _is_common(word: str, ordinary: Collection[str]) -> bool:
    """The word, or it in the singular or plural, is written small somewhere."""
    return (
        word in _LABELS
        or word in ordinary
        or word.removesuffix("s") in ordinary
        or f"{word}s" in ordinary
        or len(word) < 2
    )
