"""A model's figures from what is true and what it said, row by row. Pure."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np

from shared.contracts.computing import Asked

from . import classes, regression, resampling
from .asking import Computed, Unfit
from .reading import Sheet, as_numbers

_ORDER = ("test", "cross_validation", "validation", "train")
"""Which split the curves are of: the first of these that is there."""
_POSITIVE = ("1", "true", "yes")
MOST_CLASSES = 100
MOST_VALUES = 20
"""Of a column that rows are looked at apart by; the rarer ones are left out, which a notice says."""
_FEW = 20
"""Whole numbers of no more different values than this are taken for classes."""


class Rows(msgspec.Struct, frozen=True):
    """What is true and what was said of each row. Of classes both are places in ``labels``; none: numbers."""

    truth: np.ndarray
    said: np.ndarray
    score: np.ndarray | None = None
    labels: list[str] = []
    threshold: float | None = None
    sure: bool = False
    """Whether scores are probabilities."""

    def take(self, which: np.ndarray) -> Rows:
        """Some of the rows."""
        score = self.score[which] if self.score is not None else None
        return msgspec.structs.replace(self, truth=self.truth[which], said=self.said[which], score=score)

    @property
    def problem(self) -> str:
        return ("regression", "binary", "binary", "multiclass")[min(len(self.labels), 3)]

    def metrics(self) -> dict[str, float]:
        """By the means of scikit-learn."""
        if self.problem == "regression":
            return regression.metrics(self.truth, self.said)
        if self.problem == "binary":
            return classes.binary_metrics(self.truth, self.said, self.score, sure=self.sure)
        return classes.many_metrics(self.truth, self.said, len(self.labels))

    def intervals(self) -> dict[str, Any]:
        """Of the metrics, where there are rows to draw from."""
        if self.problem == "regression":
            weighted = resampling.of_numbers(self.truth, self.said)
        elif self.problem == "binary":
            weighted = resampling.of_two(self.truth, self.said, self.score, sure=self.sure)
        else:
            weighted = resampling.of_classes(self.truth, self.said, len(self.labels))
        return resampling.intervals(len(self.truth), weighted)


def compute(sheet: Sheet, asked: Asked) -> Computed:
    """Every field of a model that predictions tell.

    Raises:
        Unfit: columns are missing, or hold what cannot be.
    """
    rows = _rows(sheet, asked)
    notices: list[str] = []
    splits = sheet.labels("split") if sheet.has("split") else np.full(len(sheet), "test", dtype=object)
    names = sorted(set(splits), key=lambda name: (_ORDER.index(name) if name in _ORDER else len(_ORDER), name))
    if len(names) > _FEW:
        raise Unfit(
            "wrong_values", f"predictions: the column for split has {len(names):,} values; at most {_FEW} are splits"
        )
    parts = {name: rows.take(splits == name) for name in names}
    shown = parts[names[0]]
    fields: dict[str, Any] = {
        "problem_type": rows.problem,
        "metrics": {name: part.metrics() for name, part in parts.items()},
        "intervals": {name: part.intervals() for name, part in parts.items()},
        **_shape(shown, names[0], notices),
    }
    in_split = sheet.frame.filter(splits == names[0])
    if asked.slices:
        fields["slices"] = _slices(Sheet(sheet.role, in_split, {}), shown, asked.slices, notices)
    return Computed(fields=fields, notices=notices)


def _rows(sheet: Sheet, asked: Asked) -> Rows:
    sheet.column("y_true")
    if not sheet.has("y_score") and not sheet.has("y_pred"):
        sheet.column("y_score")  # says which columns there are
    if _task(sheet, asked) == "regression":
        return Rows(sheet.numbers("y_true"), sheet.numbers("y_pred" if sheet.has("y_pred") else "y_score"))
    true = sheet.labels("y_true")
    said = sheet.labels("y_pred") if sheet.has("y_pred") else None
    labels = sorted({*true, *(said if said is not None else ())})
    if len(labels) > MOST_CLASSES:
        raise Unfit(
            "wrong_values",
            f"predictions: y_true and y_pred have {len(labels):,} classes; at most {MOST_CLASSES} are compared",
        )
    if len(labels) > 2:
        if said is None:
            raise Unfit(
                "missing_column",
                f"predictions: y_true has {len(labels)} classes ({', '.join(labels[:5])} …), so y_pred is needed",
            )
        return Rows(_places(true, labels), _places(said, labels), labels=labels)
    labels = _two(labels, asked.positive_class)
    truth = _places(true, labels)
    if not sheet.has("y_score"):
        assert said is not None  # noqa: S101 - one of the two is there
        return Rows(truth, _places(said, labels), labels=labels)
    score = sheet.numbers("y_score")
    sure = bool(((score >= 0) & (score <= 1)).all())
    threshold = asked.threshold if asked.threshold is not None else 0.5 if sure else 0.0
    if said is None:
        return Rows(truth, (score >= threshold).astype(int), score, labels, threshold, sure)
    return Rows(truth, _places(said, labels), score, labels, None, sure)


def _task(sheet: Sheet, asked: Asked) -> str:
    """What was asked for; else numbers that are no classes are numbers."""
    if asked.task is not None:
        return asked.task
    if asked.positive_class is not None or (sheet.has("y_score") and not sheet.has("y_pred")):
        return "classification"
    values = as_numbers(sheet.column("y_true"))
    if values.is_null().any():
        return "classification"
    many = bool((values != values.floor()).any()) or values.n_unique() > _FEW
    return "regression" if many else "classification"


def _two(labels: list[str], positive: str | None) -> list[str]:
    """The other label, and the one that is looked for."""
    if positive is None:
        positive = next((label for label in labels if label.lower() in _POSITIVE), None)
        if positive is None and labels == ["0"]:
            positive = "1"
        if positive is None:
            raise Unfit("wrong_values", f"positive_class: say which of {' and '.join(labels)} is looked for")
    elif positive not in labels and len(labels) == 2:
        raise Unfit("wrong_values", f"positive_class: no row of y_true is '{positive}'; it has {' and '.join(labels)}")
    others = [label for label in labels if label != positive]
    return [others[0] if others else "0" if positive == "1" else f"not {positive}", positive]


def _places(values: np.ndarray, labels: list[str]) -> np.ndarray:
    at = {label: place for place, label in enumerate(labels)}
    return np.array([at[value] for value in values], dtype=int)


def _shape(rows: Rows, split: str, notices: list[str]) -> dict[str, Any]:
    """What only this kind of problem has."""
    if rows.problem == "regression":
        return regression.shape(rows.truth, rows.said)
    found: dict[str, Any] = {
        "confusion_matrix": classes.confusion(rows.truth, rows.said, rows.labels, split, rows.threshold)
    }
    if rows.score is None or rows.problem != "binary":
        return found
    truth, score = rows.truth, rows.score
    if rows.threshold is not None:
        found["threshold"] = {"value": rows.threshold}
    found["thresholds"] = classes.thresholds(truth, score, sure=rows.sure)
    found["score_histogram"] = classes.score_histograms(truth, score, rows.labels, sure=rows.sure)
    found["gains"] = classes.gains(truth, score)
    if 0 < truth.sum() < len(truth):
        found |= classes.curves(truth, score, split)
    else:
        only = rows.labels[int(truth[0])]
        notices.append(
            f"Every row of {split} is of class {only}: there are no ROC and precision-recall curves of one class."
        )
    return found | (classes.calibration(truth, score) if rows.sure else {})


def _slices(sheet: Sheet, rows: Rows, columns: list[str], notices: list[str]) -> list[dict[str, Any]]:
    """The rows by each value of these columns, the most frequent first."""
    found = []
    for column in columns:
        values = np.array([str(value) if value is not None else "(empty)" for value in sheet.labels(column, gaps=True)])
        names, counts = np.unique(values, return_counts=True)
        order = np.lexsort((names, -counts))
        if len(order) > MOST_VALUES:
            notices.append(f"Of the {len(order):,} values of {column} only the {MOST_VALUES} most frequent are slices.")
        for at in order[:MOST_VALUES]:
            part = rows.take(values == names[at])
            found.append({"name": f"{column} = {names[at]}"[:200], "rows": int(counts[at]), "metrics": part.metrics()})
    return found
