"""Which model of an experiment is the best, and by what."""

from __future__ import annotations

import msgspec

from services.worker.ml.derive.ranking import main_metric
from shared.contracts.entities import Experiment, Model

from .case import Case
from .reading import read

_AUTOMATIC = frozenset({"", "auto"})


def metric_of(experiment: Experiment) -> str | None:
    """The metric that it was sorted by, else the most telling one there is."""
    asked = experiment.sort_metric or str(experiment.config.get("sort_metric") or "")
    return main_metric([row.metrics for row in experiment.leaderboard], None if asked.lower() in _AUTOMATIC else asked)


def best_model(case: Case[Experiment]) -> Model | None:
    """The best model as it was sent, else as it is known beside the experiment."""
    if case.entity.best_model is not None:
        return _with_task(case, case.entity.best_model)
    given = [case.related.get("best_model"), *_listed(case.related.get("models"))]
    wanted = case.entity.best_model_id
    for each in given:
        if isinstance(each, dict) and (wanted is None or each.get("id") == wanted):
            try:
                return _with_task(case, read(Model, each)[0])
            except msgspec.ValidationError:
                continue
    return None


def _with_task(case: Case[Experiment], model: Model) -> Model:
    """The experiment knows what its models predict."""
    return msgspec.structs.replace(model, problem_type=model.problem_type or case.entity.problem_type)


def _listed(given: object) -> list[object]:
    return list(given) if isinstance(given, list) else []
