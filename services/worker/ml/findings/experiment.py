"""Rules about an experiment."""

from __future__ import annotations

from services.worker.measuring.rules import Finding
from services.worker.ml.derive.ranking import Margin, falling, gain, margin, ranked
from services.worker.ml.facts import write
from shared.contracts.entities import Experiment, LeaderboardRow, Model

from . import model as one

FAILED = 0.2
_ALONE = "There is no other model to compare it with."


def findings(experiment: Experiment, metric: str | None, best: Model | None) -> list[Finding]:
    """Every rule, in the order in which a reader wants them."""
    found = [
        lead(experiment, metric),
        baseline(experiment, metric),
        failures(experiment),
    ]
    if best is None:
        return [*found, one.imbalance(experiment.dataset)]
    return [*found, *one.findings(best, experiment.dataset)]


def lead(experiment: Experiment, metric: str | None) -> Finding:
    """Which model is the best, by how much, and whether that is more than chance of training makes it."""
    rows = ranked(experiment.leaderboard, metric, experiment.sort_direction)
    best = rows[0].metrics.get(metric) if rows and metric else None
    ahead = margin(experiment.leaderboard, metric, experiment.sort_direction)
    measured = text = ""
    if best is not None:
        text = f"“{_name(rows[0])}” is the best: {metric} {write(best)}. {_ahead(ahead) if ahead else _ALONE}"
        measured = f"{metric} {write(ahead.size)} ahead" if ahead else f"{metric} {write(best)}"
    return Finding(
        rule="Best model and margin",
        threshold="always said; a margin is clear if it is larger than the larger standard deviation of the two",
        measured=measured,
        text=text,
    )


def _ahead(ahead: Margin) -> str:
    said = f"It is ahead of “{_name(ahead.next)}” by {write(ahead.size)}"
    if ahead.spread is None:
        return f"{said}; no standard deviation was given, so nothing says whether that is more than chance."
    spread = f"the larger standard deviation of the two ({write(ahead.spread)})"
    if ahead.clear:
        return f"{said}, more than {spread}."
    return f"{said}, no more than {spread}: they cannot be told apart by this experiment."


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


def _name(row: LeaderboardRow) -> str:
    return row.name or row.algo or row.model_id or "a model without a name"
