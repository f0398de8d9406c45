"""What a model predicts: classes or numbers."""

from __future__ import annotations

from services.worker.ml.derive import calibration
from services.worker.ml.derive.confusion import problem
from shared.contracts.entities import Model

from .case import Case

_NUMBERS = frozenset("rmse mse mae r2 rmsle mape".split())


def regresses(case: Case[Model]) -> bool:
    """Tell whether it predicts numbers: as it says, else as its experiment says, else as its metrics have it."""
    model, experiment = case.entity, case.related.get("experiment")
    said = model.problem_type or (experiment.get("problem_type") if isinstance(experiment, dict) else None)
    if isinstance(said, str) and said:
        return "regression" in said.lower()
    if model.roc or model.pr or model.confusion_matrix or model.calibration:
        return False
    named = {name for metrics in model.metrics.values() for name, value in metrics.items() if value is not None}
    return bool(model.residuals or model.error_by_decile or (named and named <= _NUMBERS))


def positive(case: Case[Model]) -> str:
    """The name of the class that scores are for, of two; empty where there are more."""
    matrix = case.entity.confusion_matrix
    return matrix.labels[1] if matrix and not problem(matrix) and len(matrix.labels) == 2 else ""


def prevalence(case: Case[Model]) -> float | None:
    """The share of positives: as supplied, else from the confusion matrix or the calibration's bins."""
    model = case.entity
    if model.pr and model.pr.prevalence is not None:
        return model.pr.prevalence if 0 < model.pr.prevalence < 1 else None
    share = calibration.prevalence(model.calibration)
    if positive(case) and model.confusion_matrix:
        rows = [sum(row) for row in model.confusion_matrix.matrix]
        share = rows[1] / sum(rows)
    return share if share is not None and 0 < share < 1 else None


def averaged(model: Model, metric: str) -> str:
    """A metric's name, with what kind of mean over classes it is."""
    mean = model.averages.get(metric)
    return f"{metric} ({mean} mean)" if mean else metric
