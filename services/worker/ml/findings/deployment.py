"""Rules about a deployment."""

from __future__ import annotations

from collections.abc import Sequence

from services.worker.measuring.rules import Finding
from services.worker.ml.derive.drift import CRITICAL, WARNING
from services.worker.ml.derive.ranking import falling
from services.worker.ml.derive.standing import standing
from services.worker.ml.derive.targets import Slo
from services.worker.ml.facts import apart, write
from shared.contracts.entities import Alert, FeatureDrift, Performance

DECLINE = 0.03
_LEAST = 4


def findings(
    slos: Sequence[Slo],
    features: Sequence[FeatureDrift],
    thresholds: dict[str, float],
    prediction: float | None,
    performance: Sequence[Performance],
    alerts: Sequence[Alert],
) -> list[Finding]:
    """Every rule, in the order in which a reader wants them."""
    warning, critical = thresholds.get("warning", WARNING), thresholds.get("critical", CRITICAL)
    return [
        breached(slos),
        drifted(features, warning, critical),
        predictions(prediction, warning),
        decline(performance),
        alarmed(alerts),
    ]


def breached(slos: Sequence[Slo]) -> Finding:
    """Promises that were not kept."""
    known = [slo for slo in slos if slo.met is not None]
    broken = [slo for slo in known if not slo.met]
    said = "; ".join(_missed(slo) for slo in broken)
    return Finding(
        rule="Breached targets",
        threshold="a measured value is on the wrong side of its target",
        measured=f"{len(broken)} of {len(known)} targets" if known else "",
        text=f"{said}." if broken else "",
    )


def drifted(features: Sequence[FeatureDrift], warning: float, critical: float) -> Finding:
    """Features that no longer look as they did."""
    stands = [(each, standing(each, {"warning": warning, "critical": critical})) for each in features]
    known = [(each, status) for each, status in stands if status]
    moved = [(each, status) for each, status in known if status in {"warning", "critical"}]
    severe = sum(status == "critical" for _, status in moved)
    names = ", ".join(f"“{each.feature}” ({status if each.psi is None else write(each.psi)})" for each, status in moved[:5])  # fmt: skip
    rest = f" and {len(moved) - 5} more" if len(moved) > 5 else ""
    return Finding(
        rule="Drifted features",
        threshold=f"a feature's PSI is at least {write(warning)}, {write(critical)} being critical; without a PSI, its status",
        measured=f"{len(moved)} of {len(known)} features, {severe} critical" if known else "",
        text=f"These features have drifted: {names}{rest}." if moved else "",
    )


def _missed(slo: Slo) -> str:
    value, target = apart(slo.value or 0.0, slo.target, slo.form)
    return f"{slo.name} is {value}, the target {'at least' if slo.more else 'at most'} {target}"


def predictions(value: float | None, warning: float) -> Finding:
    """Predictions that no longer look as they did."""
    return Finding(
        rule="Drifted predictions",
        threshold=f"the predictions' PSI is at least {write(warning)}",
        measured="" if value is None else f"PSI {write(value)}",
        text=f"The predictions themselves have drifted: PSI {write(value)}."
        if value is not None and value >= warning
        else "",
    )


def decline(rows: Sequence[Performance]) -> Finding:
    """A metric that gets worse while the model serves."""
    worst: tuple[float, str, float, float] | None = None
    for metric in dict.fromkeys(row.metric for row in rows):
        values = [row.value for row in sorted(rows, key=lambda row: row.t) if row.metric == metric]
        if len(values) < _LEAST:
            continue
        half = len(values) // 2
        before, after = sum(values[:half]) / half, sum(values[half:]) / (len(values) - half)
        lost = after - before if falling(metric) else before - after
        part = lost / abs(before) if before else 0.0
        worst = max(worst or (part, metric, before, after), (part, metric, before, after))
    text = ""
    if worst and worst[0] > DECLINE:
        text = f"{worst[1]} went from {write(worst[2])} to {write(worst[3])} (means of the two halves)."
    return Finding(
        rule="Declining performance",
        threshold=f"a metric is worse by more than {DECLINE:.0%} in the second half, of {_LEAST} or more values",
        measured="" if worst is None else f"{worst[1]}: {write(worst[0], 'percent')} worse",
        text=text,
    )


def alarmed(alerts: Sequence[Alert]) -> Finding:
    """Alerts that somebody should have looked at."""
    severe = [each for each in alerts if each.severity.lower() in {"critical", "error", "high"}]
    return Finding(
        rule="Severe alerts",
        threshold="at least one alert is critical",
        measured=f"{len(severe)} of {len(alerts)} alerts" if alerts else "",
        text=f"{len(severe)} severe alerts, the last one: {max(severe, key=lambda each: each.at).message}"
        if severe
        else "",
    )
