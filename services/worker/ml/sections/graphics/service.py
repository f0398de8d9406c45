"""Graphics of a deployment: traffic, latency, errors, targets, drift."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from services.worker.ml.derive import drift
from services.worker.ml.derive.service import error_rate
from services.worker.ml.facts import write
from shared.contracts.entities import Alert, DriftPoint, FeatureDrift, Histogram, Performance, Traffic
from shared.document.blocks import Band, Block, Bullet, Bullets, Lane, Spell, Timeline, TimePlot

from .many import MOST, counted, shown_of, side_by_side
from .pieces import lollipops, name_of, over_time, overlaid

_MOMENTS = 400
_LINES = 6


def volume(rows: Sequence[Traffic], bucket: str) -> list[Block]:
    """Predictions per bucket of time."""
    lines = {"Predictions": [(row.t, _number(row.predictions)) for row in rows]}
    return over_time("Predictions over time", lines, y="Predictions", unit=f"per {bucket}")


def latency(rows: Sequence[Traffic], targets: Mapping[str, float]) -> list[Block]:
    """Latency's percentiles over time, with what was promised."""
    lines = {
        "p50": [(row.t, row.latency_p50_ms) for row in rows],
        "p95": [(row.t, row.latency_p95_ms) for row in rows],
        "p99": [(row.t, row.latency_p99_ms) for row in rows],
    }
    wanted = [(at, f"target {name.split('_')[1]}") for name, at in targets.items() if _is_latency(name)]
    return over_time("Latency over time", lines, y="Latency", unit="ms", guides=wanted)


def error_rates(rows: Sequence[Traffic], target: float | None) -> list[Block]:
    """The share of predictions that failed, over time."""
    rates = [(row.t, error_rate(row.errors, row.predictions)) for row in rows]
    lines = {"Error rate": [(at, None if rate is None else 100 * rate) for at, rate in rates]}
    guides = [(100 * target, "target")] if target is not None else []
    return over_time("Error rate over time", lines, y="Error rate", unit="%", guides=guides)


def latency_histogram(histogram: Histogram) -> list[Block]:
    """How long single predictions took."""
    return overlaid(
        "Distribution of latency", histogram.edges, {"Predictions": histogram.counts}, x="Latency (ms)", y="Predictions"
    )


def errors_by_code(codes: Mapping[str, int]) -> list[Block]:
    """Errors by their code, most frequent first, with what they come to together."""
    counts = ((code, float(count)) for code, count in codes.items())
    return counted("Errors by code", counts, x="Code", y="Errors", many="codes", table="Errors by code", shares=True)


def targets(rows: Sequence[tuple[str, float | None, float]]) -> list[Block]:
    """What was measured against what was promised."""
    bullets = [Bullet(name, value, target, [target, target * 1.5]) for name, value, target in rows if value is not None]
    if not bullets:
        return []
    told = "; ".join(f"{row.name} {write(row.value)} against {write(row.target)}" for row in bullets)
    return [Bullets(title="Measured against targets", alt=f"Bars against target strokes: {told}.", rows=bullets)]


def psi(features: Sequence[FeatureDrift], thresholds: Mapping[str, float]) -> list[Block]:
    """The features that moved furthest, by their population stability index."""
    return lollipops(
        "Population stability index by feature",
        [(name_of(each.feature), each.psi) for each in features[:MOST]],
        x="Feature",
        y="PSI",
        alt="PSI by feature, largest first:",
        guides=[(at, f"{name} {write(at)}") for name, at in sorted(thresholds.items(), key=lambda item: item[1])],
        caption=shown_of(len(features[:MOST]), len(features), "features", "Drift by feature"),
    )


def ks(features: Sequence[FeatureDrift]) -> list[Block]:
    """The same features by the largest distance of their cumulative distributions."""
    return lollipops(
        "Kolmogorov-Smirnov statistic by feature",
        [(name_of(each.feature), each.ks_stat) for each in features[:MOST]],
        x="Feature",
        y="KS statistic",
        alt="KS statistic by feature:",
        caption=shown_of(len(features[:MOST]), len(features), "features", "Drift by feature"),
    )


def shift(feature: FeatureDrift, title: str) -> list[Block]:
    """What was seen before and now: overlaid shares per bin, or two dots per value."""
    before, now = feature.reference_hist, feature.current_hist
    if before and now and drift.overlaid(before, now):
        series = {"Reference": _percent(before.counts), "Current": _percent(now.counts)}
        return overlaid(title, before.edges, series, x=feature.feature or "Value", y="Rows (%)")
    names, first, second = drift.aligned(feature.reference_freq, feature.current_freq)
    if not names or drift.shares(first) is None or drift.shares(second) is None:
        return []
    return side_by_side(
        title, names, {"Reference": _percent(first), "Current": _percent(second)}, x=feature.feature or "Value"
    )


def drift_history(points: Sequence[DriftPoint], warning: float, critical: float) -> list[Block]:
    """The largest PSI over time, with what is watched and what is alarming."""
    drawn = over_time("Largest PSI over time", {"Largest PSI": [(one.t, one.max_psi) for one in points]}, y="PSI")
    bands = [Band("warning", warning, critical, "warning"), Band("critical", critical, None, "bad")]
    return [_banded(each, bands) for each in drawn]


def performance(rows: Sequence[Performance]) -> list[Block]:
    """Metrics on rows whose truth became known, over time."""
    names = list(dict.fromkeys(row.metric for row in rows))
    lines = {name: [(row.t, row.value) for row in rows if row.metric == name] for name in names[:_LINES]}
    return over_time(
        "Performance over time",
        lines,
        y=names[0] if len(names) == 1 else "Metric",
        caption=shown_of(len(lines), len(names), "metrics", "Performance over time"),
    )


def alerts(rows: Sequence[Alert]) -> list[Block]:
    """When alerts of which severity came."""
    shown = sorted(rows, key=lambda row: row.at)[-_MOMENTS:]
    if not shown:
        return []
    lanes = [
        Lane(level, [Spell(level, row.at, row.at) for row in shown if (row.severity or "unknown") == level])
        for level in dict.fromkeys(row.severity or "unknown" for row in shown)
    ]
    told = "; ".join(f"{len(lane.spells)} {lane.name}" for lane in lanes)
    left = shown_of(len(shown), len(rows), "alerts, the latest,")
    return [Timeline(title="Alerts", alt=f"Alerts over time by severity: {told}.", lanes=lanes, caption=left)]


def _banded(block: Block, bands: list[Band]) -> Block:
    return msgspec.structs.replace(block, bands=bands) if isinstance(block, TimePlot) else block


def _percent(counts: Sequence[float]) -> list[float]:
    return [100 * share for share in drift.shares(counts) or []]


def _number(value: int | None) -> float | None:
    return None if value is None else float(value)


def _is_latency(name: str) -> bool:
    return name.startswith("latency_p") and name.endswith("_ms")
