"""A report on a model: first how good it is, then what it is, then everything measured."""

from __future__ import annotations

from typing import Any

from services.worker.measuring.rules import Finding
from services.worker.ml.findings import model as rules
from services.worker.ml.sections import model_learning as learning
from services.worker.ml.sections import model_metrics as metrics
from services.worker.ml.sections import model_numbers as numbers
from services.worker.ml.sections import model_scores as scores
from shared.contracts.entities import Model
from shared.document.blocks import Block

from .case import Case, Section
from .data import data_summary, dataset_of
from .model_card import at_a_glance, card
from .model_doubts import contradictions

SECTIONS = [
    Section("At a glance", at_a_glance),
    Section("Contradictions", contradictions),
    Section("Model card", card),
    Section("Performance", metrics.performance, "metrics"),
    Section("Confusion matrix", scores.confusion_matrix, "confusion_matrix"),
    Section("ROC curve", scores.roc_curve, "roc_curve"),
    Section("Precision and recall", scores.precision_recall),
    Section("Calibration", scores.calibration),
    Section("Scores and thresholds", scores.thresholds),
    Section("Lift and gain", scores.lift_and_gain),
    Section("Residuals", numbers.residuals),
    Section("Predicted against actual", numbers.predicted),
    Section("Error by decile", numbers.deciles),
    Section("Feature importance", learning.importance, "feature_importance"),
    Section("Learning curve", learning.curve, "learning_curves"),
    Section("Hyper-parameters", learning.hyperparameters, "hyperparameters"),
    Section("Slices", metrics.slices, "metrics"),
    Section("Data summary", data_summary, "data_summary"),
]


def findings(case: Case[Model]) -> list[Finding]:
    """What stands out, by rule."""
    return rules.findings(case.entity, dataset_of(case))


def summary(case: Case[Model]) -> dict[str, Any]:
    """The metrics of rows that the model was not trained on."""
    split, values = rules.held(case.entity.metrics)
    known = {name: value for name, value in values.items() if value is not None}
    return {"model": case.entity.name or case.entity.id, "algo": case.entity.algo, "split": split, **known}


def curves(case: Case[Model]) -> list[Block]:
    """What an experiment shows of its best model."""
    shown = (
        ("roc_curve", scores.roc_curve),
        ("", scores.precision_recall),
        ("confusion_matrix", scores.confusion_matrix),
        ("feature_importance", learning.importance),
        ("", numbers.residuals),
        ("", numbers.predicted),
    )
    return [block for flag, build in shown if not flag or case.on(flag) for block in build(case)]  # type: ignore[arg-type]
