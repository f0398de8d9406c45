"""How good a model is, by split, fold and slice."""

from __future__ import annotations

from collections.abc import Sequence

from services.worker.measuring.values import NONE
from services.worker.ml.derive import confusion
from services.worker.ml.derive.ranking import deviation, main_metric
from services.worker.ml.findings import model as rules
from shared.contracts.entities import Model
from shared.document.blocks import Block

from . import parts
from .case import Case
from .graphics import model as graphics
from .parts import metric_form
from .task import averaged

_ORDER = ("train", "validation", "cross_validation", "test")
_METRICS = 30
_OF_SLICES, _OF_FOLDS = 6, 8


def performance(case: Case[Model]) -> list[Block]:
    """Metrics per split with intervals, the way from training to other rows, folds, contradictions."""
    model = case.entity
    splits = _splits(model)
    if not splits:
        return parts.missing(case, "Metrics by split", "metrics", "Send “metrics” by split: train, validation, cross_validation, test.")  # fmt: skip
    names = parts.named(model.metrics.values())
    held = rules.held(model.metrics)[0]
    between = graphics.gaps(model.metrics, names[:_METRICS], "train", held) if held != "train" else []
    reaches = [
        block
        for split in splits
        for block in graphics.reaches(split, model.intervals.get(split, {}), model.metrics[split])
    ]
    unknown = [] if model.intervals else parts.missing(case, "Confidence intervals", "intervals")
    return [
        *_table(case, splits, names),
        *unknown,
        *graphics.by_split({split: model.metrics[split] for split in splits}, names[:_METRICS]),
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
    every = parts.named(each.metrics for each in given)
    names, left = every[:_OF_SLICES], parts.left_out(every, _OF_SLICES, "metrics", "slices")
    rows = []
    for each in given[:25]:
        cells = [case.fact(("slice", each.name, name), f"{name} on {each.name}", each.metrics.get(name), metric_form(name), field="slices") for name in names]  # fmt: skip
        count = case.fact(("slice", each.name, "rows"), f"Rows of {each.name}", each.rows, "count", field="slices")
        rows.append((each.name or "(no name)", count, *cells))
    rows += [(each.name,) for each in given[25:]]
    main = main_metric([each.metrics for each in given])
    drawn = graphics.slices(main, [(each.name, each.metrics.get(main)) for each in given], overall.get(main)) if main else []  # fmt: skip
    return [*drawn, *parts.long_table(("Slice", "Rows", *names), rows, caption="Metrics by slice", field="slices", note=left)]  # fmt: skip


def _splits(model: Model) -> list[str]:
    known = [split for split, values in model.metrics.items() if rules.known(values)]
    return sorted(known, key=lambda split: (_ORDER.index(split) if split in _ORDER else -1, split))


def _table(case: Case[Model], splits: Sequence[str], names: Sequence[str]) -> list[Block]:
    rows = [(averaged(case.entity, name), *(_cell(case, split, name) for split in splits)) for name in names[:_METRICS]]
    reached = [one.level for split in splits for one in case.entity.intervals.get(split, {}).values()]
    note = f"In brackets: {100 * max(reached):g} % confidence interval. " if reached else ""
    note += parts.left_out(names, _METRICS, "metrics", "metrics")
    return parts.table(("Metric", *splits), rows, caption="Metrics by split", note=note.strip())


def _cell(case: Case[Model], split: str, name: str) -> str:
    value = case.entity.metrics[split].get(name)
    said = case.fact((split, name), f"{averaged(case.entity, name)} on {split}", value, metric_form(name), field="metrics")  # fmt: skip
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
    every = parts.named(fold.metrics for fold in folds)
    names = every[:_OF_FOLDS]
    if not names:
        return []
    values = {name: [v for fold in folds if (v := fold.metrics.get(name)) is not None] for name in names}
    rows = [
        (str(fold.fold), *(case.fact(("fold", fold.fold, name), f"{name} of fold {fold.fold}", fold.metrics.get(name), field="cv_folds") for name in names))
        for fold in folds[:20]
    ]  # fmt: skip
    mean = ["Mean", *(case.fact(("folds", name, "mean"), f"Mean {name} of the folds", confusion.mean(values[name])) for name in names)]  # fmt: skip
    spread = ["Std. dev.", *(case.fact(("folds", name, "std"), f"Standard deviation of {name} over the folds", deviation(values[name])) for name in names)]  # fmt: skip
    left = f"The first 20 of {len(folds)} folds; all are in “cv_folds” of the entity. " if len(folds) > 20 else ""
    left += parts.left_out(every, _OF_FOLDS, "metrics", "cv_folds")
    table = parts.table(("Fold", *names), [*rows, mean, spread], caption="Metrics by fold", note=left.strip())
    alike = {name: found for name, found in values.items() if all(-1 <= each <= 1 for each in found)}
    return parts.sub("Cross-validation", [*graphics.folds(alike or dict(list(values.items())[:1])), *table])
