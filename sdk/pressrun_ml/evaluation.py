"""A fitted scikit-learn estimator and rows with known answers, as the entity that a model report is made of."""

from __future__ import annotations

import pickle
import warnings
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import numpy as np
from sklearn.base import clone, is_classifier
from sklearn.inspection import permutation_importance
from sklearn.model_selection import KFold, StratifiedKFold, learning_curve

from .figures import binary, multiclass, regression
from .figures.dataset import describe
from .figures.settings import hyperparameters, name_of
from .figures.thin import thin
from .inputs import Rows, Table, checked, feature_names
from .origin import marked
from .predicting import Predicted, metric_values, predicted

MOST_ROWS_PERMUTED = 2_000
LEARNING_SIZES = (0.2, 0.4, 0.6, 0.8, 1.0)


def evaluate(
    estimator: Any,
    X: Table,  # noqa: N803 - as everybody calls it
    y: Any,
    *,
    train: tuple[Table, Any] | None = None,
    cv: int = 0,
    positive: Any = None,
    threshold: float | None = None,
    slices: Mapping[str, Any] | None = None,
    resamples: int = 100,
    repeats: int = 5,
    seed: int = 0,
    split: str = "test",
    name: str = "",
    data_name: str = "",
    target: str = "",
    features: Sequence[str] | None = None,
    **about: Any,
) -> dict[str, Any]:
    """Everything that a report shows of a model, measured here on rows that it was not fitted on.

    Args:
        train: the rows it was fitted on, for metrics on them and a summary of the data.
        cv: folds; with them, copies of the estimator are fitted again on ``train`` (else on X) for cross-validation
            and a learning curve.
        positive: of two classes the one that is looked for; the estimator's last if it is None.
        threshold: from which score on a row is positive; 0.5 of probabilities, 0 of other scores.
        slices: by name, which rows of X belong to it: a mask or row numbers.
        resamples: of the bootstrap that gives confidence intervals; 0 for none.
        repeats: of the permutations that give the importance of features; 0 for none.
        split: what the rows of X are called.
        about: further fields of the entity, such as ``id``, ``project_id``, ``description``, ``intended_use``.

    Raises:
        InputError: these cannot be evaluated, and why.
    """
    rows = checked(estimator, X, y, what=split)
    learned = checked(estimator, *train, what="train") if train is not None else None
    names = feature_names(estimator, X, features)
    known = predicted(estimator, rows, positive=positive, threshold=threshold)
    entity: dict[str, Any] = {
        "id": str(uuid4()),
        "name": name or name_of(estimator),
        "algo": name_of(estimator),
        "problem_type": known.problem,
        "created_at": datetime.now(UTC).isoformat(),
        "artifact_size_bytes": _size(estimator),
        "hyperparameters": hyperparameters(estimator),
        "metrics": {split: metric_values(known)},
        "intervals": {split: found} if (found := _intervals(known, resamples, seed)) else {},
        "slices": [_slice(label, which, known) for label, which in (slices or {}).items()],
        "feature_importance": _importance(estimator, rows, names, repeats, seed),
        **_shape(known, split, seed),
    }
    if learned is not None:
        with_train = metric_values(predicted(estimator, learned, positive=positive, threshold=threshold))
        entity["metrics"] = {"train": with_train} | entity["metrics"]
        entity["dataset"] = describe(learned.x, learned.y, names, name=data_name, target=target, classes=is_classifier(estimator))  # fmt: skip
    if cv:
        entity |= _fitted_again(estimator, learned or rows, cv, seed, positive, threshold, entity["metrics"])
    if "learning_curve" not in entity and (curve := _staged(estimator, learned, rows, known)):
        entity["learning_curve"] = curve
    kept = {key: value for key, value in entity.items() if value not in (None, [], {}, "") and key not in about}
    return marked(kept, "computed") | about


def _shape(known: Predicted, split: str, seed: int) -> dict[str, Any]:
    """What only this kind of problem has."""
    if known.problem == "regression":
        return {
            "residuals": regression.residuals(known.truth, known.said, seed),
            "error_by_decile": regression.deciles(known.truth, known.said),
        }
    found: dict[str, Any] = {"confusion_matrix": known.confusion(split)}
    if known.problem == "multiclass":
        found["averages"] = multiclass.AVERAGES
        if known.probabilities is not None:
            found["roc"] = multiclass.roc(known.truth, known.probabilities, known.classes, split)
        return found
    if known.score is None:
        return found
    truth, score, sure = known.positives, known.score, known.probabilities is not None
    found["threshold"] = {"value": known.threshold, "criterion": "default" if known.default else "chosen"}
    found["thresholds"] = binary.thresholds(truth, score, probabilities=sure)
    found["score_histogram"] = binary.histograms(truth, score, known.labels, probabilities=sure)
    found["gains"] = binary.gains(truth, score)
    if 0 < truth.sum() < len(truth):
        found["roc"] = binary.roc(truth, score, split)
        found["pr"] = binary.precision_recall(truth, score, split)
    return found | (binary.calibration(truth, score) if sure else {})


