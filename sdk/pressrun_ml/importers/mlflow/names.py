"""MLflow's names of metrics in the words of reports: which split, which metric."""

from __future__ import annotations

import re

UNNAMED = "logged"
"""The split of metrics whose name tells of none."""
ORDER = ("test", "validation", "cross_validation", UNNAMED, "train")
"""Which split says most about rows the model has not seen."""
LESS_IS_BETTER = frozenset("logloss loss rmse mse mae mape rmsle error mean_per_class_error brier".split())
FAVOURED = "auc aucpr f1 accuracy r2 rmse mae logloss loss mse".split()

_SPLITS = {
    "train": "train",
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "eval": "validation",
    "test": "test",
    "testing": "test",
    "holdout": "test",
    "cv": "cross_validation",
}
_METRICS = {
    "roc_auc": "auc",
    "roc_auc_score": "auc",
    "average_precision": "aucpr",
    "average_precision_score": "aucpr",
    "precision_recall_auc": "aucpr",
    "pr_auc": "aucpr",
    "acc": "accuracy",
    "accuracy_score": "accuracy",
    "f1_score": "f1",
    "precision_score": "precision",
    "recall_score": "recall",
    "log_loss": "logloss",
    "mean_squared_error": "mse",
    "root_mean_squared_error": "rmse",
    "mean_absolute_error": "mae",
    "r2_score": "r2",
    "brier_score_loss": "brier",
}
_HEAD = re.compile(rf"^({'|'.join(sorted(_SPLITS, key=len, reverse=True))})[_\-/. ](.+)$", re.IGNORECASE)
_TAIL = re.compile(rf"^(.+)[_\-/. ]({'|'.join(sorted(_SPLITS, key=len, reverse=True))})$", re.IGNORECASE)


def placed(name: str) -> tuple[str, str]:
    """The split that a metric's name tells of, and the metric."""
    if head := _HEAD.match(name):
        return _SPLITS[head[1].lower()], metric(head[2])
    if tail := _TAIL.match(name):
        return _SPLITS[tail[2].lower()], metric(tail[1])
    return UNNAMED, metric(name)


def metric(name: str) -> str:
    """A metric's name in reports; its own if it has no other."""
    return _METRICS.get(name.lower(), name)


def main(names: set[str]) -> str:
    """The most telling of some metrics."""
    return next((one for one in FAVOURED if one in names), min(names, default=""))
