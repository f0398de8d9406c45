"""What a model or an experiment learned from."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from services.worker.ml.facts import write
from shared.contracts.entities import Dataset, Experiment, Feature, Model
from shared.document.blocks import Block

from . import parts
from .case import Case
from .graphics import model as graphics
from .reading import read

_FEATURES = 25
_HEADS = ("Feature", "Type", "Missing", "Distinct", "Mean", "Std. dev.", "Least", "Median", "Largest")


def dataset_of(case: Case[Model] | Case[Experiment]) -> Dataset | None:
    """The entity's own data set, else its experiment's."""
    if case.entity.dataset is not None:
        return case.entity.dataset
    experiment = case.related.get("experiment")
    given = experiment.get("dataset") if isinstance(experiment, Mapping) else None
    if not isinstance(given, Mapping):
        return None
    try:
        return read(Dataset, given)[0]
    except msgspec.ValidationError:
        return None


def data_summary(case: Case[Model] | Case[Experiment]) -> list[Block]:
    """Size, classes, missing values, features."""
    dataset = dataset_of(case)
    if dataset is None:
        return parts.missing(case, "Summary of the data", "dataset", "Send “dataset” with rows, columns, class_counts and features.")  # fmt: skip
    return [
        *_tiles(case, dataset),
        *_classes(case, dataset),
        *graphics.missing_rates(dataset),
        *graphics.quartiles(dataset),
        *_features(case, dataset),
    ]


def _tiles(case: Case[Model] | Case[Experiment], dataset: Dataset) -> list[Block]:
    given = (
        ("Rows", "rows", dataset.rows, "count"),
        ("Columns", "columns", dataset.columns, "count"),
        ("Size", "size", dataset.size_bytes, "bytes"),
        ("Missing values", "missing", dataset.missing_rate, "percent"),
        ("Duplicate rows", "duplicates", dataset.duplicate_rows, "count"),
    )
    tiles = [
        (label, case.fact(("data", name), label, value, form, field="dataset"), "")  # type: ignore[arg-type]
        for label, name, value, form in given
        if value is not None
    ]
    named = " · ".join(part for part in (dataset.name, f"target {dataset.target}" if dataset.target else "") if part)
    return [*([parts.say(f"Data set: {named}.")] if named else []), *([parts.tiles(*tiles)] if tiles else [])]


def _classes(case: Case[Model] | Case[Experiment], dataset: Dataset) -> list[Block]:
    if not dataset.class_counts:
        return []
    everything = sum(dataset.class_counts.values())
    rows = [
        (
            name,
            case.fact(("data", "class", name), f"Rows of class {name}", count, "count", field="dataset"),
            write(count / everything, "percent") if everything > 0 else "",
        )
        for name, count in sorted(dataset.class_counts.items(), key=lambda item: -item[1])
    ]
    table = parts.long_table(("Class", "Rows", "Share"), rows, caption="Rows per class", field="dataset.class_counts")
    return [*graphics.class_balance(dataset), *table]


def _features(case: Case[Model] | Case[Experiment], dataset: Dataset) -> list[Block]:
    rows = [_feature(case, each) for each in dataset.features[:_FEATURES]]
    rows += [(each.name,) for each in dataset.features[_FEATURES:]]
    return parts.long_table(_HEADS, rows, caption="Features", field="dataset.features", most=_FEATURES, texts=2)


def _feature(case: Case[Model] | Case[Experiment], each: Feature) -> tuple[str, ...]:
    def cell(name: str, value: float | None, form: str = "number") -> str:
        return case.fact(("data", each.name, name), f"{name} of {each.name}", value, form, field="dataset")  # type: ignore[arg-type]

    return (
        each.name,
        each.type,
        cell("missing", each.missing_rate, "percent"),
        cell("distinct", each.unique, "count"),
        cell("mean", each.mean),
        cell("std", each.std),
        cell("min", each.min),
        cell("median", each.p50),
        cell("max", each.max),
    )
