"""Whether what a deployment sees, says and is right about has changed."""

from __future__ import annotations

from services.worker.measuring.values import NONE, instant
from services.worker.ml.derive import drift as derived
from services.worker.ml.derive.standing import measured, standing
from services.worker.ml.facts import write
from shared.contracts.entities import Deployment, Drift, FeatureDrift
from shared.document.blocks import Block

from . import parts
from .case import Case
from .graphics import service as graphics

_FEATURES = 25
_DRAWN = 4
_POINTS = 20
_TOLD = 5


def ordered(entity: Deployment) -> list[FeatureDrift]:
    """Every feature, the furthest moved first."""
    features = [measured(each) for each in (entity.drift.features if entity.drift else [])]
    return sorted(features, key=lambda each: -(each.psi if each.psi is not None else -1.0))


def features(case: Case[Deployment]) -> list[Block]:
    """PSI and KS per feature, the worst ones' distributions, and the history."""
    given, found = case.entity.drift, ordered(case.entity)
    if given is None or not found:
        return parts.missing(case, "Drift of the features", "drift", "Send “drift” with features, each with psi or with histograms of reference and current.")  # fmt: skip
    warning, critical = _thresholds(given)
    rows = [_row(case, each, given) for each in found[:_FEATURES]] + [(each.feature,) for each in found[_FEATURES:]]
    note = f"{_windows(case, given)} Warning from PSI {write(warning)}, critical from {write(critical)}."
    worst = [graphics.shift(each, f"{each.feature or 'Feature'}: reference and current") for each in found[:_DRAWN]]
    heads = ("Feature", "Type", "PSI", "KS", "p-value", "Status")
    rest = len(found) - _DRAWN
    left: list[Block] = [parts.say(f"Histograms of {rest:,} more features are in “drift.features” of the entity.")] if rest > 0 else []  # fmt: skip
    return [
        *_contradicted(found, given),
        *graphics.psi(found, {"warning": warning, "critical": critical}),
        *parts.long_table(heads, rows, caption="Drift by feature", field="drift.features", most=_FEATURES, texts=2, note=note.strip()),
        *graphics.ks(found),
        *parts.sub("The features that moved furthest", [block for each in worst for block in each] + left if any(worst) else []),
        *graphics.drift_history(given.history, warning, critical),
    ]  # fmt: skip


def prediction(case: Case[Deployment]) -> list[Block]:
    """Whether predictions, and what came true, are distributed as they were."""
    given = case.entity.drift
    if given is None or (given.prediction is None and given.target is None):
        return parts.missing(case, "Drift of the predictions", "drift.prediction")
    blocks: list[Block] = []
    for name, each in (("Predictions", given.prediction), ("Target", given.target)):
        if each is None:
            continue
        one = measured(each)
        supplied = "drift" if each.psi is not None else ""
        psi = case.fact(("drift", name, "psi"), f"PSI of the {name.lower()}", one.psi, field=supplied)
        ks = case.fact(("drift", name, "ks"), f"KS statistic of the {name.lower()}", one.ks_stat, field="drift" if each.ks_stat is not None else "")  # fmt: skip
        status = standing(one, given.thresholds)
        tiles = [(f"{name}, PSI", psi, status), (f"{name}, KS", ks, "")]
        shown = [tile for tile in tiles if tile[1] != NONE]
        blocks += [parts.tiles(*shown)] if shown else []
        blocks += graphics.shift(one, f"{name}: reference and current")
    return blocks or parts.missing(case, "Drift of the predictions", "drift.prediction", "It needs psi or histograms.")


def performance(case: Case[Deployment]) -> list[Block]:
    """How right it was, once the truth was known."""
    given = sorted(case.entity.performance, key=lambda each: each.t)
    if not given:
        return parts.missing(case, "Performance on labelled rows", "performance", "Send “performance” with t, metric, value and n_labelled.")  # fmt: skip
    latest = given[-_POINTS:]
    rows = [
        (
            instant(each.t),
            each.metric,
            case.fact(("performance", each.metric, f"{each.t:%Y%m%dT%H%M}"), f"{each.metric} at {instant(each.t)}", each.value, field="performance"),
            case.fact(("performance", each.metric, f"{each.t:%Y%m%dT%H%M}", "rows"), f"Labelled rows at {instant(each.t)}", each.n_labelled, "count", field="performance"),
        )
        for each in latest
    ]  # fmt: skip
    left = len(given) - len(latest)
    note = f"The latest {len(latest)} of {len(given):,} values; all are in “performance” of the entity." if left else ""
    heads = ("At", "Metric", "Value", "Labelled rows")
    return [
        *graphics.performance(given),
        *parts.table(heads, rows, caption="Performance over time", texts=2, note=note),
    ]


def _row(case: Case[Deployment], each: FeatureDrift, given: Drift) -> tuple[str, ...]:
    source = next((one for one in given.features if one.feature == each.feature), each)

    def cell(name: str, label: str, value: float | None, supplied: float | None) -> str:
        field = "drift" if supplied is not None else ""
        return case.fact(("drift", each.feature, name), f"{label} of {each.feature}", value, field=field)

    return (
        each.feature or "(no name)",
        each.type,
        cell("psi", "PSI", each.psi, source.psi),
        cell("ks", "KS statistic", each.ks_stat, source.ks_stat),
        cell("p_value", "p-value", each.p_value, source.p_value),
        standing(each, given.thresholds) or NONE,
    )


def _contradicted(found: list[FeatureDrift], given: Drift) -> list[Block]:
    """Warn of statuses that were sent and that PSI and its thresholds do not give."""
    wrong = [each for each in found if each.psi is not None and each.status and each.status.lower() != standing(each, given.thresholds)]  # fmt: skip
    if not wrong:
        return []
    said = [f"{each.feature or '(no name)'} was sent as {each.status}; by its PSI of {write(each.psi)} it is {standing(each, given.thresholds)}" for each in wrong[:_TOLD]]  # fmt: skip
    more = f"; and {len(wrong) - _TOLD:,} more" if len(wrong) > _TOLD else ""
    return [parts.warning("Statuses that contradict the PSI", f"{'; '.join(said)}{more}. The table has the status by PSI.")]  # fmt: skip


def _thresholds(given: Drift) -> tuple[float, float]:
    return given.thresholds.get("warning", derived.WARNING), given.thresholds.get("critical", derived.CRITICAL)


def _windows(case: Case[Deployment], given: Drift) -> str:
    said = []
    for name, window in (("reference", given.reference), ("current", given.current)):
        if window and window.rows is not None:
            rows = case.fact(("drift", name, "rows"), f"Rows of the {name} window", window.rows, "count", field="drift")
            said.append(f"{rows} {name} rows")
    return f"{' against '.join(said)}." if said else ""
