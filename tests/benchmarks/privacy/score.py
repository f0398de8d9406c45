"""Recall and precision of a detector on the set, by kind. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec

from .make import Text

Found = list[tuple[int, int, str]]


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """Values that were there and that were hidden to their last character; findings, and those that touch a value."""

    there: int = 0
    hidden: int = 0
    found: int = 0
    right: int = 0

    @property
    def recall(self) -> float:
        return self.hidden / self.there if self.there else 1.0

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 1.0


def score(texts: Iterable[Text], findings: Iterable[Found]) -> dict[str, Score]:
    """By kind, and ``all``. A value counts as hidden whatever it was taken for; a finding counts for the kind it claims."""
    there: Counter[str] = Counter()
    hidden: Counter[str] = Counter()
    found: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for text, spans in zip(texts, findings, strict=True):
        covered = {at for start, end, _ in spans for at in range(start, end)}
        for start, end, kind in text.values:
            there[kind] += 1
            hidden[kind] += all(at in covered or text.text[at].isspace() for at in range(start, end))
        for start, end, kind in spans:
            found[kind] += 1
            right[kind] += any(start < stop and first < end for first, stop, _ in text.values)
    scores = {
        kind: Score(there=there[kind], hidden=hidden[kind], found=found[kind], right=right[kind])
        for kind in sorted(there | found)
    }
    return scores | {"all": Score(there=there.total(), hidden=hidden.total(), found=found.total(), right=right.total())}
