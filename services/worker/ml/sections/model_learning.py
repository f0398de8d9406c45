"""What a model learned from: features, training, settings."""

from __future__ import annotations

from services.worker.ml.derive import curves
from services.worker.ml.facts import write
from shared.contracts.entities import Hyperparameter, Model
from shared.document.blocks import Block

from . import parts
from .case import Case
from .graphics import model as graphics

_FEATURES = 25
_SETTINGS = 60


def importance(case: Case[Model]) -> list[Block]:
    """Which features decide."""
    given = sorted(case.entity.feature_importance, key=lambda each: -each.importance)
    if not given:
        return parts.missing(case, "Feature importance", "feature_importance", "Send “feature_importance” with feature and importance.")  # fmt: skip
    rows: list[tuple[str, ...]] = []
    largest = max(abs(each.importance) for each in given)
    for each in given[:_FEATURES]:
        relative = each.relative if each.relative is not None else (each.importance / largest if largest else None)
        source = "feature_importance" if each.relative is not None else ""
        rows.append(
            (
                each.feature,
                case.fact(("importance", each.feature), f"Importance of {each.feature}", each.importance, field="feature_importance"),
                case.fact(("importance", each.feature, "relative"), f"Importance of {each.feature} relative to the largest", relative, "percent", field=source),
                each.method,
            )
        )  # fmt: skip
    rows += [(each.feature,) for each in given[_FEATURES:]]
    heads = ("Feature", "Importance", "Of the largest", "Method")
    table = parts.long_table(heads, rows, caption="Feature importance", field="feature_importance", most=_FEATURES)
    return [*graphics.importance(given), *table]


def curve(case: Case[Model]) -> list[Block]:
    """How training went, and what more of it would bring."""
    given = case.entity.learning_curve
    if given is None or not given.points:
        return parts.missing(case, "Learning curve", "learning_curve", "Send “learning_curve” with points of x, train and validation.")  # fmt: skip
    drawn = graphics.learning(given)
    if not drawn:
        return parts.missing(case, "Learning curve", "learning_curve", "Its points have neither train nor validation.")
    warned = []
    if not curves.ordered([point.x for point in given.points]):
        warned = [parts.warning("A curve that is not monotone", "The points of the learning curve are not in order; they are drawn by their x.")]  # fmt: skip
    last = max(given.points, key=lambda point: point.x)
    name = given.metric or "metric"
    tiles = [
        (f"Last {label}", case.fact(("learning", slug), f"Last {label} {name}", value, field="learning_curve"), f"at {write(last.x)} {given.x_unit}".rstrip())
        for label, slug, value in (("training", "train", last.train), ("validation", "validation", last.validation))
        if value is not None
    ]  # fmt: skip
    if last.train is not None and last.validation is not None:
        gap = case.fact(("learning", "gap"), f"Gap between training and validation {name}", abs(last.validation - last.train))  # fmt: skip
        tiles.append(("Gap", gap, "between the two"))
    return [*warned, *([parts.tiles(*tiles)] if tiles else []), *drawn]


def hyperparameters(case: Case[Model]) -> list[Block]:
    """Every setting, and which ones differ from their defaults."""
    given = case.entity.hyperparameters
    if not given:
        return parts.missing(case, "Hyper-parameters", "hyperparameters", "Send “hyperparameters” with name, value and default.")  # fmt: skip
    changed = [each for each in given if differs(each)]
    ordered = [*changed, *(each for each in given if not differs(each))]
    names = ", ".join(each.name for each in changed[:8])
    said = f"{len(changed)} of {len(given)} settings differ from their defaults: {names}{' and more' if len(changed) > 8 else ''}."  # fmt: skip
    known = any(each.default is not None for each in given)
    intro = [parts.say(said if changed else "Every setting has its default.")] if known else [parts.say("Defaults were not provided.")]  # fmt: skip
    rows = [
        (each.name, parts.plain(each.value), parts.plain(each.default), "differs" if differs(each) else "")
        for each in ordered
    ]
    heads = ("Setting", "Value", "Default", "")
    table = parts.long_table(heads, rows, caption="Hyper-parameters", field="hyperparameters", most=_SETTINGS, texts=4)
    return [*intro, *table]


def differs(each: Hyperparameter) -> bool:
    """A setting without a known default differs from nothing."""
    return each.default is not None and each.value != each.default
