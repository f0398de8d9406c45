"""Two classes: metrics, curves, calibration, thresholds, gain. ``truth`` is 1 for the positive class, 0 for the other."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn import metrics as sk

from .thin import numbers, thin

BINS = 10
"""Of the calibration, each a tenth wide."""
SCORE_BINS = 20


def metrics(truth: np.ndarray, score: np.ndarray, threshold: float, *, probabilities: bool) -> dict[str, float]:
    """What is known of scores and of the classes that they give at a threshold."""
    said = (score >= threshold).astype(int)
    both = len(np.unique(truth)) == 2
    return numbers(
        auc=sk.roc_auc_score(truth, score) if both else None,
        aucpr=sk.average_precision_score(truth, score) if both else None,
        logloss=sk.log_loss(truth, score, labels=[0, 1]) if probabilities else None,
        accuracy=sk.accuracy_score(truth, said),
        f1=sk.f1_score(truth, said, zero_division=0),
        precision=sk.precision_score(truth, said, zero_division=0),
        recall=sk.recall_score(truth, said, zero_division=0),
        mcc=sk.matthews_corrcoef(truth, said) if both else None,
        mean_per_class_error=1 - sk.balanced_accuracy_score(truth, said) if both else None,
    )


def roc(truth: np.ndarray, score: np.ndarray, split: str) -> dict[str, Any]:
    """The ROC curve; its first threshold, which nothing reaches, is left out."""
    fpr, tpr, cuts = sk.roc_curve(truth, score)
    points = [
        {"fpr": float(x), "tpr": float(y)} | ({"threshold": float(cut)} if np.isfinite(cut) else {})
        for x, y, cut in zip(fpr, tpr, cuts, strict=True)
    ]
    return {"split": split, "auc": float(sk.roc_auc_score(truth, score)), "points": thin(points)}


def precision_recall(truth: np.ndarray, score: np.ndarray, split: str) -> dict[str, Any]:
    """The precision-recall curve, by rising recall."""
    precision, recall, cuts = sk.precision_recall_curve(truth, score)
    points = [
        {"recall": float(r), "precision": float(p)} | ({"threshold": float(cuts[at])} if at < len(cuts) else {})
        for at, (p, r) in enumerate(zip(precision, recall, strict=True))
    ]
    return {
        "split": split,
        "average_precision": float(sk.average_precision_score(truth, score)),
        "prevalence": float(np.mean(truth)),
        "points": thin(points[::-1]),
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
    return {"calibration": bins, "ece": float(error), "brier": float(np.mean((score - truth) ** 2))}


def histograms(truth: np.ndarray, score: np.ndarray, labels: tuple[str, str], *, probabilities: bool) -> dict[str, Any]:
    """Scores by actual class, in the same bins."""
    low, high = (0.0, 1.0) if probabilities else (float(score.min()), float(score.max()))
    edges = np.linspace(low, high if high > low else low + 1, SCORE_BINS + 1)
    return {
        label: {"edges": edges.tolist(), "counts": np.histogram(score[truth == at], edges)[0].tolist()}
        for at, label in enumerate(labels)
    }


def thresholds(truth: np.ndarray, score: np.ndarray, *, probabilities: bool) -> list[dict[str, float]]:
    """What each of nineteen thresholds would do."""
    cuts = np.linspace(0.05, 0.95, 19) if probabilities else np.unique(np.quantile(score, np.linspace(0.05, 0.95, 19)))
    rows = []
    for cut in cuts:
        said = (score >= cut).astype(int)
        rows.append(
            numbers(
                threshold=cut,
                precision=sk.precision_score(truth, said) if said.any() else None,
                recall=sk.recall_score(truth, said) if truth.any() else None,
                f1=sk.f1_score(truth, said, zero_division=0),
                accuracy=sk.accuracy_score(truth, said),
                flagged_rate=said.mean(),
            )
        )
    return rows


def gains(truth: np.ndarray, score: np.ndarray) -> list[dict[str, float]]:
    """How many of the positives are among the best-scored twentieths. Equal scores share what they find."""
    if not truth.any():
        return []
    values, places, counts = np.unique(-score, return_inverse=True, return_counts=True)
    found = np.bincount(places, weights=truth, minlength=len(values))
    rows = np.concatenate([[0], np.cumsum(counts)]) / len(truth)
    share = np.concatenate([[0], np.cumsum(found)]) / truth.sum()
    fractions = np.arange(1, 21) / 20
    return [numbers(fraction=at, gain=each, lift=each / at) for at, each in zip(fractions, np.interp(fractions, rows, share), strict=True)]  # fmt: skip
