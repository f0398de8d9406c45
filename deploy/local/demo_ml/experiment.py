"""Eleven models, cross-validated on the same folds, with a baseline and one that cannot learn from these data."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import sklearn
from sklearn.base import clone
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import ExtraTreesClassifier, GradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.naive_bayes import GaussianNB, MultinomialNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from deploy.local.demo_ml.data import SEED, TARGET, cancer, ident
from deploy.local.demo_ml.model import evaluated
from sdk.pressrun_ml.figures.binary import metrics
from sdk.pressrun_ml.origin import marked

FOLDS = 5


def experiment() -> dict[str, Any]:
    """The experiment as it is pushed, trained now."""
    began, candidates = datetime.now(UTC), _candidates()
    rows, failures = [], []
    for at, (name, estimator) in enumerate(candidates.items()):
        try:
            rows.append(
                {
                    "name": name,
                    "model_id": ident(f"candidate/{at}"),
                    "algo": _algorithm(estimator),
                    **_measured(estimator),
                }
            )
        except ValueError as error:
            failures.append({"model": name, "error": str(error).strip().splitlines()[-1]})
    rows.sort(key=lambda row: -row["metrics"]["auc"])
    best = evaluated(_fitted(candidates[rows[0]["name"]]), rows[0]["name"], rows[0]["model_id"])
    ended = datetime.now(UTC)
    return marked({
        "id": ident("experiment"),
        "name": "Which model tells tumours apart best?",
        "project_id": ident("project"),
        "status": "succeeded",
        "problem_type": "binary",
        "target_column": TARGET,
        "engine": f"scikit-learn {sklearn.__version__}",
        "config": {"nfolds": FOLDS, "seed": SEED, "sort_metric": "auc", "max_models": len(candidates), "positive_class": "malignant"},
        "environment": {
            "python": platform.python_version(),
            "scikit-learn": sklearn.__version__,
            "numpy": np.__version__,
            "processors": os.cpu_count(),
            "machine": platform.machine(),
        },
        "created_at": began.isoformat(),
        "started_at": began.isoformat(),
        "finished_at": ended.isoformat(),
        "training_time_s": (ended - began).total_seconds(),
        "sort_metric": "auc",
        "sort_direction": "desc",
        "best_model_id": rows[0]["model_id"],
        "baseline": {"name": "Most frequent class", "algo": "DummyClassifier", **_measured(DummyClassifier(strategy="prior"))},
        "dataset": best["dataset"] | {"dataset_version_id": "scikit-learn's"},
        "leaderboard": [{"rank": at + 1} | row for at, row in enumerate(rows)],
        "best_model": best,
        "failures": failures,
    }, "computed")  # fmt: skip


def _candidates() -> dict[str, Any]:
    scaled = {
        "Logistic regression": LogisticRegression(max_iter=500),
        "Logistic regression, strong penalty": LogisticRegression(C=0.01, max_iter=500),
        "Support vectors": SVC(random_state=SEED),
        "Nearest seven": KNeighborsClassifier(7),
        "Multinomial Bayes": MultinomialNB(),
    }
    return {name: make_pipeline(StandardScaler(), one) for name, one in scaled.items()} | {
        "Gradient boosting, 80 trees": GradientBoostingClassifier(n_estimators=80, max_depth=2, subsample=0.8, random_state=SEED),
        "Random forest": RandomForestClassifier(60, random_state=SEED),
        "Extra trees": ExtraTreesClassifier(60, random_state=SEED),
        "Linear discriminant": LinearDiscriminantAnalysis(),
        "Gaussian Bayes": GaussianNB(),
        "One tree": DecisionTreeClassifier(random_state=SEED),
    }  # fmt: skip


def _measured(estimator: Any) -> dict[str, Any]:
    """Mean and spread of each metric over the folds, and what it took."""
    data, found, fit_s, predict_s = cancer(), [], [], []
    for train, held in StratifiedKFold(FOLDS, shuffle=True, random_state=SEED).split(data.train_x, data.train_y):
        began = time.perf_counter()
        copy = clone(estimator).fit(data.train_x[train], data.train_y[train])
        fit_s.append(time.perf_counter() - began)
        began = time.perf_counter()
        score, cut = _scores(copy, data.train_x[held])
        predict_s.append((time.perf_counter() - began) / len(held))
        truth = (data.train_y[held] == "malignant").astype(int)
        found.append(metrics(truth, score, cut, probabilities=hasattr(copy, "predict_proba")))
    return {
        "metrics": _over(found, np.mean),
        "metric_std": _over(found, lambda values: np.std(values, ddof=1)),
        "training_time_ms": 1000 * float(np.sum(fit_s)),
        "predict_time_per_row_ms": 1000 * float(np.mean(predict_s)),
    }


def _fitted(estimator: Any) -> Any:
    """The best one, on all rows that there are to learn from."""
    return clone(estimator).fit(cancer().train_x, cancer().train_y)


def _scores(estimator: Any, x: np.ndarray) -> tuple[np.ndarray, float]:
    place = list(estimator.classes_).index("malignant")
    if hasattr(estimator, "predict_proba"):
        return estimator.predict_proba(x)[:, place], 0.5
    return estimator.decision_function(x) * (1 if place else -1), 0.0


def _over(found: Sequence[dict[str, float]], of: Any) -> dict[str, float]:
    return {name: float(of([each[name] for each in found])) for name in found[0]}


def _algorithm(estimator: Any) -> str:
    return type(estimator.steps[-1][1] if hasattr(estimator, "steps") else estimator).__name__
