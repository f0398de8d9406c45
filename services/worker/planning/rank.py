"""How well passages answer some terms: BM25 over their texts and headings."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

from services.worker.content import Passage
from services.worker.reading import terms

_K1, _B = 1.4, 0.7
_HEADING = 3
"""A term in the heading counts as if it stood in the text this often."""
_IN_HEADING = 0.5
_FAINT = 0.6
"""A source whose best passage is nearer than this to the best of all has its passages measured against its own."""


class Index:
    """The passages of one report, ready to be asked."""

    def __init__(self, passages: list[Passage]) -> None:
        self.passages = passages
        self.frequencies = [_frequencies(passage) for passage in passages]
        lengths = [frequency.total() for frequency in self.frequencies]
        self._average = max(sum(lengths) / len(lengths), 1.0) if lengths else 1.0
        self._norms = [_K1 * (1 - _B + _B * length / self._average) for length in lengths]
        self._containing = Counter(stem for frequency in self.frequencies for stem in frequency)
        self._headings = [frozenset(terms.stems(passage.locator)) for passage in passages]

    def idf(self, stem: str) -> float:
        """How much a term tells: near 0 if every passage has it."""
        containing = self._containing[stem]
        return math.log(1 + (len(self.passages) - containing + 0.5) / (containing + 0.5))

    def share(self, stem: str) -> float:
        """The part of the passages that have it."""
        return self._containing[stem] / max(len(self.passages), 1)

    def scores(self, stems: Iterable[str]) -> list[float]:
        """One score per passage, 0 for none of the terms."""
        weights = {stem: self.idf(stem) for stem in stems if stem in self._containing}
        return [
            sum(weight * frequency[stem] * (_K1 + 1) / (frequency[stem] + norm) for stem, weight in weights.items())
            for frequency, norm in zip(self.frequencies, self._norms, strict=True)
        ]

    def relevance(self, stems: Iterable[str]) -> list[float]:
        """0 to 1 per passage: how much it is about the terms, measured within its own source.

        A source that hardly speaks of them is not raised to 1 by its best passage, and a heading that
        has the terms counts for every passage below it.
        """
        wanted = list(stems)
        scores = self.scores(wanted)
        total = sum(self.idf(stem) for stem in wanted if stem in self._containing)
        best = max(scores, default=0.0)
        if best <= 0 or total <= 0:
            return [0.0] * len(scores)
        near = [
            score / best + _IN_HEADING * sum(self.idf(stem) for stem in wanted if stem in heading) / total
            for score, heading in zip(scores, self._headings, strict=True)
        ]
        tops: dict[int, float] = {}
        for passage, value in zip(self.passages, near, strict=True):
            tops[passage.source] = max(tops.get(passage.source, _FAINT), value)
        return [value / tops[passage.source] for passage, value in zip(self.passages, near, strict=True)]


def _frequencies(passage: Passage) -> Counter[str]:
    found = Counter(terms.stems(passage.text))
    for stem in terms.stems(passage.locator):
        found[stem] += _HEADING
    for heading in passage.path[:-1]:
        found.update(terms.stems(heading))
    return found
