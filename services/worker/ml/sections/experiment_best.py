"""Which model of an experiment is the best, and by what."""

from __future__ import annotations

import msgspec

from services.worker.ml.derive.ranking import main_metric, ranked
from services.worker.ml.facts import write
from shared.contracts.entities import Experiment, Model
from shared.document.blocks import Block

from . import parts
from .case import Case
from .graphics.experiment import label

_AUTOMATIC = frozenset({"", "auto"})


def metric_of(experiment: Experiment) -> str | None:
    """The metric that it was sorted by, else the most telling one there is."""
    asked = experiment.sort_metric or str(experiment.config.get("sort_metric") or "")
    return main_metric([row.metrics for row in experiment.leaderboard], None if asked.lower() in _AUTOMATIC else asked)


def best_model(case: Case[Experiment]) -> Model | None:
    """The best model as it is known; the experiment knows what its models predict."""
    model = case.entity.best_model
    if model is None:
        return None
    return msgspec.structs.replace(model, problem_type=model.problem_type or case.entity.problem_type)


def other_best(case: Case[Experiment]) -> list[Block]:
    """Warn if the model that is said to be the best is not the leaderboard's, as far as its metric tells."""
    experiment, metric = case.entity, metric_of(case.entity)
    rows = ranked(experiment.leaderboard, metric, experiment.sort_direction)
    said = experiment.best_model_id
    if not said or metric is None or not any(row.model_id for row in rows) or rows[0].metrics.get(metric) is None:
        return []
    first = f"by {metric} the leaderboard has “{label(rows[0])}” first, with {write(rows[0].metrics[metric])}"
    named = next((row for row in rows if row.model_id == said), None)
    if named is None:
        text = f"“best_model_id” is {said}, which is not on the leaderboard; {first}."
    elif named.metrics.get(metric) != rows[0].metrics[metric]:
        text = (
            f"“best_model_id” is that of “{label(named)}”, with {metric} {write(named.metrics.get(metric))}; {first}."
        )
    else:
        return []
    return [parts.warning("The best model contradicts the leaderboard", text)]
