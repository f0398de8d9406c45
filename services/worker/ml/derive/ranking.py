"""Which of several models is best, by how much, and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from shared.contracts.entities import LeaderboardRow

from .confusion import mean

LESS_IS_BETTER = frozenset(
    "logloss rmse mse mae rmsle mape deviance mean_residual_deviance mean_per_class_error error error_rate brier ece "
    "loss log_loss medae max_error".split()
)
_FAVOURED = "auc aucpr f1 accuracy r2 rmse mae logloss mse".split()


class Margin(msgspec.Struct, frozen=True):
    """Between the best and the next; ``spread`` is the larger standard deviation of the two."""

    best: LeaderboardRow
    next: LeaderboardRow
    size: float
    spread: float | None

    @property
    def clear(self) -> bool | None:
        """Whether it is larger than the spread; None where no spread is known."""
        return None if self.spread is None else self.size > self.spread


def falling(metric: str, direction: str | None = None) -> bool:
    """Tell whether less is better: as was said, else as the metric's name has it."""
    return direction == "asc" if direction else metric.lower() in LESS_IS_BETTER


def main_metric(sets: Iterable[Mapping[str, float | None]], asked: str | None = None) -> str | None:
    """The metric to rank by: the one asked for if anybody has it, else the most telling, else the first."""
    known = list(dict.fromkeys(name for each in sets for name, value in each.items() if value is not None))
    if asked and (match := next((name for name in known if name.lower() == asked.lower()), None)):
        return match
    favoured = [name for wanted in _FAVOURED for name in known if name.lower() == wanted]
    return next(iter(favoured or known), None)


def ranked(rows: Sequence[LeaderboardRow], metric: str | None, direction: str | None = None) -> list[LeaderboardRow]:
    """The rows by their metric, best first; those without it behind, in their order."""
    if metric is None:
        return list(rows)
    sign = 1 if falling(metric, direction) else -1

    def key(row: LeaderboardRow) -> tuple[bool, float]:
        value = row.metrics.get(metric)
        return (value is None, 0.0 if value is None else sign * value)

    return sorted(rows, key=key)


def margin(rows: Sequence[LeaderboardRow], metric: str | None, direction: str | None = None) -> Margin | None:
    """How far the best is ahead of the next; None with fewer than two."""
    known = [row for row in ranked(rows, metric, direction) if metric and row.metrics.get(metric) is not None]
    if metric is None or len(known) < 2:
        return None
    first, second = known[0], known[1]
    spreads = [std for row in (first, second) if (std := row.metric_std.get(metric)) is not None]
    size = abs((first.metrics[metric] or 0.0) - (second.metrics[metric] or 0.0))
    return Margin(first, second, size, max(spreads, default=None))


def gain(value: float | None, baseline: float | None, *, less: bool) -> float | None:
    """How much better than the baseline: above zero is better whichever way the metric runs."""
    if value is None or baseline is None:
        return None
    return baseline - value if less else value - baseline


def deviation(values: Sequence[float | None]) -> float | None:
    """The sample standard deviation of the known ones; None of fewer than two."""
    known = [value for value in values if value is not None]
    middle = mean(known)
    if middle is None or len(known) < 2:
        return None
    return math.sqrt(math.fsum((value - middle) ** 2 for value in known) / (len(known) - 1))
