"""One small entity of each kind, which belong together, with ids of their own for each owner."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import msgspec

KINDS = ("experiment", "model", "project", "deployment", "synthgen")


class Family(msgspec.Struct, frozen=True):
    """A project with an experiment, its model, a deployment of it, a synthetic data job and a privacy session."""

    project: str = msgspec.field(default_factory=lambda: str(uuid4()))
    experiment: str = msgspec.field(default_factory=lambda: str(uuid4()))
    model: str = msgspec.field(default_factory=lambda: str(uuid4()))
    deployment: str = msgspec.field(default_factory=lambda: str(uuid4()))
    synthgen: str = msgspec.field(default_factory=lambda: str(uuid4()))
    generator: str = msgspec.field(default_factory=lambda: str(uuid4()))
    """What the synthetic data were made by."""
    privacy_session: str = msgspec.field(default_factory=lambda: str(uuid4()))

    def body(self, kind: str) -> dict[str, Any]:
        """What is pushed of it."""
        return _BODIES[kind](self)

    def bodies(self) -> dict[str, dict[str, Any]]:
        """All six, by kind."""
        return {kind: self.body(kind) for kind in _BODIES}


def _project(family: Family) -> dict[str, Any]:
    return {
        "name": "Fraud",
        "description": "Which payments are checked by hand.",
        "owner": "Risk",
        "created_at": "2026-01-12T09:00:00Z",
        "timeline": [{"at": "2026-02-01T10:00:00Z", "event": "Model deployed", "actor": "Risk"}],
    }


def _experiment(family: Family) -> dict[str, Any]:
    return {
        "name": "Fraud v3",
        "project_id": family.project,
        "status": "succeeded",
        "problem_type": "binary",
        "target_column": "is_fraud",
        "engine": "h2o",
        "config": {"max_models": 20, "nfolds": 5, "seed": 42},
        "training_time_s": 1830,
        "sort_metric": "auc",
        "sort_direction": "desc",
        "best_model_id": family.model,
        "leaderboard": [
            {"rank": 1, "model_id": family.model, "name": "GBM_1", "algo": "GBM", "metrics": {"auc": 0.94}},
            {"rank": 2, "name": "GLM_1", "algo": "GLM", "metrics": {"auc": 0.89}, "training_time_ms": 400},
            {"rank": 3, "name": "DRF_1", "algo": "DRF", "metrics": {"auc": 0.91}, "training_time_ms": 2100},
        ],
        "failures": [{"model": "DL_2", "error": "out of memory"}],
    }


def _model(family: Family) -> dict[str, Any]:
    return {
        "name": "GBM_1",
        "algo": "GBM",
        "experiment_id": family.experiment,
        "problem_type": "binary",
        "hyperparameters": [{"name": "ntrees", "value": 120, "default": 50}],
        "metrics": {"train": {"auc": 0.97, "logloss": 0.11}, "test": {"auc": 0.94, "logloss": 0.21}},
        "roc": {"points": [{"fpr": 0, "tpr": 0}, {"fpr": 0.1, "tpr": 0.7}, {"fpr": 1, "tpr": 1}], "auc": 0.94},
        "confusion_matrix": {"labels": ["0", "1"], "matrix": [[56840, 24], [31, 67]], "threshold": 0.31},
        "feature_importance": [{"feature": "amount", "importance": 0.31}, {"feature": "hour", "importance": 0.12}],
        "learning_curve": {"metric": "logloss", "x_unit": "trees", "points": [{"x": 10, "train": 0.41}, {"x": 20, "train": 0.3}]},
    }  # fmt: skip


def _deployment(family: Family) -> dict[str, Any]:
    return {
        "name": "fraud-prod",
        "stage": "production",
        "status": "active",
        "model": {"id": family.model, "name": "GBM_1", "algo": "GBM"},
        "volume": [
            {"t": f"2026-03-01T{hour:02}:00:00Z", "predictions": 1200 + hour, "errors": 3, "latency_p95_ms": 40 + hour}
            for hour in range(6)
        ],
        "totals": {"predictions": 86400, "errors": 210, "error_rate": 0.0024, "latency_p95_ms": 41},
        "sla": {"latency_p95_ms": 100, "error_rate": 0.01},
        "drift": {"features": [{"feature": "amount", "psi": 0.18, "status": "warning"}], "prediction": {"psi": 0.04}},
    }


def _synthgen(family: Family) -> dict[str, Any]:
    return {
        "project_id": family.project,
        "model": {"id": family.generator, "name": "Payments CTGAN", "type": "ctgan", "config": {"epochs": 300}},
        "status": "completed",
        "rows_real": 284807,
        "rows_synthetic": 10000,
        "quality": {"overall": 0.88, "column_shapes": 0.9, "column_pairs": 0.86},
        "columns": [{"name": "amount", "type": "numeric", "metric": "ks_complement", "score": 0.93}],
        "correlation": {"columns": ["a", "b"], "real": [[1, 0.4], [0.4, 1]], "synthetic": [[1, 0.35], [0.35, 1]]},
        "privacy": {"exact_match_rate": 0.0, "membership_auc": 0.51},
    }


def _privacy_session(family: Family) -> dict[str, Any]:
    return {
        "project_id": family.project,
        "status": "detected",
        "policy": {"name": "HIPAA", "profile": "hipaa"},
        "dataset": {"name": "patients", "rows": 5000, "columns": 22},
        "findings": [
            {
                "column": "email",
                "pii_type": "email",
                "matches": 4980,
                "rows_scanned": 5000,
                "match_rate": 0.996,
                "risk": "high",
                "action": "hash",
                "masked_samples": ["j***@e***.com"],
            }
        ],
        "summary": {"columns_with_pii": 1, "cells_with_pii": 4980, "by_type": {"email": 4980}, "coverage": 0.97},
    }


_BODIES = {
    "project": _project,
    "experiment": _experiment,
    "model": _model,
    "deployment": _deployment,
    "synthgen": _synthgen,
    "privacy_session": _privacy_session,
}
