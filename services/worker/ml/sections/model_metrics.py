"""How good a model is, by split, fold and slice, and whether the figures agree with one another."""

from __future__ import annotations

from collections.abc import Sequence

from services.worker.measuring.values import NONE
from services.worker.ml.derive import confusion, curves
from services.worker.ml.derive.agreement import Clash, clashes
from services.worker.ml.derive.ranking import deviation, main_metric
from services.worker.ml.facts import write
from services.worker.ml.findings import model as rules
from shared.contracts.entities import Model
from shared.document.blocks import Block, Callout

from . import parts
from .case import Case
from .graphics import model as graphics
from .parts import metric_form

_ORDER = ("train", "validation", "cross_validation", "test")
_METRICS = 30


def performance(case: Case[Model]) -> list[Block]:
    """Metrics per split with intervals, the way from training to other rows, folds, contradictions."""
    model = case.entity
    splits = _splits(model)
    if not splits:
        return parts.missing(case, "Metrics by split", "metrics", "Send “metrics” by split: train, validation, cross_validation, test.")  # fmt: skip
    names = _names(model)
    held = rules.held(model.metrics)[0]
    between = graphics.gaps(model.metrics, names, "train", held) if held != "train" else []
    reaches = [
        block
        for split in splits
        for block in graphics.reaches(split, model.intervals.get(split, {}), model.metrics[split])
    ]
    unknown = [] if model.intervals else parts.missing(case, "Confidence intervals", "intervals")
    return [
        *contradictions(case),
        *_table(case, splits, names),
        *unknown,
        *graphics.by_split({split: model.metrics[split] for split in splits}, names),
        *between,
        *reaches,
        *_folds(case),
    ]


def slices(case: Case[Model]) -> list[Block]:
    """How the model does on parts of the data."""
    given = case.entity.slices
    if not given:
        return parts.missing(case, "Metrics on slices of the data", "slices", "Send “slices”, each with a name, rows and metrics.")  # fmt: skip
    _, overall = rules.held(case.entity.metrics)
    names = list(dict.fromkeys(name for each in given for name, value in each.metrics.items() if value is not None))[:6]
    rows = []
    for each in given[:25]:
        cells = [case.fact(("slice", each.name, name), f"{name} on {each.name}", each.metrics.get(name), metric_form(name), field="slices") for name in names]  # fmt: skip
        count = case.fact(("slice", each.name, "rows"), f"Rows of {each.name}", each.rows, "count", field="slices")
        rows.append((each.name or "(no name)", count, *cells))
    rows += [(each.name,) for each in given[25:]]
    main = main_metric([each.metrics for each in given])
    drawn = graphics.slices(main, [(each.name, each.metrics.get(main)) for each in given], overall.get(main)) if main else []  # fmt: skip
    return [*drawn, *parts.long_table(("Slice", "Rows", *names), rows, caption="Metrics by slice", field="slices")]


def contradictions(case: Case[Model]) -> list[Block]:
    """Warn of supplied metrics that no way of deriving them gives."""
    found = _clashes(case.entity)
    said = [
        f"{each.metric} on {each.split} was supplied as {write(each.supplied)}; computed from {source} it is "
        f"{case.fact(('computed', each.metric), f'{each.metric} computed from {source}', each.derived)}."
        for source, each in found
    ]
    if not said:
        return []
    note = "Supplied and computed figures contradict one another"
    return [Callout([parts.say("Both are shown as they are."), *parts.listed(said)], tone="warning", title=note)]


