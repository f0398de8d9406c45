"""Two rankings made one by reciprocal rank. Pure.

Cormack, Clarke and Buettcher, "Reciprocal rank fusion outperforms Condorcet and individual rank learning methods"
(SIGIR 2009); 60 is their constant. It needs no scores that could be compared, only places.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TypeVar

K = 60

T = TypeVar("T", bound=Hashable)


def fuse(*rankings: Sequence[T], k: int = K) -> list[tuple[T, float]]:
    """Everything that is in any ranking, with its score, best first; equals in the order of the first ranking."""
    scores: dict[T, float] = {}
    for ranking in rankings:
        for place, item in enumerate(ranking, 1):
            scores[item] = scores.get(item, 0.0) + 1 / (k + place)
    return sorted(scores.items(), key=lambda pair: -pair[1])
