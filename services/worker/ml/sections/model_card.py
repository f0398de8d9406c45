"""What a model is and what it is for, before what was measured."""

from __future__ import annotations

from services.worker.measuring.values import NONE, instant
from services.worker.ml.derive.ranking import main_metric
from services.worker.ml.facts import write
from services.worker.ml.findings import model as rules
from shared.contracts.entities import Model
from shared.document.blocks import Block

from . import parts
from .case import Case
from .data import dataset_of
from .parts import metric_form
from .task import averaged, positive, regresses

_TILES = 6


def at_a_glance(case: Case[Model]) -> list[Block]:
    """One sentence and the headline metrics."""
    model = case.entity
    split, values = rules.held(model.metrics)
    known = [(name, value) for name, value in values.items() if value is not None]
    if not known:
        return parts.missing(
            case, "Metrics of the model", "metrics", "Send “metrics” by split, such as “test”: {“auc”: 0.9}."
        )
    main = main_metric([values]) or ""
    ordered = sorted(known, key=lambda item: item[0] != main)
    name = model.name or model.algo or "The model"
    said = f"{name} reaches {averaged(model, main)} {write(values[main])} on {split_name(split)}."
    gap = rules.worst_gap(model.metrics.get("train", {}), values) if split != "train" else None
    if gap:
        said += f" From training to {split_name(split)}, {gap[0]} is {rules.lost(*gap)}."
    tiles = [
        (averaged(model, metric), case.fact((split, metric), f"{averaged(model, metric)} on {split}", value, metric_form(metric), field="metrics"), split)
        for metric, value in ordered[:_TILES]
    ]  # fmt: skip
    if case.on("metrics"):  # all of them are in a table below
        return [parts.say(said), parts.tiles(*tiles)]
    left = parts.left_out([metric for metric, _ in ordered], _TILES, "metrics", "metrics")
    return [parts.say(said), parts.tiles(*tiles), *([parts.say(left)] if left else [])]


def card(case: Case[Model]) -> list[Block]:
    """The model card: what it is, what it is for, where its limits are."""
    model, dataset = case.entity, dataset_of(case)
    threshold = model.threshold
    used = NONE
    if threshold:
        used = case.fact(("threshold",), "Threshold in use", threshold.value, field="threshold")
    rows = [
        ("Name", model.name),
        ("Algorithm", model.algo),
        ("Predicts", _predicts(case)),
        ("Experiment", _related(case, "experiment") or model.experiment_id or ""),
        ("Project", _related(case, "project") or model.project_id or ""),
        ("Created", instant(model.created_at)),
        (
            "Size",
            case.fact(("size",), "Size of the model", model.artifact_size_bytes, "bytes", field="artifact_size_bytes"),
        ),
        ("Threshold", f"{used} ({threshold.criterion})" if threshold and threshold.criterion else used),
        ("Trained on", (dataset.name or dataset.id or "") if dataset else ""),
        ("Identity", model.id),
    ]
    return [
        *parts.pairs(rows, caption="The model"),
        *_text(case, "Description", model.description, "description"),
        *_text(case, "Intended use", model.intended_use, "intended_use"),
        *_text(case, "Limitations", model.limitations, "limitations"),
    ]


def split_name(split: str) -> str:
    """A split in a sentence."""
    names = {
        "test": "the test split",
        "train": "the training split",
        "validation": "the validation split",
        "cross_validation": "cross-validation",
    }
    return names.get(split, f"the split “{split}”" if split else "rows that were not named")


def _predicts(case: Case[Model]) -> str:
    if regresses(case):
        return "a number"
    named = f"a class; scores are for “{positive(case)}”" if positive(case) else "a class"
    return named if case.entity.confusion_matrix or case.entity.problem_type or case.entity.roc else ""


def _related(case: Case[Model], kind: str) -> str:
    found = case.related.get(kind)
    name = found.get("name") if isinstance(found, dict) else None
    return name if isinstance(name, str) else ""


def _text(case: Case[Model], title: str, text: str, field: str) -> list[Block]:
    if not text.strip():
        return parts.missing(case, title, field)
    return parts.sub(title, [parts.say(part.strip()) for part in text.split("\n\n") if part.strip()])
