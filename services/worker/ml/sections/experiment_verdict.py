"""What came of an experiment, in sentences and figures."""

from __future__ import annotations

from services.worker.measuring.values import NONE
from services.worker.ml.derive.ranking import falling, gain, margin
from services.worker.ml.facts import write
from shared.contracts.entities import Experiment
from shared.document.blocks import Block, Callout

from . import parts
from .case import Case
from .experiment_best import metric_of
from .experiment_board import rows_of
from .graphics.experiment import label


def verdict(case: Case[Experiment]) -> list[Block]:
    """The best model, by how much, and whether that is more than chance and more than the baseline."""
    experiment, metric = case.entity, metric_of(case.entity)
    rows = rows_of(experiment)
    if not rows or metric is None or rows[0].metrics.get(metric) is None:
        return parts.missing(case, "A verdict", "leaderboard", "It needs a “leaderboard” with metrics.")
    best = rows[0]
    said = f"{label(best)} is the best of {len(rows):,} models: {metric} {write(best.metrics[metric])}."
    return [Callout([parts.say(said), *parts.listed([*_lead(case, metric), *_won(case, metric)])], tone="info", title="Verdict")]  # fmt: skip


def tiles(case: Case[Experiment]) -> list[Block]:
    """How much was tried and what it took."""
    experiment, metric = case.entity, metric_of(case.entity)
    rows = rows_of(experiment)
    best = rows[0].metrics.get(metric) if rows and metric else None
    given = [
        (f"Best {metric}", case.fact(("best", metric or ""), f"Best {metric}", best, field="leaderboard"), label(rows[0]) if rows else ""),
        ("Models", case.fact(("models",), "Models on the leaderboard", len(rows), "count") if rows else NONE, ""),
        ("Failed", case.fact(("failures",), "Models that failed", len(experiment.failures), "count") if experiment.failures or case.sent("failures") else NONE, "models"),
        ("Training time", case.fact(("training_time",), "Training time", experiment.training_time_s, "seconds", field="training_time_s"), case.note("training_time_s")),
        ("From start to end", case.fact(("elapsed",), "Time from the start of the experiment to its end", _elapsed(experiment), "seconds"), "wall clock"),
        ("All models together", case.fact(("models_time",), "Training time of all models together", _together(experiment), "seconds"), "computed"),
        ("Rows", case.fact(("data", "rows"), "Rows", experiment.dataset.rows if experiment.dataset else None, "count", field="dataset"), ""),
    ]  # fmt: skip
    shown = [tile for tile in given if tile[1] != NONE]
    said = " · ".join(part for part in (experiment.name, experiment.problem_type or "", f"status {experiment.status}" if experiment.status else "") if part)  # fmt: skip
    return [*([parts.say(said)] if said else []), *([parts.tiles(*shown)] if shown else [])]


def _lead(case: Case[Experiment], metric: str) -> list[str]:
    ahead = margin(case.entity.leaderboard, metric, case.entity.sort_direction)
    if ahead is None:
        return ["There is no other model to compare it with."]
    size = case.fact(("margin",), f"Margin of the best model in {metric}", ahead.size)
    said = f"It is ahead of {label(ahead.next)} by {size}"
    if ahead.spread is None:
        return [f"{said}. No standard deviation was provided, so nothing says whether that is more than chance."]
    spread = case.fact(("spread",), f"Larger standard deviation of the two in {metric}", ahead.spread)
    sure = "more than" if ahead.clear else "no more than"
    return [f"{said}, {sure} the larger standard deviation of the two ({spread})."]


def _won(case: Case[Experiment], metric: str) -> list[str]:
    base = case.entity.baseline
    less = falling(metric, case.entity.sort_direction)
    value = base.metrics.get(metric) if base else None
    won = gain(rows_of(case.entity)[0].metrics.get(metric), value, less=less)
    if won is None:
        return ["No baseline was provided: send “baseline” with the same metrics."]
    said = case.fact(("baseline_gain",), f"Gain over the baseline in {metric}", won)
    return [f"Against the baseline of {write(value)} it is {'better' if won > 0 else 'not better'} ({said})."]


def _elapsed(experiment: Experiment) -> float | None:
    if experiment.started_at and experiment.finished_at:
        return (experiment.finished_at - experiment.started_at).total_seconds()
    return None


def _together(experiment: Experiment) -> float | None:
    """The models' own times, where every one of them has said its."""
    times = [row.training_time_ms for row in experiment.leaderboard]
    known = [time for time in times if time is not None]
    return sum(known) / 1000 if known and len(known) == len(times) else None
