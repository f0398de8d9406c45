"""Entities as large as reports are promised to be made of, measured on made-up numbers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import numpy as np

MODELS = 500
FEATURES = 1_000
LOG_ROWS = 100_000
POINTS = 2_000
PROJECT = str(uuid5(NAMESPACE_URL, "pressrun/bench/project"))
_BEGIN = datetime(2026, 5, 4, tzinfo=UTC)
_HOURS = 24 * 14


def experiment() -> dict[str, Any]:
    """A leaderboard of five hundred models with six metrics and their spread."""
    dice = np.random.default_rng(1)
    names = ("auc", "aucpr", "logloss", "accuracy", "f1", "recall")
    rows = [
        {
            "model_id": f"model-{at}",
            "name": f"GBM_{at}_AutoML",
            "algo": ("GBM", "XGBoost", "GLM", "DRF", "DeepLearning")[at % 5],
            "metrics": {name: float(dice.uniform(0.6, 0.95)) for name in names},
            "metric_std": {name: float(dice.uniform(0.001, 0.02)) for name in names},
            "training_time_ms": float(dice.lognormal(8, 1)),
            "predict_time_per_row_ms": float(dice.lognormal(-4, 1)),
        }
        for at in range(MODELS)
    ]
    return {
        "id": str(uuid5(NAMESPACE_URL, "pressrun/bench/experiment")),
        "project_id": PROJECT,
        "name": f"{MODELS} models",
        "status": "succeeded",
        "problem_type": "binary",
        "sort_metric": "auc",
        "config": {"seed": 1, "nfolds": 5},
        "leaderboard": rows,
    }


def deployment() -> dict[str, Any]:
    """A thousand features of a log of a hundred thousand rows, in bins."""
    dice = np.random.default_rng(2)
    moments = np.sort(dice.integers(0, _HOURS, LOG_ROWS))
    latency = dice.lognormal(2.6, 0.5, LOG_ROWS)
    bounds = np.searchsorted(moments, np.arange(_HOURS + 1))
    return {
        "id": str(uuid5(NAMESPACE_URL, "pressrun/bench/deployment")),
        "project_id": PROJECT,
        "name": f"{FEATURES} features",
        "status": "active",
        "stage": "production",
        "volume": [_hour(hour, latency[bounds[hour] : bounds[hour + 1]]) for hour in range(_HOURS)],
        "totals": {"predictions": LOG_ROWS, "errors": 0, "latency_mean_ms": float(latency.mean())},
        "drift": {
            "reference": {"rows": 10_000},
            "current": {"rows": LOG_ROWS},
            "features": [_feature(f"feature_{at}", dice) for at in range(FEATURES)],
        },
    }


def model() -> dict[str, Any]:
    """Curves of two thousand points each."""
    at = np.linspace(0, 1, POINTS)
    points = [{"fpr": float(x), "tpr": float(x**0.2), "threshold": float(1 - x)} for x in at]
    losses = [{"x": step, "train": 1 / (1 + step / 100), "validation": 1 / (1 + step / 120)} for step in range(POINTS)]
    return {
        "id": str(uuid5(NAMESPACE_URL, "pressrun/bench/model")),
        "project_id": PROJECT,
        "name": f"Curves of {POINTS} points",
        "algo": "GBM",
        "problem_type": "binary",
        "metrics": {"test": {"auc": 0.8333}},
        "roc": {"split": "test", "points": points},
        "pr": {"points": [{"recall": float(x), "precision": float(1 - 0.7 * x**3)} for x in at], "prevalence": 0.3},
        "learning_curve": {"x_unit": "trees", "metric": "logloss", "points": losses},
    }


def _hour(hour: int, latency: np.ndarray) -> dict[str, Any]:
    told = {f"latency_p{level}_ms": float(np.quantile(latency, level / 100)) for level in (50, 95, 99)}
    return {"t": (_BEGIN + timedelta(hours=hour)).isoformat(), "predictions": len(latency), "errors": 0, **told}


def _feature(name: str, dice: np.random.Generator) -> dict[str, Any]:
    before, now = dice.normal(size=10_000), dice.normal(dice.uniform(0, 0.6), 1, LOG_ROWS)
    edges = np.linspace(-5, 6, 21)
    sides = {"reference_hist": before, "current_hist": now}
    return {"feature": name, "type": "numeric"} | {
        side: {"edges": edges.tolist(), "counts": np.histogram(values, edges)[0].tolist()}
        for side, values in sides.items()
    }
