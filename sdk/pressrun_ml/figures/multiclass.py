"""More than two classes: metrics and curves, one class against the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn import metrics as sk
from sklearn.preprocessing import label_binarize

from .thin import numbers, thin

AVERAGES = dict.fromkeys(("auc", "f1", "precision", "recall"), "macro")
"""How these metrics are means over classes."""
_CURVES = 12
"""Classes that get a curve of their own."""


def metrics(
    truth: np.ndarray, said: np.ndarray, classes: Sequence[Any], probabilities: np.ndarray | None
) -> dict[str, float]:
    """Means over classes are plain ones: each class counts the same."""
    everybody = len(np.unique(truth)) == len(classes)
    return numbers(
        auc=sk.roc_auc_score(truth, probabilities, multi_class="ovr", average="macro", labels=list(classes))
        if probabilities is not None and everybody
        else None,
        logloss=sk.log_loss(truth, probabilities, labels=list(classes)) if probabilities is not None else None,
        accuracy=sk.accuracy_score(truth, said),
        f1=sk.f1_score(truth, said, average="macro", zero_division=0),
        precision=sk.precision_score(truth, said, average="macro", zero_division=0),
        recall=sk.recall_score(truth, said, average="macro", zero_division=0),
        mcc=sk.matthews_corrcoef(truth, said) if len(np.unique(truth)) > 1 else None,
        mean_per_class_error=1 - sk.balanced_accuracy_score(truth, said) if everybody else None,
    )


def roc(truth: np.ndarray, probabilities: np.ndarray, classes: Sequence[Any], split: str) -> dict[str, Any]:
    """The curve over all decisions, and one for each class against the rest."""
    hot = label_binarize(truth, classes=list(classes))
    known = [at for at in range(len(classes)) if 0 < hot[:, at].sum() < len(hot)][:_CURVES]
    return {
        "split": split,
        "average": "micro",
        "auc": float(sk.roc_auc_score(hot.ravel(), probabilities.ravel())),
        "points": _points(hot.ravel(), probabilities.ravel()),
        "per_class": {str(classes[at]): _points(hot[:, at], probabilities[:, at]) for at in known},
    }


def _points(truth: np.ndarray, score: np.ndarray) -> list[dict[str, float]]:
    fpr, tpr, _ = sk.roc_curve(truth, score)
    return thin([{"fpr": float(x), "tpr": float(y)} for x, y in zip(fpr, tpr, strict=True)], 500)