def _intervals(known: Predicted, resamples: int, seed: int) -> dict[str, Any]:
    """The middle 95 % of each metric over rows drawn with replacement."""
    dice, count = np.random.default_rng(seed), len(known.truth)
    drawn = [metric_values(known.take(dice.integers(0, count, count))) for _ in range(resamples)]
    names = [name for name in metric_values(known) if resamples and all(name in each for each in drawn)]
    ends = {name: np.quantile([each[name] for each in drawn], [0.025, 0.975]) for name in names}
    return {name: {"low": float(low), "high": float(high), "level": 0.95} for name, (low, high) in ends.items()}


def _slice(name: str, which: Any, known: Predicted) -> dict[str, Any]:
    part = known.take(np.asarray(which))
    return {"name": name, "rows": len(part.truth), "metrics": metric_values(part) if len(part.truth) else {}}


def _importance(estimator: Any, rows: Rows, names: Sequence[str], repeats: int, seed: int) -> list[dict[str, Any]]:
    """How much worse it is with a feature shuffled."""
    if not repeats:
        return []
    few = rows.take(np.random.default_rng(seed).permutation(len(rows.y))[:MOST_ROWS_PERMUTED])
    found = permutation_importance(
        estimator, few.x, few.y, n_repeats=repeats, random_state=seed, scoring=_scoring(estimator, few)
    ).importances_mean
    largest = float(np.max(np.abs(found), initial=0.0))
    return [
        {
            "feature": str(names[at]),
            "importance": float(found[at]),
            "relative": float(found[at]) / largest if largest else 0.0,
            "method": "permutation",
        }
        for at in np.argsort(-found)
    ]


def _scoring(estimator: Any, rows: Rows) -> str | None:
    """What shuffling is to cost: the loss, which tells small harm too; where there is none, the estimator's own score."""
    sure = is_classifier(estimator) and hasattr(estimator, "predict_proba")
    return "neg_log_loss" if sure and len(np.unique(rows.y)) == len(estimator.classes_) else None


def _fitted_again(
    estimator: Any, rows: Rows, cv: int, seed: int, positive: Any, threshold: float | None, metrics: dict[str, Any]
) -> dict[str, Any]:
    """Cross-validation, and what more rows would bring."""
    kind = StratifiedKFold if is_classifier(estimator) else KFold
    folds: list[dict[str, Any]] = []
    for at, (train, held) in enumerate(kind(cv, shuffle=True, random_state=seed).split(rows.x, rows.y)):
        part, other = rows.take(train), rows.take(held)
        copy = clone(estimator).fit(part.x, part.y)
        found = predicted(copy, other, positive=positive, threshold=threshold)
        folds.append({"fold": at + 1, "metrics": metric_values(found)})
    shared = [name for name in folds[0]["metrics"] if all(name in fold["metrics"] for fold in folds)]
    means = {name: float(np.mean([fold["metrics"][name] for fold in folds])) for name in shared}
    return {
        "cv_folds": folds,
        "metrics": metrics | {"cross_validation": means},
        "learning_curve": _by_rows(estimator, rows, cv, seed),
    }


def _by_rows(estimator: Any, rows: Rows, cv: int, seed: int) -> dict[str, Any]:
    metric = "accuracy" if is_classifier(estimator) else "r2"
    sizes, train, held = learning_curve(
        clone(estimator), rows.x, rows.y, cv=cv, scoring=metric, train_sizes=LEARNING_SIZES, shuffle=True, random_state=seed
    )  # fmt: skip
    means = zip(sizes, train.mean(1), held.mean(1), strict=True)
    points = [{"x": float(x), "train": float(a), "validation": float(b)} for x, a, b in means if a == a and b == b]  # noqa: PLR0124
    return {"x_unit": "rows", "metric": metric, "points": points}


def _staged(estimator: Any, learned: Rows | None, rows: Rows, known: Predicted) -> dict[str, Any]:
    """An estimator that grows tree by tree says how each of them helped."""
    loss, stages = _loss(estimator, known)
    if loss is None:
        return {}
    sides = {"train": learned, "validation": rows}
    series = {name: [loss(side.y, said) for said in stages(side.x)] for name, side in sides.items() if side is not None}
    metric = "rmse" if known.problem == "regression" else "logloss"
    points = [
        {"x": at + 1, **{name: float(values[at]) for name, values in series.items()}}
        for at in range(len(series["validation"]))
    ]
    return {"x_unit": "trees", "metric": metric, "points": thin(points)}


def _loss(estimator: Any, known: Predicted) -> tuple[Callable[..., float] | None, Any]:
    from sklearn.metrics import log_loss, root_mean_squared_error

    if known.problem == "regression":
        stages = getattr(estimator, "staged_predict", None)
        return (root_mean_squared_error if stages else None), stages
    stages = getattr(estimator, "staged_predict_proba", None)
    return ((lambda truth, said: log_loss(truth, said, labels=known.classes)) if stages else None), stages


def _size(estimator: Any) -> int | None:
    """As it would be stored; None for what cannot be."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return len(pickle.dumps(estimator))
    except (pickle.PicklingError, TypeError, AttributeError):
        return None
