"""How far predicted probabilities are from what happened, from bins."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from shared.contracts.entities import CalibrationBin

from .confusion import ratio


def ece(bins: Sequence[CalibrationBin]) -> float | None:
    """The expected calibration error: the mean distance, by rows. None where a bin does not say how many it has."""
    return _mean(bins, lambda each: abs(each.p_mean - each.observed))


def mce(bins: Sequence[CalibrationBin]) -> float | None:
    """The largest distance of a bin that has rows."""
    return max((abs(each.p_mean - each.observed) for each in bins if each.n != 0), default=None)


def brier(bins: Sequence[CalibrationBin]) -> float | None:
    """The Brier score of predictions that all are their bin's mean: the squared distance, and what no bin can know."""
    return _mean(bins, lambda each: (each.p_mean - each.observed) ** 2 + each.observed * (1 - each.observed))


def prevalence(bins: Sequence[CalibrationBin]) -> float | None:
    """The share of positives."""
    return _mean(bins, lambda each: each.observed)


def _mean(bins: Sequence[CalibrationBin], of: Callable[[CalibrationBin], float]) -> float | None:
    if any(each.n is None or each.n < 0 for each in bins):
        return None
    weighted = [((each.n or 0), of(each)) for each in bins]
    return ratio(math.fsum(n * value for n, value in weighted), sum(n for n, _ in weighted))
