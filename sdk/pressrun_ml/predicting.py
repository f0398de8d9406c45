"""What an estimator says of rows, beside what is true."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
from sklearn.base import is_classifier
from sklearn.metrics import confusion_matrix

from .errors import InputError
from .figures import binary, multiclass, regression
from .inputs import Rows


class Predicted(msgspec.Struct, frozen=True, kw_only=True):
    """Answers, and everything that was said in their place."""

    problem: str
    """binary, multiclass or regression"""
    truth: np.ndarray
    said: np.ndarray
    classes: list[Any] = []
    """Of two the positive one is the last."""
    probabilities: np.ndarray | None = None
    """A column per class."""
    score: np.ndarray | None = None
    """Of the positive class, of two."""
    threshold: float = 0.5
    default: bool = True
    """Whether nobody chose the threshold."""

    @property
    def positives(self) -> np.ndarray:
        """1 where the positive class is true, else 0."""
        return np.asarray(self.truth == self.classes[1]).astype(int)

    @property
    def labels(self) -> tuple[str, str]:
        return str(self.classes[0]), str(self.classes[1])

    def take(self, which: np.ndarray) -> Predicted:
        """Some of the rows, by mask or numbers."""

        def part(values: np.ndarray | None) -> np.ndarray | None:
            return None if values is None else values[which]

        return msgspec.structs.replace(
            self, truth=self.truth[which], said=self.said[which], probabilities=part(self.probabilities), score=part(self.score)
        )  # fmt: skip

    def confusion(self, split: str) -> dict[str, Any]:
        """Rows are actual, columns are predicted."""
        matrix = confusion_matrix(self.truth, self.said, labels=self.classes)
        at = {"threshold": self.threshold} if self.score is not None else {}
        return {"labels": [str(label) for label in self.classes], "matrix": matrix.tolist(), "split": split, **at}


def predicted(estimator: Any, rows: Rows, *, positive: Any = None, threshold: float | None = None) -> Predicted:
    """Ask the estimator.

    Raises:
        InputError: it cannot answer for these rows, or has no such class.
    """
    try:
        return _asked(estimator, rows, positive, threshold)
    except (ValueError, TypeError, KeyError) as error:
        raise InputError(
            f"{type(estimator).__name__} cannot predict from X: {error}. Pass X with the columns that it was fitted on"
        ) from error


def metric_values(known: Predicted) -> dict[str, float]:
    """The metrics of this kind of problem."""
    if known.problem == "regression":
        return regression.metrics(known.truth, known.said)
    if known.problem == "binary" and known.score is not None:
        sure = known.probabilities is not None
        return binary.metrics(known.positives, known.score, known.threshold, probabilities=sure)
    return multiclass.metrics(known.truth, known.said, known.classes, known.probabilities)


def _asked(estimator: Any, rows: Rows, positive: Any, threshold: float | None) -> Predicted:
    said = np.asarray(estimator.predict(rows.x))
    if not is_classifier(estimator):
        return Predicted(problem="regression", truth=rows.y.astype(float), said=said.astype(float))
    classes = list(getattr(estimator, "classes_", np.unique(rows.y)))
    probabilities = np.asarray(estimator.predict_proba(rows.x)) if hasattr(estimator, "predict_proba") else None
    if len(classes) != 2:
        return Predicted(problem="multiclass", truth=rows.y, said=said, classes=classes, probabilities=probabilities)
    return _of_two(estimator, rows, classes, probabilities, said, positive, threshold)


def _of_two(
    estimator: Any,
    rows: Rows,
    classes: list[Any],
    probabilities: np.ndarray | None,
    said: np.ndarray,
    positive: Any,
    threshold: float | None,
) -> Predicted:
    names = [str(label) for label in classes]
    if positive is not None and str(positive) not in names:
        raise InputError(f"positive: {positive!r} is no class of the estimator: it knows {' and '.join(names)}")
    turned = positive is not None and names[0] == str(positive)
    order = classes[::-1] if turned else classes
    score = _score(estimator, rows, probabilities, turned=turned)
    if score is None:
        return Predicted(problem="binary", truth=rows.y, said=said, classes=order)
    cut = threshold if threshold is not None else 0.5 if probabilities is not None else 0.0
    return Predicted(
        problem="binary",
        truth=rows.y,
        said=np.where(score >= cut, order[1], order[0]),
        classes=order,
        probabilities=probabilities,
        score=score,
        threshold=cut,
        default=threshold is None,
    )


def _score(estimator: Any, rows: Rows, probabilities: np.ndarray | None, *, turned: bool) -> np.ndarray | None:
    if probabilities is not None:
        return np.asarray(probabilities[:, 0 if turned else 1])
    if not hasattr(estimator, "decision_function"):
        return None
    score = np.asarray(estimator.decision_function(rows.x))
    return -score if turned else score
