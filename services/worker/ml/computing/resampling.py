"""Bootstrap confidence intervals: metrics of rows that count as often as they were drawn. Pure.

Half a million rows are drawn a hundred times: sorting them anew each time would take minutes, counting takes seconds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .numbers import SEED

RESAMPLES = 100
LEVEL = 0.95
Weighted = Callable[[np.ndarray], dict[str, float]]
"""Metrics by name, of rows with these weights; one that is not defined is NaN."""


def intervals(count: int, metrics: Weighted) -> dict[str, Any]:
    """The middle 95 % of each metric that every draw defines."""
    dice = np.random.default_rng(SEED)
    drawn = [metrics(np.bincount(dice.integers(0, count, count), minlength=count)) for _ in range(RESAMPLES)]
    found = {}
    for name in drawn[0]:
        values = np.array([each[name] for each in drawn])
        if np.isfinite(values).all():
            low, high = np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
            found[name] = {"low": float(low), "high": float(high), "level": LEVEL}
    return found


def of_classes(truth: np.ndarray, said: np.ndarray, labels: int) -> Weighted:
    """Accuracy and the plain means over classes of precision, recall and F1."""
    cells = truth * labels + said

    def metrics(weights: np.ndarray) -> dict[str, float]:
        matrix = np.bincount(cells, weights=weights, minlength=labels * labels).reshape(labels, labels)
        precision, recall, f1 = _by_class(matrix)
        return {
            "accuracy": matrix.trace() / matrix.sum(),
            "f1": f1.mean(),
            "precision": precision.mean(),
            "recall": recall.mean(),
        }

    return metrics


def of_two(truth: np.ndarray, said: np.ndarray, score: np.ndarray | None, *, sure: bool) -> Weighted:
    """The metrics of the second of two labels, and those of its scores."""
    cells = truth * 2 + said
    ranked = _ranked(truth, score) if score is not None else None
    loss = -np.log(np.clip(np.where(truth == 1, score, 1 - score), _TINY, 1)) if score is not None and sure else None

    def metrics(weights: np.ndarray) -> dict[str, float]:
        matrix = np.bincount(cells, weights=weights, minlength=4).reshape(2, 2)
        precision, recall, f1 = _by_class(matrix)
        found = {
            "accuracy": matrix.trace() / matrix.sum(),
            "f1": f1[1],
            "precision": precision[1],
            "recall": recall[1],
        }
        if ranked is not None:
            found |= ranked(weights)
        if loss is not None:
            found["logloss"] = float(loss @ weights) / weights.sum()
        return found

    return metrics


def of_numbers(truth: np.ndarray, said: np.ndarray) -> Weighted:
    """Errors of predicted numbers."""
    apart = truth - said
    squares, sizes = apart**2, np.abs(apart)

    def metrics(weights: np.ndarray) -> dict[str, float]:
        rows = weights.sum()
        mse = float(squares @ weights) / rows
        spread = float(((truth - truth @ weights / rows) ** 2) @ weights) / rows
        mae = float(sizes @ weights) / rows
        return {"rmse": mse**0.5, "mse": mse, "mae": mae, "r2": 1 - mse / spread if spread > 0 else np.nan}

    return metrics


_TINY = np.finfo(float).eps


def _by_class(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Precision, recall and F1 of each class; 0 where there is nothing to divide by."""
    hits, flagged, actual = matrix.diagonal(), matrix.sum(0), matrix.sum(1)
    return _ratio(hits, flagged), _ratio(hits, actual), _ratio(2 * hits, flagged + actual)


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.divide(part, whole, out=np.zeros_like(part, dtype=float), where=whole > 0)


def _ranked(truth: np.ndarray, score: np.ndarray) -> Weighted:
    """The areas under both curves, equal scores taken at once."""
    order = np.argsort(-score, kind="stable")
    true, ends = truth[order], np.flatnonzero(np.append(np.diff(score[order]), 1))

    def metrics(weights: np.ndarray) -> dict[str, float]:
        drawn = weights[order]
        seen, hits = np.cumsum(drawn)[ends].astype(float), np.cumsum(drawn * true)[ends].astype(float)
        misses = seen - hits
        if not hits[-1] or not misses[-1]:
            return {"auc": np.nan, "aucpr": np.nan}
        area = np.trapezoid(np.append(0, hits), np.append(0, misses)) / (hits[-1] * misses[-1])
        return {"auc": float(area), "aucpr": float(np.diff(hits, prepend=0) @ _ratio(hits, seen)) / hits[-1]}

    return metrics
