"""How a deployment serves, from what was counted."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from shared.contracts.entities import Histogram, Traffic

from .confusion import ratio
from .drift import usable


class Burn(msgspec.Struct, frozen=True):
    """Of what a target allows to go wrong: how fast it is spent, and what is left of it in the window."""

    rate: float
    left: float


def error_rate(errors: float | None, predictions: float | None) -> float | None:
    if errors is None or predictions is None or errors < 0:
        return None
    return ratio(errors, predictions) if predictions > 0 else None


def totals(volume: Sequence[Traffic]) -> tuple[int | None, int | None]:
    """Predictions and errors over all buckets; None where no bucket says."""
    predictions = [each.predictions for each in volume if each.predictions is not None]
    errors = [each.errors for each in volume if each.errors is not None]
    return (sum(predictions) if predictions else None), (sum(errors) if errors else None)


def burn(observed: float | None, allowed: float | None) -> Burn | None:
    """How many times faster than allowed errors come: 1 spends the whole budget by the window's end."""
    if observed is None or allowed is None or allowed <= 0:
        return None
    rate = observed / allowed
    return Burn(rate, 1 - rate) if math.isfinite(rate) else None


def downtime(uptime: float | None, target: float | None) -> Burn | None:
    """The same of time in which nothing was served."""
    return None if uptime is None or target is None else burn(1 - uptime, 1 - target)


def quantile(histogram: Histogram | None, share: float) -> float | None:
    """Where so large a share lies below, taking each bin as evenly filled."""
    if histogram is None or not usable(histogram):
        return None
    wanted, seen = share * math.fsum(histogram.counts), 0.0
    for place, count in enumerate(histogram.counts):
        if count and seen + count >= wanted:
            low, high = histogram.edges[place], histogram.edges[place + 1]
            return low + (high - low) * max(0.0, wanted - seen) / count
        seen += count
    return histogram.edges[-1]