def _clashes(model: Model) -> list[tuple[str, Clash]]:
    found: list[tuple[str, Clash]] = []
    matrix = model.confusion_matrix
    if matrix and not confusion.problem(matrix):
        scores = confusion.per_class(matrix.matrix)
        candidates: dict[str, list[float | None]] = {
            name: [
                *[getattr(each, name) for each in reversed(scores)],
                confusion.macro(scores, name),
                confusion.weighted(scores, name),
                confusion.accuracy(matrix.matrix),
            ]
            for name in ("precision", "recall", "f1")
        }
        candidates |= {"accuracy": [confusion.accuracy(matrix.matrix)], "mcc": [confusion.mcc(matrix.matrix)]}
        for name, values in candidates.items():
            supplied = {split: metrics.get(name) for split, metrics in model.metrics.items()}
            found += [("the confusion matrix", each) for each in clashes(name, supplied, values, matrix.split)]
    return found + _curve_clashes(model)


def _curve_clashes(model: Model) -> list[tuple[str, Clash]]:
    found: list[tuple[str, Clash]] = []
    if model.roc:
        area = curves.auc([(point.fpr, point.tpr) for point in model.roc.points])
        supplied = {split: metrics.get("auc") for split, metrics in model.metrics.items()}
        given = {"the curve itself": model.roc.auc} if model.roc.auc is not None else supplied
        split = "" if model.roc.auc is not None else model.roc.split
        found += [("the ROC curve", each) for each in clashes("auc", given, [area], split)]
    return found


def _splits(model: Model) -> list[str]:
    known = [split for split, values in model.metrics.items() if rules.known(values)]
    return sorted(known, key=lambda split: (_ORDER.index(split) if split in _ORDER else -1, split))


def _names(model: Model) -> list[str]:
    return list(
        dict.fromkeys(name for values in model.metrics.values() for name, value in values.items() if value is not None)
    )[:_METRICS]


def _table(case: Case[Model], splits: Sequence[str], names: Sequence[str]) -> list[Block]:
    rows = [(name, *(_cell(case, split, name) for split in splits)) for name in names]
    reached = [one.level for split in splits for one in case.entity.intervals.get(split, {}).values()]
    note = f"In brackets: {100 * max(reached):g} % confidence interval." if reached else ""
    return parts.table(("Metric", *splits), rows, caption="Metrics by split", note=note)


def _cell(case: Case[Model], split: str, name: str) -> str:
    value = case.entity.metrics[split].get(name)
    said = case.fact((split, name), f"{name} on {split}", value, metric_form(name), field="metrics")
    reach = case.entity.intervals.get(split, {}).get(name)
    if reach is None or said == NONE:
        return said
    low, high = (
        case.fact((split, name, end), f"{end} end of {name} on {split}", at, field="intervals")
        for end, at in (("low", reach.low), ("high", reach.high))
    )
    return f"{said} ({low} to {high})"


def _folds(case: Case[Model]) -> list[Block]:
    folds = case.entity.cv_folds
    names = list(dict.fromkeys(name for fold in folds for name, value in fold.metrics.items() if value is not None))[:8]
    if not names:
        return []
    values = {name: [v for fold in folds if (v := fold.metrics.get(name)) is not None] for name in names}
    rows = [
        (str(fold.fold), *(case.fact(("fold", fold.fold, name), f"{name} of fold {fold.fold}", fold.metrics.get(name), field="cv_folds") for name in names))
        for fold in folds[:20]
    ]  # fmt: skip
    mean = ["Mean", *(case.fact(("folds", name, "mean"), f"Mean {name} of the folds", confusion.mean(values[name])) for name in names)]  # fmt: skip
    spread = ["Std. dev.", *(case.fact(("folds", name, "std"), f"Standard deviation of {name} over the folds", deviation(values[name])) for name in names)]  # fmt: skip
    left = f"The first 20 of {len(folds)} folds; all are in “cv_folds” of the entity." if len(folds) > 20 else ""
    table = parts.table(("Fold", *names), [*rows, mean, spread], caption="Metrics by fold", note=left)
    alike = {name: found for name, found in values.items() if all(-1 <= each <= 1 for each in found)}
    return parts.sub("Cross-validation", [*graphics.folds(alike or dict(list(values.items())[:1])), *table])
