"""Rules about one model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.worker.measuring.rules import Finding
from services.worker.ml.derive import confusion
from services.worker.ml.derive.calibration import ece
from services.worker.ml.derive.ranking import LESS_IS_BETTER
from services.worker.ml.facts import write
from shared.contracts.entities import Dataset, Metrics, Model, Slice

GAP = 0.05
GROWTH = 0.2
"""Errors have no common scale; every one is somewhat larger off training rows."""
LEAKAGE = 0.995
MISCALIBRATED = 0.05
IMBALANCE = 0.1
SLICE = 0.1
DOMINANT = 0.5
_RELATIVE = ("rmse", "mae", "logloss", "mse")
_HELD = ("test", "validation", "cross_validation")


def findings(model: Model, dataset: Dataset | None) -> list[Finding]:
    """Every rule, in the order in which a reader wants them."""
    return [
        leakage(model.metrics, model),
        overfitting(model.metrics),
        calibration(model),
        imbalance(dataset or model.dataset, model),
        weak_slice(model.slices, held(model.metrics)[1]),
        dominant(model),
    ]


def held(metrics: Mapping[str, Metrics]) -> tuple[str, Metrics]:
    """The split that says most about rows the model has not seen, and its metrics."""
    name = next((split for split in _HELD if known(metrics.get(split))), None) or next(
        (split for split, values in metrics.items() if known(values)), ""
    )
    return name, metrics.get(name, {})


def known(metrics: Metrics | None) -> bool:
    return any(value is not None for value in (metrics or {}).values())


def leakage(metrics: Mapping[str, Metrics], model: Model | None = None) -> Finding:
    """A score too good to be true."""
    split, values = held({name: one for name, one in metrics.items() if name != "train"})
    auc = values.get("auc")
    if auc is None and model and model.roc:
        split, auc = model.roc.split or "the ROC curve", model.roc.auc
    text = ""
    if auc is not None and auc > LEAKAGE:
        text = (
            f"AUC on {_words(split)} is {write(auc)}. So high a score often means that a feature knows the answer: "
            "check that nothing was recorded after the outcome and that no row is in two splits."
        )
    return Finding(
        rule="Suspicion of leakage",
        threshold=f"AUC on rows not trained on is above {LEAKAGE}",
        measured="" if auc is None else f"AUC {write(auc)}",
        text=text,
    )


def overfitting(metrics: Mapping[str, Metrics]) -> Finding:
    """Better on rows it was trained on than on others."""
    split, after = held({name: one for name, one in metrics.items() if name != "train"})
    before = metrics.get("train", {})
    gap = worst_gap(before, after)
    text = ""
    if gap and gap[1] > (GROWTH if gap[0] in _RELATIVE else GAP):
        name, _ = gap
        text = (
            f"{name} is {write(before[name])} on training rows and {write(after[name])} on {_words(split)}: "
            f"{lost(*gap)}. The model has partly learned its training rows by heart."
        )
    return Finding(
        rule="Overfitting",
        threshold=f"a metric is worse off training rows by more than {GAP}, or an error by more than {GROWTH:.0%} of training's",
        measured="" if gap is None else f"{gap[0]}: {lost(*gap)}",
        text=text,
    )


def lost(metric: str, gap: float) -> str:
    """How much worse a metric is off training rows, in words."""
    if gap < 0:
        return "no worse"
    return f"{write(gap, 'percent')} worse" if metric in _RELATIVE else f"worse by {write(gap)}"


def worst_gap(before: Metrics, after: Metrics) -> tuple[str, float] | None:
    """The metric that loses most; errors, which have no common scale, relative to training's.

    An error comes first only where it alone is beyond what the rule allows: a small one grows by a large part of itself.
    """
    found = []
    for name, value in before.items():
        other = after.get(name)
        if value is None or other is None:
            continue
        if name in _RELATIVE and value > 0:
            found.append((other / value - 1, name))
        elif -1 <= value <= 1 and -1 <= other <= 1 and name not in _RELATIVE:
            found.append((other - value if name in LESS_IS_BETTER else value - other, name))
    plain = max((each for each in found if each[1] not in _RELATIVE), default=None)
    grown = max((each for each in found if each[1] in _RELATIVE), default=None)
    alone = grown is not None and grown[0] > GROWTH and (plain is None or plain[0] <= GAP)
    chosen = grown if alone or plain is None else plain
    return (chosen[1], chosen[0]) if chosen else None


def calibration(model: Model) -> Finding:
    """Probabilities that are not what happens."""
    error = model.ece if model.ece is not None else ece(model.calibration)
    text = ""
    if error is not None and error > MISCALIBRATED:
        text = (
            f"Predicted probabilities are {write(error)} away from the observed shares on average: recalibrate them "
            "before they are read as probabilities."
        )
    return Finding(
        rule="Calibration",
        threshold=f"the expected calibration error is above {MISCALIBRATED}",
        measured="" if error is None else f"ECE {write(error)}",
        text=text,
    )


def imbalance(dataset: Dataset | None, model: Model | None = None) -> Finding:
    """A class that is rare."""
    counts: dict[str, float] = dict(dataset.class_counts) if dataset else {}
    matrix = model.confusion_matrix if model else None
    if not counts and matrix and not confusion.problem(matrix):
        counts = {label: sum(row) for label, row in zip(matrix.labels, matrix.matrix, strict=True)}
    everything = sum(counts.values())
    name, least = min(counts.items(), key=lambda item: item[1], default=("", 0.0))
    share = least / everything if everything > 0 and len(counts) > 1 and least >= 0 else None
    text = ""
    if share is not None and share < IMBALANCE:
        text = (
            f"Only {write(share, 'percent')} of the rows are of class “{name}”: accuracy says little here, look at "
            "precision and recall."
        )
    return Finding(
        rule="Imbalance",
        threshold=f"a class has less than {IMBALANCE:.0%} of the rows",
        measured="" if share is None else write(share, "percent"),
        text=text,
    )


def weak_slice(slices: Sequence[Slice], overall: Metrics) -> Finding:
    """Part of the data that is served clearly worse."""
    found = []
    for part in slices:
        for name, value in part.metrics.items():
            whole = overall.get(name)
            if value is not None and whole is not None and -1 <= whole <= 1 and name not in _RELATIVE:
                found.append((value - whole if name in LESS_IS_BETTER else whole - value, name, part.name))
    size, metric, where = max(found, default=(0.0, "", ""))
    return Finding(
        rule="Weak slice",
        threshold=f"a metric on a slice is worse than on all rows by more than {SLICE}",
        measured=f"{metric} on “{where}”: {write(size)}" if metric else "",
        text=f"{metric} on “{where}” is worse than on all rows by {write(size)}." if metric and size > SLICE else "",
    )


def dominant(model: Model) -> Finding:
    """One feature that decides nearly alone."""
    values = [(each.importance, each.feature) for each in model.feature_importance]
    everything = sum(value for value, _ in values)
    usable = len(values) > 2 and everything > 0 and all(value >= 0 for value, _ in values)
    share, name = (max(values)[0] / everything, max(values)[1]) if usable else (None, "")
    text = ""
    if share is not None and share > DOMINANT:
        text = (
            f"“{name}” has {write(share, 'percent')} of the importance: the model depends on it being there and right."
        )
    return Finding(
        rule="One dominant feature",
        threshold=f"a feature has more than {DOMINANT:.0%} of the importance of three or more",
        measured="" if share is None else f"{name}: {write(share, 'percent')}",
        text=text,
    )


def _words(split: str) -> str:
    return {"test": "the test split", "validation": "the validation split", "cross_validation": "cross-validation"}.get(
        split, split
    )
