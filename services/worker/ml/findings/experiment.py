"""Rules about an experiment."""

from __future__ import annotations

from services.worker.measuring.rules import Finding
from services.worker.ml.derive.ranking import Margin, falling, gain, margin
from services.worker.ml.facts import write
from shared.contracts.entities import Experiment, Model

from . import model as one

FAILED = 0.2


def findings(experiment: Experiment, metric: str | None, best: Model | None) -> list[Finding]:
    """Every rule, in the order in which a reader wants them."""
    found = [
        lead(margin(experiment.leaderboard, metric, experiment.sort_direction), metric),
        baseline(experiment, metric),
        failures(experiment),
    ]
    if best is None:
        return [*found, one.imbalance(experiment.dataset)]
    return [*found, *one.findings(best, experiment.dataset)]


def lead(ahead: Margin | None, metric: str | None) -> Finding:
    """Whether the best is better than chance of training makes it."""
    text = measured = ""
    if ahead is not None:
        first, second = _name(ahead.best.name, ahead.best.algo), _name(ahead.next.name, ahead.next.algo)
        spread = (
            "no standard deviation was given" if ahead.spread is None else f"standard deviation {write(ahead.spread)}"
        )
        measured = f"{metric} {write(ahead.size)} ahead; {spread}"
        if ahead.clear is False:
            text = (
                f"“{first}” is ahead of “{second}” by {write(ahead.size)} in {metric}, less than the standard deviation "
                f"of {write(ahead.spread)}: the two cannot be told apart by this experiment."
            )
    return Finding(
        rule="Best model within the spread",
        threshold="the best model's margin is no larger than the larger standard deviation of the two",
        measured=measured if ahead is not None and ahead.clear is not None else "",
        text=text,
    )


def baseline(experiment: Experiment, metric: str | None) -> Finding:
    """Whether anything was won at all."""
    base = experiment.baseline.metrics.get(metric) if experiment.baseline and metric else None
    less = falling(metric or "", experiment.sort_direction)
    gains = [gain(row.metrics.get(metric), base, less=less) for row in experiment.leaderboard] if metric else []
    best = max((value for value in gains if value is not None), default=None)
    return Finding(
        rule="No better than the baseline",
        threshold="no model has a better metric than the baseline",
        measured="" if best is None else f"{metric}: {write(best)} better",
        text="No model is better than the baseline." if best is not None and best <= 0 else "",
    )


def failures(experiment: Experiment) -> Finding:
    """Models that could not be trained."""
    count = len(experiment.failures)
    everything = count + len(experiment.leaderboard)
    share = count / everything if everything else None
    text = f"{count} of {everything} models could not be trained." if share is not None and share >= FAILED else ""
    return Finding(
        rule="Many failures",
        threshold=f"at least {FAILED:.0%} of the models failed",
        measured="" if share is None else write(share, "percent"),
        text=text,
    )


def _name(name: str, algo: str) -> str:
    return name or algo or "the best model"
