"""Models trained on the data sets that come with scikit-learn, as the entities a client would push."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from sklearn import datasets
from sklearn.base import clone
from sklearn.calibration import calibration_curve
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier, RandomForestRegressor
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    brier_score_loss,
    confusion_matrix,
    f1_score,
    log_loss,
    mean_absolute_error,
    mean_squared_error,
    precision_recall_curve,
    precision_score,
    r2_score,
    recall_score,
    roc_auc_score,
    roc_curve,
)
from sklearn.model_selection import StratifiedKFold, train_test_split
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

SEED = 7
MODEL_ID = "5f0c0c1e-3b9c-4a55-8f3e-0a5b3c1d2e4f"
EXPERIMENT_ID = "7a1d2c3b-4e5f-4a6b-9c8d-1e2f3a4b5c6d"
PROJECT_ID = "9b8c7d6e-5f4a-4b3c-8d2e-1f0a9b8c7d6e"


class Cancer:
    """The breast cancer data set, split; class 1 (malignant) is the positive one."""

    def __init__(self) -> None:
        data = datasets.load_breast_cancer()
        self.names = [str(name) for name in data.feature_names]
        self.x, self.y = data.data, 1 - data.target
        parts = train_test_split(self.x, self.y, test_size=0.4, random_state=SEED, stratify=self.y)
        self.train_x, self.test_x, self.train_y, self.test_y = parts


@cache
def cancer() -> Cancer:
    return Cancer()


@cache
def fitted() -> GradientBoostingClassifier:
    return GradientBoostingClassifier(n_estimators=40, max_depth=2, random_state=SEED).fit(
        cancer().train_x, cancer().train_y
    )


def scores() -> np.ndarray:
    return fitted().predict_proba(cancer().test_x)[:, 1]


@cache
def model() -> dict[str, Any]:
    """A gradient boosting model that tells malignant from benign."""
    data, made, score = cancer(), fitted(), scores()
    truth, said = data.test_y, (scores() >= 0.5).astype(int)
    fpr, tpr, cuts = roc_curve(truth, score)
    precision, recall, _ = precision_recall_curve(truth, score)
    edges = np.linspace(0, 1, 11)
    learned = [
        (log_loss(data.train_y, a), log_loss(truth, b))
        for a, b in zip(made.staged_predict_proba(data.train_x), made.staged_predict_proba(data.test_x), strict=True)
    ]
    order = np.argsort(-made.feature_importances_)
    return {
        "id": MODEL_ID,
        "name": "GradientBoosting_1",
        "algo": "GradientBoosting",
        "problem_type": "binary",
        "experiment_id": EXPERIMENT_ID,
        "created_at": "2026-05-04T09:30:00Z",
        "artifact_size_bytes": 183_220,
        "description": "Tells malignant from benign tumours by thirty measures of cell nuclei.",
        "intended_use": "A worked example on the breast cancer data set of scikit-learn.",
        "limitations": "Trained on 341 rows of one hospital. Not a medical device.",
        "hyperparameters": [
            {"name": "n_estimators", "value": 40, "default": 100},
            {"name": "max_depth", "value": 2, "default": 3},
            {"name": "learning_rate", "value": 0.1, "default": 0.1},
            {"name": "subsample", "value": 1.0, "default": 1.0},
            {"name": "loss", "value": "log_loss", "default": "log_loss"},
        ],
        "metrics": {"train": metrics(data.train_y, made.predict_proba(data.train_x)[:, 1]), "test": metrics(truth, score)},
        "intervals": {"test": bootstrap(truth, score)},
        "cv_folds": folds(made),
        "threshold": {"value": 0.5, "criterion": "default"},
        "roc": {"split": "test", "auc": float(roc_auc_score(truth, score)), "points": [{"fpr": float(a), "tpr": float(b), "threshold": float(min(c, 1.0))} for a, b, c in zip(fpr, tpr, cuts, strict=True)]},
        "pr": {"split": "test", "average_precision": float(average_precision_score(truth, score)), "prevalence": float(truth.mean()), "points": [{"recall": float(r), "precision": float(p)} for p, r in zip(precision, recall, strict=True)]},
        "calibration": bins(truth, score),
        "brier": float(brier_score_loss(truth, score)),
        "score_histogram": {name: {"edges": edges.tolist(), "counts": np.histogram(score[truth == label], edges)[0].tolist()} for name, label in (("benign", 0), ("malignant", 1))},
        "confusion_matrix": {"labels": ["benign", "malignant"], "matrix": confusion_matrix(truth, said).tolist(), "threshold": 0.5, "split": "test"},
        "feature_importance": [{"feature": data.names[at], "importance": float(made.feature_importances_[at]), "method": "gain"} for at in order],
        "learning_curve": {"x_unit": "trees", "metric": "logloss", "points": [{"x": at + 1, "train": a, "validation": b} for at, (a, b) in enumerate(learned)]},
        "slices": slices(truth, score, data.test_x),
        "dataset": dataset(),
    }  # fmt: skip


@cache
def regressor() -> dict[str, Any]:
    """A random forest that predicts how diabetes proceeds."""
    data = datasets.load_diabetes()
    train_x, test_x, train_y, test_y = train_test_split(data.data, data.target, test_size=0.5, random_state=SEED)
    made = RandomForestRegressor(n_estimators=20, random_state=SEED).fit(train_x, train_y)
    said = made.predict(test_x)
    importance = permutation_importance(made, test_x, test_y, n_repeats=2, random_state=SEED).importances_mean
    counts, edges = np.histogram(test_y - said, 20)
    return {
        "id": MODEL_ID,
        "name": "RandomForest_2",
        "algo": "RandomForest",
        "problem_type": "regression",
        "metrics": {"train": errors(train_y, made.predict(train_x)), "test": errors(test_y, said)},
        "feature_importance": [
            {"feature": name, "importance": float(value), "method": "permutation"}
            for name, value in zip(data.feature_names, importance, strict=True)
        ],
        "residuals": {
            "histogram": {"edges": edges.tolist(), "counts": counts.tolist()},
            "pred_vs_actual": [[float(a), float(b)] for a, b in zip(said, test_y, strict=True)],
        },
    }


@cache
def classes() -> dict[str, Any]:
    """Three classes of wine."""
    data = datasets.load_wine()
    train_x, test_x, train_y, test_y = train_test_split(data.data, data.target, test_size=0.5, random_state=SEED)
    made = DecisionTreeClassifier(max_depth=2, random_state=SEED).fit(train_x, train_y)
    said = made.predict(test_x)
    return {
        "id": MODEL_ID,
        "name": "DecisionTree_3",
        "algo": "DecisionTree",
        "problem_type": "multiclass",
        "metrics": {
            "test": {
                "accuracy": float(accuracy_score(test_y, said)),
                "f1": float(f1_score(test_y, said, average="macro")),
            }
        },
        "confusion_matrix": {
            "labels": [str(name) for name in data.target_names],
            "matrix": confusion_matrix(test_y, said).tolist(),
            "split": "test",
        },
    }


@cache
def experiment() -> dict[str, Any]:
    """Six kinds of models on the same folds, a baseline, and one that cannot be trained."""
    scaled = {"LogisticRegression": LogisticRegression(max_iter=500), "NearestNeighbours": KNeighborsClassifier(7)}
    kinds = {name: make_pipeline(StandardScaler(), one) for name, one in scaled.items()} | {
        "GradientBoosting": GradientBoostingClassifier(n_estimators=40, max_depth=2, random_state=SEED),
        "RandomForest": RandomForestClassifier(n_estimators=20, random_state=SEED),
        "DecisionTree": DecisionTreeClassifier(random_state=SEED),
        "NaiveBayes": GaussianNB(),
    }
    rows = [row(name, one, at) for at, (name, one) in enumerate(kinds.items())]
    return {
        "id": EXPERIMENT_ID,
        "name": "Breast cancer, six algorithms",
        "project_id": PROJECT_ID,
        "status": "succeeded",
        "problem_type": "binary",
        "target_column": "malignant",
        "engine": "scikit-learn",
        "config": {"nfolds": 3, "seed": SEED, "sort_metric": "AUC", "max_models": 7, "stopping": {"rounds": 3}},
        "environment": {"scikit-learn": "1.9.1", "python": "3.11.7", "cpu": "2 cores"},
        "started_at": "2026-05-04T09:00:00Z",
        "finished_at": "2026-05-04T09:02:10Z",
        "training_time_s": 130,
        "sort_metric": "auc",
        "sort_direction": "desc",
        "baseline": {"name": "Most frequent class", **folded(DummyClassifier(strategy="prior"))},
        "dataset": dataset(),
        "leaderboard": rows,
        "best_model": model(),
        "failures": [{"model": "LogisticRegression_2", "error": "The solver did not converge within 1 iteration."}],
        "created_at": "2026-05-04T08:59:00Z",
        "best_model_id": "model-0",
    }


def row(name: str, one: Any, at: int) -> dict[str, Any]:
    return {
        "model_id": f"model-{at}",
        "name": f"{name}_{at + 1}",
        "algo": name,
        **folded(one),
        "training_time_ms": [21.0, 4.0, 160.0, 75.0, 9.0, 2.0][at],
        "predict_time_per_row_ms": [0.002, 0.09, 0.008, 0.03, 0.001, 0.003][at],
    }


def folded(one: Any) -> dict[str, Any]:
    """Mean and standard deviation of metrics over three folds."""
    found = [each["metrics"] for each in folds(one)]
    names = found[0].keys()
    return {
        "metrics": {name: float(np.mean([each[name] for each in found])) for name in names},
        "metric_std": {name: float(np.std([each[name] for each in found], ddof=1)) for name in names},
    }


def folds(one: Any) -> list[dict[str, Any]]:
    data, found = cancer(), []
    for at, (train, test) in enumerate(StratifiedKFold(3, shuffle=True, random_state=SEED).split(data.x, data.y)):
        score = clone(one).fit(data.x[train], data.y[train]).predict_proba(data.x[test])[:, 1]
        found.append({"fold": at + 1, "metrics": metrics(data.y[test], score)})
    return found


def metrics(truth: np.ndarray, score: np.ndarray) -> dict[str, float]:
    said = (score >= 0.5).astype(int)
    return {
        "auc": float(roc_auc_score(truth, score)),
        "accuracy": float(accuracy_score(truth, said)),
        "f1": float(f1_score(truth, said)),
        "precision": float(precision_score(truth, said, zero_division=0)),
        "recall": float(recall_score(truth, said)),
        "logloss": float(log_loss(truth, score)),
    }


def errors(truth: np.ndarray, said: np.ndarray) -> dict[str, float]:
    return {
        "rmse": float(np.sqrt(mean_squared_error(truth, said))),
        "mae": float(mean_absolute_error(truth, said)),
        "r2": float(r2_score(truth, said)),
    }


def bootstrap(truth: np.ndarray, score: np.ndarray) -> dict[str, Any]:
    dice = np.random.default_rng(SEED)
    drawn = [dice.integers(0, len(truth), len(truth)) for _ in range(60)]
    found = [metrics(truth[at], score[at]) for at in drawn]
    ends = {name: np.quantile([each[name] for each in found], [0.025, 0.975]) for name in found[0]}
    return {name: {"low": float(low), "high": float(high), "level": 0.95} for name, (low, high) in ends.items()}


def bins(truth: np.ndarray, score: np.ndarray) -> list[dict[str, Any]]:
    observed, predicted = calibration_curve(truth, score, n_bins=8)
    counts = np.histogram(score, np.linspace(0, 1, 9))[0]
    return [
        {"p_mean": float(p), "observed": float(o), "n": int(n)}
        for p, o, n in zip(predicted, observed, counts[counts > 0], strict=True)
    ]


def slices(truth: np.ndarray, score: np.ndarray, x: np.ndarray) -> list[dict[str, Any]]:
    names = cancer().names
    area, texture = x[:, names.index("mean area")], x[:, names.index("mean texture")]
    parts = {
        "small nuclei": area < np.quantile(area, 0.6),
        "large nuclei": area >= np.quantile(area, 0.6),
        "rough texture": texture >= np.median(texture),
        "smooth texture": texture < np.median(texture),
    }
    return [
        {"name": name, "rows": int(part.sum()), "metrics": metrics(truth[part], score[part])}
        for name, part in parts.items()
    ]


@cache
def dataset() -> dict[str, Any]:
    data = cancer()
    described = []
    for at, name in enumerate(data.names):
        values = data.x[:, at]
        least, p25, p50, p75, most = (float(each) for each in np.quantile(values, [0, 0.25, 0.5, 0.75, 1]))
        described.append({"name": name, "type": "numeric", "missing_rate": 0.0, "unique": len(set(values)), "mean": float(values.mean()), "std": float(values.std()), "min": least, "p25": p25, "p50": p50, "p75": p75, "max": most})  # fmt: skip
    benign, malignant = np.bincount(data.y)
    return {
        "id": "d1",
        "dataset_version_id": "d1-v1",
        "name": "breast cancer",
        "rows": len(data.y),
        "columns": 31,
        "target": "malignant",
        "class_counts": {"benign": int(benign), "malignant": int(malignant)},
        "missing_rate": 0.0,
        "duplicate_rows": 0,
        "features": described,
    }
