"""What the points of ROC and precision-recall curves say."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import msgspec

from shared.contracts.entities import RocPoint

from .confusion import ratio

Place = tuple[float, float]


class Cut(msgspec.Struct, frozen=True):
    """What a score's threshold does to rows of a known share of positives."""

    threshold: float | None
    flagged: float
    recall: float
    precision: float | None
    accuracy: float

    @property
    def f1(self) -> float | None:
        if self.precision is None:
            return None
        return ratio(2 * self.precision * self.recall, self.precision + self.recall)

    @property
    def lift(self) -> float | None:
        """How many times as many positives as among as many rows taken blindly."""
        return ratio(self.recall, self.flagged)


def monotone(points: Sequence[Place]) -> bool:
    """Tell whether both coordinates rise, or both fall, all the way."""
    steps = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(points)]
    return all(x >= 0 and y >= 0 for x, y in steps) or all(x <= 0 and y <= 0 for x, y in steps)


def ordered(values: Sequence[float]) -> bool:
    """Tell whether they rise, or fall, all the way."""
    return monotone([(value, value) for value in values])


def auc(points: Sequence[Place]) -> float | None:
    """The area under a ROC curve by the trapezoid rule, its corners (0, 0) and (1, 1) included."""
    if len(points) < 2:
        return None
    rising = sorted({(0.0, 0.0), (1.0, 1.0), *points})
    return math.fsum((b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in pairwise(rising))


def average_precision(points: Sequence[Place]) -> float | None:
    """The mean of precision over the steps of recall, without interpolation. Points are (recall, precision)."""
    if len(points) < 2:
        return None
    given = list(points) if points[0][0] <= points[-1][0] else list(reversed(points))
    rising = sorted(given, key=lambda point: point[0])
    return math.fsum((b[0] - a[0]) * b[1] for a, b in pairwise([(0.0, 1.0), *rising]))


def youden(points: Sequence[RocPoint]) -> RocPoint | None:
    """The point furthest above chance."""
    return max(points, key=lambda point: point.tpr - point.fpr, default=None)


def cuts(points: Sequence[RocPoint], prevalence: float) -> list[Cut]:
    """What each point of a ROC curve means where so large a share is positive, most cautious first."""
    rising = sorted(points, key=lambda point: (point.fpr, point.tpr))
    return [_cut(point, prevalence) for point in rising]


def _cut(point: RocPoint, prevalence: float) -> Cut:
    hits, false = prevalence * point.tpr, (1 - prevalence) * point.fpr
    return Cut(point.threshold, hits + false, point.tpr, ratio(hits, hits + false), hits + 1 - prevalence - false)
