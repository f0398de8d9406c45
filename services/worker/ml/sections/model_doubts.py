"""Whether a model's figures agree with one another."""

from __future__ import annotations

from collections.abc import Iterator

from services.worker.ml.derive import confusion, curves
from services.worker.ml.derive.agreement import Clash, clash
from services.worker.ml.derive.confusion import ClassScores
from services.worker.ml.facts import apart
from shared.contracts.entities import ConfusionMatrix, Model, Roc, RocPoint
from shared.document.blocks import Block, Callout

from . import parts
from .case import Case
from .graphics.pieces import unique

_OF_CLASSES = ("precision", "recall", "f1")
_CURVE = "the ROC curve itself"
_TITLE = "Supplied and computed figures contradict one another"


def contradictions(case: Case[Model]) -> list[Block]:
    """Warn of supplied figures that deriving them from the rest does not give. No option takes this away."""
    said = [_told(case, source, split, found) for source, split, found in _clashes(case.entity)]
    if not said:
        return []
    return [Callout([parts.say("Both are shown as they are."), *parts.listed(said)], tone="warning", title=_TITLE)]


def _told(case: Case[Model], source: str, split: str, found: Clash) -> str:
    supplied, derived = apart(found.supplied, found.derived)
    case.fact(("computed", found.metric), f"{found.metric} computed from {source}", found.derived)
    itself = found.split == _CURVE
    where, origin = (f"of {_CURVE}", case.note("roc")) if itself else (f"on {found.split}", case.note("metrics"))
    unsaid = "" if split or itself else f" {source[0].upper()}{source[1:]} does not say which split it is of."
    instead = f" It would agree with {found.instead}." if found.instead else ""
    return f"{found.metric} {where} is {supplied}, {origin}; computed from {source} it is {derived}.{unsaid}{instead}"


def _clashes(model: Model) -> Iterator[tuple[str, str, Clash]]:
    """What it follows from, the split that this is of, and the clash."""
    matrix = model.confusion_matrix
    if matrix and not confusion.problem(matrix):
        for name, derived, others in _from_matrix(model, matrix):
            if found := clash(name, _by_split(model, name), derived, matrix.split, others):
                yield "the confusion matrix", matrix.split, found
    yield from _curve_clashes(model)


def _from_matrix(
    model: Model, matrix: ConfusionMatrix
) -> Iterator[tuple[str, list[float | None], dict[str, float | None]]]:
    """Each metric that a matrix gives: what it must be, and what it is easily mistaken for."""
    cells, scores = matrix.matrix, confusion.per_class(matrix.matrix)
    accuracy, balanced = confusion.accuracy(cells), confusion.balanced_accuracy(cells)
    for name in _OF_CLASSES:
        wanted = model.averages.get(name, "")
        means = {"macro": confusion.macro(scores, name), "weighted": confusion.weighted(scores, name), "micro": accuracy}  # fmt: skip
        named = _named(matrix, scores, name) | {f"the {mean} mean": value for mean, value in means.items()}
        if wanted in means:
            yield name, [means[wanted]], named
        elif len(scores) == 2:
            yield name, [getattr(scores[1], name)], named
        else:
            yield name, [means["macro"], means["weighted"]], named
    yield "accuracy", [accuracy], {"the balanced accuracy": balanced}
    yield "balanced_accuracy", [balanced], {"the accuracy": accuracy}
    yield "mcc", [confusion.mcc(cells)], {}
    yield "kappa", [confusion.kappa(cells)], {}
    for name in ("mean_per_class_error", "error_rate"):
        right, other = (balanced, accuracy) if name == "mean_per_class_error" else (accuracy, balanced)
        yield name, [_rest(right)], {"one minus the other accuracy": _rest(other)}


def _named(matrix: ConfusionMatrix, scores: list[ClassScores], name: str) -> dict[str, float | None]:
    return {f"class “{label}”": getattr(each, name) for label, each in zip(unique(matrix.labels), scores, strict=True)}


def _curve_clashes(model: Model) -> Iterator[tuple[str, str, Clash]]:
    """The curve's own area, and the metric, against the curve's points."""
    roc = model.roc
    if roc is None:
        return
    area = _area(roc.points)
    if found := clash("auc", {_CURVE: roc.auc}, [area], _CURVE):
        yield "the points of the ROC curve", roc.split, found
    if found := clash("auc", _by_split(model, "auc"), _areas(model, roc, area), roc.split):
        yield "the ROC curve", roc.split, found


def _areas(model: Model, roc: Roc, area: float | None) -> list[float | None]:
    """What the metric may be: of two classes the area; of more also the mean of each class's, if all of them are there."""
    count = len(model.confusion_matrix.labels) if model.confusion_matrix else len(roc.per_class or {})
    if count <= 2 and model.problem_type != "multiclass":
        return [area]
    means = {"micro": area} if roc.average == "micro" else {"": area}
    if roc.per_class and len(roc.per_class) >= count:
        means["macro"] = confusion.mean([_area(points) for points in roc.per_class.values()])
    wanted = model.averages.get("auc")
    return [means.get(wanted)] if wanted else list(means.values()) if "macro" in means else []


def _area(points: list[RocPoint]) -> float | None:
    return curves.auc([(point.fpr, point.tpr) for point in points])


def _by_split(model: Model, name: str) -> dict[str, float | None]:
    """The metric however it is spelt."""
    return {
        split: next((value for key, value in metrics.items() if key.lower() == name and value is not None), None)
        for split, metrics in model.metrics.items()
    }


def _rest(value: float | None) -> float | None:
    return None if value is None else 1 - value
