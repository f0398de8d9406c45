"""Predicted classes: metrics, curves, calibration, thresholds, gain. ``truth`` and ``said`` are places in the labels. Pure."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn import metrics as sk

from .numbers import histogram, numbers, thin

BINS = 10
"""Of the calibration, each a tenth wide."""
SCORE_BINS = 20


def binary_metrics(truth: np.ndarray, said: np.ndarray, score: np.ndarray | None, *, sure: bool) -> dict[str, float]:
    """Of the second label against the first; ``sure``: scores are probabilities."""
    both = len(np.unique(truth)) == 2
    return numbers(
        auc=sk.roc_auc_score(truth, score) if both and score is not None else None,
        aucpr=sk.average_precision_score(truth, score) if both and score is not None else None,
        logloss=sk.log_loss(truth, score, labels=[0, 1]) if score is not None and sure else None,
        accuracy=sk.accuracy_score(truth, said),
        f1=sk.f1_score(truth, said, zero_division=0),
        precision=sk.precision_score(truth, said, zero_division=0),
        recall=sk.recall_score(truth, said, zero_division=0),
        mcc=sk.matthews_corrcoef(truth, said) if both else None,
        mean_per_class_error=1 - sk.recall_score(truth, said, average="macro") if both else None,
    )


def many_metrics(truth: np.ndarray, said: np.ndarray, labels: int) -> dict[str, float]:
    """Means over classes are plain ones: each class counts the same."""
    everybody = len(np.unique(truth)) == labels
    means: dict[str, Any] = {"labels": list(range(labels)), "average": "macro", "zero_division": 0}
    return numbers(
        accuracy=sk.accuracy_score(truth, said),
        f1=sk.f1_score(truth, said, **means),
        precision=sk.precision_score(truth, said, **means),
        recall=sk.recall_score(truth, said, **means),
        mcc=sk.matthews_corrcoef(truth, said) if len(np.unique(truth)) > 1 else None,
        mean_per_class_error=1 - sk.recall_score(truth, said, average="macro") if everybody else None,
    )


def confusion(
    truth: np.ndarray, said: np.ndarray, labels: list[str], split: str, threshold: float | None
) -> dict[str, Any]:
    """Rows are actual, columns are predicted."""
    matrix = sk.confusion_matrix(truth, said, labels=list(range(len(labels)))).astype(float)
    found = {"labels": labels, "matrix": matrix.tolist(), "split": split}
    return found if threshold is None else found | {"threshold": threshold}


def curves(truth: np.ndarray, score: np.ndarray, split: str) -> dict[str, Any]:
    """ROC and precision-recall, of rows of both classes. The ROC's first threshold, which nothing reaches, is left out."""
    fpr, tpr, cuts = sk.roc_curve(truth, score)
    roc = [
        {"fpr": float(x), "tpr": float(y)} | ({"threshold": float(cut)} if np.isfinite(cut) else {})
        for x, y, cut in zip(fpr, tpr, cuts, strict=True)
    ]
    precision, recall, limits = sk.precision_recall_curve(truth, score)
    pr = [
        {"recall": float(r), "precision": float(p)} | ({"threshold": float(limits[at])} if at < len(limits) else {})
        for at, (p, r) in enumerate(zip(precision, recall, strict=True))
    ]
    area = float(sk.average_precision_score(truth, score))
    return {
        "roc": {"split": split, "auc": float(sk.roc_auc_score(truth, score)), "points": thin(roc)},
        "pr": {"split": split, "average_precision": area, "prevalence": float(truth.mean()), "points": thin(pr[::-1])},
    }


def calibration(truth: np.ndarray, score: np.ndarray) -> dict[str, Any]:
    """Bins that are not empty, the expected calibration error and the Brier score."""
    places = np.minimum((score * BINS).astype(int), BINS - 1)
    parts = [(score[places == at], truth[places == at]) for at in range(BINS)]
    bins = [
        {"p_mean": float(said.mean()), "observed": float(true.mean()), "n": len(said)}
        for said, true in parts
        if len(said)
    ]
    error = sum(abs(each["p_mean"] - each["observed"]) * each["n"] for each in bins) / len(truth)
    return {"calibration": bins, "ece": float(error), "brier": float(sk.brier_score_loss(truth, score, pos_label=1))}


def score_histograms(truth: np.ndarray, score: np.ndarray, labels: list[str], *, sure: bool) -> dict[str, Any]:
    """Scores by actual class, in the same bins."""
    low, high = (0.0, 1.0) if sure else (float(score.min()), float(score.max()))
    edges = np.linspace(low, high if high > low else low + 1, SCORE_BINS + 1)
    return {label: histogram(score[truth == at], edges) for at, label in enumerate(labels)}


def thresholds(truth: np.ndarray, score: np.ndarray, *, sure: bool) -> list[dict[str, float]]:
    """What each of nineteen thresholds would do; precision is left out where nothing is flagged."""
    shares = np.linspace(0.05, 0.95, 19)
    cuts = shares if sure else np.unique(np.quantile(score, shares))
    order = np.argsort(score, kind="stable")
    hits_above = np.append(np.cumsum(truth[order][::-1])[::-1], 0)
    positives, rows = truth.sum(), len(truth)
    found = []
    for cut in cuts:
        first = np.searchsorted(score[order], cut, side="left")
        flagged, hits = rows - first, hits_above[first]
        found.append(
            numbers(
                threshold=cut,
                precision=hits / flagged if flagged else None,
                recall=hits / positives if positives else None,
                f1=2 * hits / (flagged + positives) if flagged + positives else 0,
                accuracy=(rows - flagged - positives + 2 * hits) / rows,
                flagged_rate=flagged / rows,
            )
        )
    return found


def gains(truth: np.ndarray, score: np.ndarray) -> list[dict[str, float]]:
    """How many of the positives are among the best-scored twentieths. Equal scores share what they find."""
    if not truth.any():
        return []
    values, places, counts = np.unique(-score, return_inverse=True, return_counts=True)
    found = np.bincount(places, weights=truth, minlength=len(values))
    rows = np.concatenate([[0], np.cumsum(counts)]) / len(truth)
    share = np.concatenate([[0], np.cumsum(found)]) / truth.sum()
    fractions = np.arange(1, 21) / 20
    return [
        numbers(fraction=at, gain=gain, lift=gain / at)
        for at, gain in zip(fractions, np.interp(fractions, rows, share), strict=True)
    ]
