"""What a synthetic table is worth to somebody who trains on it: the same model, trained on either, tested on real rows. Pure."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.metrics import f1_score, r2_score, roc_auc_score

from .columns import Column
from .numbers import SEED, sample

MOST_ROWS = 20_000
"""That a model is trained on, drawn blindly."""
_TREES = 100
_HELD = 0.3
"""Of the real rows, to test on where there is no hold-out."""
_FEW = 20
"""Whole numbers of no more different values than this are classes."""


def utility(found: list[Column], target: str, notices: list[str]) -> dict[str, Any]:
    """A random forest's score; nothing where the target has one value only, which a notice says."""
    wanted = next(column for column in found if column.name == target)
    others = [column for column in found if column.name != target]
    real = wanted.values["real"]
    if not others or (wanted.numeric and any(np.isnan(each).any() for each in wanted.values.values())):
        notices.append(f"Utility is not measured: {target} has empty cells, or is the only column.")
        return {}
    x = {role: np.column_stack([_feature(column, role) for column in others]) for role in wanted.values}
    y = wanted.values
    test, train = _split(len(real)) if "holdout" not in y else (None, np.arange(len(real)))
    tested = (x["real"][test], real[test]) if test is not None else (x["holdout"], y["holdout"])
    numbers = wanted.numeric and (bool((real != np.floor(real)).any()) or len(np.unique(real)) > _FEW)
    trained = {"real": (x["real"][train], real[train]), "synthetic": (x["synthetic"], y["synthetic"])}
    if not numbers and any(
        len(np.unique(each)) < 2 for each in (tested[1], trained["real"][1], trained["synthetic"][1])
    ):
        notices.append(f"Utility is not measured: one of the tables has a single class of {target}.")
        return {}
    task, metric = _measure(real, numbers=numbers)
    return {
        "task": task,
        "metric": metric,
        "train_real_test_real": _score(trained["real"], tested, metric),
        "train_synth_test_real": _score(trained["synthetic"], tested, metric),
    }


def _measure(target: np.ndarray, *, numbers: bool) -> tuple[str, str]:
    if numbers:
        return "regression", "r2"
    return ("binary", "auc") if len(np.unique(target)) == 2 else ("multiclass", "f1")


def _split(rows: int) -> tuple[np.ndarray, np.ndarray]:
    mixed = np.random.default_rng(SEED).permutation(rows)
    return mixed[: max(1, int(rows * _HELD))], mixed[max(1, int(rows * _HELD)) :]


def _score(train: tuple[np.ndarray, np.ndarray], test: tuple[np.ndarray, np.ndarray], metric: str) -> float:
    chosen = sample(len(train[1]), MOST_ROWS)
    x, y = train[0][chosen], train[1][chosen]
    if metric == "r2":
        regressor = RandomForestRegressor(_TREES, random_state=SEED).fit(x, y)
        return float(r2_score(test[1], regressor.predict(test[0])))
    classifier = RandomForestClassifier(_TREES, random_state=SEED).fit(x, y)
    if metric == "f1":
        return float(f1_score(test[1], classifier.predict(test[0]), average="macro", zero_division=0))
    last = np.unique(test[1])[-1]
    where = np.flatnonzero(classifier.classes_ == last)
    chance = classifier.predict_proba(test[0])[:, where[0]] if len(where) else np.zeros(len(test[1]))
    return float(roc_auc_score(test[1] == last, chance))


def _feature(column: Column, role: str) -> np.ndarray:
    """Numbers with empty ones in the real median's place, codes of texts."""
    if not column.numeric:
        return column.codes()[role].astype(float)
    real = column.values["real"]
    values = column.values[role]
    return np.where(np.isnan(values), np.median(real[~np.isnan(real)]), values)
