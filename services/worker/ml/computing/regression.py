"""Predicted numbers: errors, residuals, errors by decile. Pure."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn import metrics as sk

from .numbers import MOST_POINTS, histogram, numbers, sample

_BINS = 30


def metrics(truth: np.ndarray, said: np.ndarray) -> dict[str, float]:
    """Errors of predictions."""
    return numbers(
        rmse=sk.root_mean_squared_error(truth, said),
        mse=sk.mean_squared_error(truth, said),
        mae=sk.mean_absolute_error(truth, said),
        r2=sk.r2_score(truth, said) if len(truth) > 1 else None,
    )


def shape(truth: np.ndarray, said: np.ndarray) -> dict[str, Any]:
    """Every residual counted, pairs of predicted and actual (drawn blindly where they are many), and errors by decile."""
    residuals = truth - said
    edges = np.histogram_bin_edges(residuals, min(_BINS, max(5, round(len(truth) ** 0.5))))
    chosen = sample(len(truth), MOST_POINTS)
    pairs = [[float(a), float(b)] for a, b in zip(said[chosen], truth[chosen], strict=True)]
    return {
        "residuals": {"histogram": histogram(residuals, edges), "pred_vs_actual": pairs},
        "error_by_decile": _deciles(truth, said),
    }


def _deciles(truth: np.ndarray, said: np.ndarray) -> list[dict[str, Any]]:
    """Ten parts of as many rows each, by what was predicted; nothing of fewer than twenty rows."""
    if len(truth) < 20:
        return []
    order = np.lexsort((truth, said))
    parts = [order[at * len(said) // 10 : (at + 1) * len(said) // 10] for at in range(10)]
    return [
        {
            "decile": at + 1,
            "n": len(part),
            "mean_actual": float(truth[part].mean()),
            "mean_predicted": float(said[part].mean()),
            "mae": float(np.abs(truth[part] - said[part]).mean()),
        }
        for at, part in enumerate(parts)
    ]
