"""How far two distributions are apart."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import accumulate

from shared.contracts.entities import FeatureDrift, Histogram

FLOOR = 1e-4
"""No bin counts as emptier than this: an empty one would be infinitely far away."""
WARNING, CRITICAL = 0.1, 0.25


def psi(reference: Sequence[float], current: Sequence[float]) -> float | None:
    """The population stability index over the same bins, whose shares are floored."""
    first, second = shares(reference), shares(current)
    if first is None or second is None or len(first) != len(second):
        return None
    floored = [(max(a, FLOOR), max(b, FLOOR)) for a, b in zip(first, second, strict=True)]
    return math.fsum((b - a) * math.log(b / a) for a, b in floored)


def ks(reference: Sequence[float], current: Sequence[float]) -> float | None:
    """The largest distance of the cumulative shares at the bins' edges."""
    first, second = shares(reference), shares(current)
    if first is None or second is None or len(first) != len(second):
        return None
    return max(abs(a - b) for a, b in zip(accumulate(first), accumulate(second), strict=True))


def shares(counts: Sequence[float]) -> list[float] | None:
    """Each as a share of all; None where there is nothing, or less than nothing."""
    everything = math.fsum(counts)
    if everything <= 0 or any(count < 0 for count in counts):
        return None
    return [count / everything for count in counts]


def usable(histogram: Histogram | None) -> bool:
    """Tell whether edges rise and enclose every count, and anything was counted."""
    if histogram is None or len(histogram.edges) != len(histogram.counts) + 1 or not histogram.counts:
        return False
    rising = all(a < b for a, b in zip(histogram.edges, histogram.edges[1:], strict=False))
    return rising and shares(histogram.counts) is not None


def overlaid(first: Histogram | None, second: Histogram | None) -> bool:
    """Tell whether both can be used and have the same bins."""
    if first is None or second is None or not usable(first) or not usable(second):
        return False
    return first.edges == second.edges


def aligned(first: Mapping[str, float], second: Mapping[str, float]) -> tuple[list[str], list[float], list[float]]:
    """The names of both, the most frequent first, and what each has of them."""
    names = sorted({*first, *second}, key=lambda name: (-first.get(name, 0.0), -second.get(name, 0.0), name))
    return names, [first.get(name, 0.0) for name in names], [second.get(name, 0.0) for name in names]


def binned(feature: FeatureDrift) -> tuple[list[float], list[float]] | None:
    """What was counted before and now, in the same bins."""
    if feature.reference_hist and feature.current_hist and overlaid(feature.reference_hist, feature.current_hist):
        return feature.reference_hist.counts, feature.current_hist.counts
    if feature.reference_freq and feature.current_freq:
        _, before, now = aligned(feature.reference_freq, feature.current_freq)
        return before, now
    return None


def status(value: float | None, thresholds: Mapping[str, float]) -> str:
    """``ok``, ``warning`` or ``critical``; empty where nothing was measured."""
    if value is None:
        return ""
    if value >= thresholds.get("critical", CRITICAL):
        return "critical"
    return "warning" if value >= thresholds.get("warning", WARNING) else "ok"
