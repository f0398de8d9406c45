"""The wine data set, made up anew by a Gaussian copula that learned from part of it."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import numpy as np
from scipy.spatial.distance import cdist
from scipy.stats import ks_2samp, norm, rankdata
from sklearn import datasets
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import accuracy_score, roc_auc_score
from sklearn.model_selection import train_test_split

from deploy.local.demo_ml.data import SEED, ident
from sdk.pressrun_ml.origin import marked

SYNTHETIC = (
    "The synthetic table of this report was made for it: {made} rows by a Gaussian copula that learned from {real} "
    "wines of the data set that comes with scikit-learn. Every figure is measured on the two tables."
)
ROWS = 500
NEAREST = 0.05


def synthgen() -> dict[str, Any]:
    """The synthetic data job as it is pushed."""
    wine = datasets.load_wine()
    names = [str(name) for name in wine.feature_names]
    train_x, held_x, train_y, held_y = train_test_split(wine.data, wine.target, test_size=0.4, random_state=SEED, stratify=wine.target)  # fmt: skip
    began = time.perf_counter()
    x, y = _copula(train_x, train_y)
    took = time.perf_counter() - began
    columns = [_numeric(name, train_x[:, at], x[:, at]) for at, name in enumerate(names)]
    columns.append(_categorical("cultivar", train_y, y, [str(name) for name in wine.target_names]))
    correlation = _correlation(names, train_x, x)
    shapes, pairs = float(np.mean([one["score"] for one in columns])), 1 - correlation["mean_abs_diff"] / 2
    return marked({
        "job_id": ident("synthgen"),
        "project_id": ident("project"),
        "model": {
            "id": ident("synthgen/model"),
            "name": "Wine, Gaussian copula",
            "type": "gaussian_copula",
            "config": {"rows": ROWS, "marginals": "empirical", "learned_from_rows": len(train_y)},
            "training_time_s": took,
        },
        "status": "completed",
        "rows_real": len(train_y),
        "rows_synthetic": ROWS,
        "seed": SEED,
        "created_at": datetime.now(UTC).isoformat(),
        "quality": {"overall": (shapes + pairs) / 2, "column_shapes": shapes, "column_pairs": pairs},
        "columns": columns,
        "correlation": correlation,
        "privacy": _privacy(train_x, held_x, x),
        "utility": {
            "task": "multiclass",
            "metric": "accuracy",
            "train_real_test_real": _accuracy(train_x, train_y, held_x, held_y),
            "train_synth_test_real": _accuracy(x, y, held_x, held_y),
        },
    }, "computed")  # fmt: skip


def _copula(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Normal scores of ranks, drawn anew within each class and brought back by the columns' own quantiles."""
    dice = np.random.default_rng(SEED)
    drawn = dice.choice(y, ROWS)
    made = np.empty((ROWS, x.shape[1]))
    for label in np.unique(y):
        mine = x[y == label]
        scores = norm.ppf(rankdata(mine, axis=0) / (len(mine) + 1))
        wanted = drawn == label
        new = norm.cdf(dice.multivariate_normal(np.zeros(x.shape[1]), np.corrcoef(scores.T), int(wanted.sum()), check_valid="ignore"))  # fmt: skip
        made[wanted] = np.column_stack([np.quantile(mine[:, at], new[:, at]) for at in range(x.shape[1])])
    return made, drawn


def _numeric(name: str, real: np.ndarray, made: np.ndarray) -> dict[str, Any]:
    edges = np.histogram_bin_edges(np.concatenate([real, made]), 16)
    score = float(1 - ks_2samp(real, made).statistic)
    return {"name": name, "type": "numeric", "metric": "ks_complement", "score": score, "real": _side(real, edges), "synthetic": _side(made, edges)}  # fmt: skip


def _side(values: np.ndarray, edges: np.ndarray) -> dict[str, Any]:
    hist = {"edges": edges.tolist(), "counts": np.histogram(values, edges)[0].tolist()}
    return {"mean": float(values.mean()), "std": float(values.std(ddof=1)), "hist": hist}


def _categorical(name: str, real: np.ndarray, made: np.ndarray, labels: list[str]) -> dict[str, Any]:
    sides = [np.bincount(side, minlength=len(labels)) / len(side) for side in (real, made)]
    distance = float(np.abs(sides[0] - sides[1]).sum() / 2)
    first, second = ({"freq": dict(zip(labels, side.tolist(), strict=True))} for side in sides)
    return {"name": name, "type": "categorical", "metric": "tv_complement", "score": 1 - distance, "real": first, "synthetic": second}  # fmt: skip


def _correlation(names: list[str], real: np.ndarray, made: np.ndarray) -> dict[str, Any]:
    first, second = np.corrcoef(real.T), np.corrcoef(made.T)
    pairs = np.tril_indices(len(names), -1)
    return {"columns": names, "real": first.tolist(), "synthetic": second.tolist(), "mean_abs_diff": float(np.abs(first - second)[pairs].mean())}  # fmt: skip


def _privacy(train: np.ndarray, held: np.ndarray, made: np.ndarray) -> dict[str, Any]:
    """Distances between scaled rows: of made-up ones to those learned from, beside those of rows that were held out."""
    middle, spread = train.mean(0), train.std(0)
    train, held, made = ((side - middle) / spread for side in (train, held, made))
    to_train, from_held = np.sort(cdist(made, train), axis=1), cdist(held, train).min(1)
    truth = np.concatenate([np.ones(len(train)), np.zeros(len(held))])
    guess = -np.concatenate([cdist(train, made).min(1), cdist(held, made).min(1)])
    return {
        "exact_match_rate": float((to_train[:, 0] < 1e-9).mean()),
        "dcr": {
            "p05_synth_train": float(np.quantile(to_train[:, 0], NEAREST)),
            "p05_holdout_train": float(np.quantile(from_held, NEAREST)),
        },
        "nndr_p05": float(np.quantile(to_train[:, 0] / to_train[:, 1], NEAREST)),
        "membership_auc": float(roc_auc_score(truth, guess)),
    }


def _accuracy(x: np.ndarray, y: np.ndarray, held_x: np.ndarray, held_y: np.ndarray) -> float:
    made = RandomForestClassifier(60, random_state=SEED).fit(x, y)
    return float(accuracy_score(held_y, made.predict(held_x)))
