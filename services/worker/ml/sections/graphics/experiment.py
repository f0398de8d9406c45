"""Graphics that compare models with one another."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from services.worker.ml.facts import write
from shared.contracts.entities import LeaderboardRow
from shared.document.blocks import Block, Interval, Points

from .many import shown_of
from .pieces import bars, intervals, known, plot, unique

_BARS = 15
_PANELS = 6
_COMPARED = 8


def leaderboard(rows: Sequence[LeaderboardRow], metric: str, baseline: float | None) -> list[Block]:
    """The best models by their metric with one standard deviation, beside the baseline."""
    shown = [row for row in rows if row.metrics.get(metric) is not None][:_BARS]
    names = unique([label(row) for row in shown])
    reaches = [_reach(name, row, metric) for name, row in zip(names, shown, strict=True)]
    spread = any(row.metric_std.get(metric) is not None for row in shown)
    return intervals(
        f"Leaderboard: {metric}",
        reaches,
        x="Model",
        y=f"{metric}{', ± one standard deviation' if spread else ''}",
        alt=f"{metric} of the {len(shown)} best models:",
        guides=[(baseline, f"baseline {write(baseline)}")] if baseline is not None else [],
        caption=shown_of(len(shown), len(rows), "models", "Leaderboard"),
    )


def deltas(rows: Sequence[tuple[str, float | None]], metric: str) -> list[Block]:
    """How much better than the baseline each model is; to the left of zero it is worse."""
    measured = [(name, value) for name, value in rows if value is not None]
    kept = measured[:_BARS]
    return bars(
        "bars-h",
        f"Better than the baseline by ({metric})",
        [name for name, _ in kept],
        {"Difference": [value for _, value in kept]},
        x="Model",
        y=f"Difference in {metric}, above zero is better",
        caption=shown_of(len(kept), len(measured), "models", "Leaderboard"),
    )


def comparison(rows: Sequence[LeaderboardRow]) -> list[Block]:
    """A small panel per metric over the same models, each on its own axis; one metric alone as bars."""
    measured = [row for row in rows if known(list(row.metrics.values()))]
    shown = measured[:_COMPARED]
    names = list(dict.fromkeys(name for row in shown for name, value in row.metrics.items() if value is not None))
    series = {name: [row.metrics.get(name) for row in shown] for name in names[:_PANELS]}
    return bars(
        "multiples" if len(series) > 1 else "bars",
        "Metrics of the best models",
        [label(row) for row in shown],
        series,
        x="Model",
        y="Value",
        apart=True,
        decimals=4,
        caption=" ".join(
            filter(
                None,
                (
                    shown_of(len(shown), len(measured), "models", "Leaderboard"),
                    shown_of(len(series), len(names), "metrics"),
                ),
            )
        ),
    )


def score_by_time(rows: Sequence[LeaderboardRow], metric: str) -> list[Block]:
    """What a longer training bought: one look per algorithm."""
    return _scatter(rows, metric, "training_time_ms", "Score against training time", "Training time (s)", 1000.0)


def score_by_latency(rows: Sequence[LeaderboardRow], metric: str) -> list[Block]:
    """What a slower prediction bought."""
    return _scatter(
        rows, metric, "predict_time_per_row_ms", "Score against prediction time", "Prediction time per row (ms)", 1.0
    )


def algorithms(rows: Sequence[LeaderboardRow], metric: str) -> list[Block]:
    """The range of a metric by algorithm."""
    by: dict[str, list[float]] = {}
    for row in rows:
        if (value := row.metrics.get(metric)) is not None:
            by.setdefault(row.algo or "unknown", []).append(value)
    if len(by) < 2 or len(rows) == len(by):
        return []
    reaches = [Interval(name, median(found), min(found), max(found)) for name, found in by.items()]
    return intervals(
        f"{metric} by algorithm",
        reaches,
        x="Algorithm",
        y=f"Lowest, median and highest {metric}",
        alt=f"Range of {metric} by algorithm, medians:",
    )


def label(row: LeaderboardRow) -> str:
    return row.name or row.algo or row.model_id or "(no name)"


def _reach(name: str, row: LeaderboardRow, metric: str) -> Interval:
    value, std = row.metrics.get(metric) or 0.0, row.metric_std.get(metric)
    reach = abs(std) if std is not None else 0.0
    return Interval(name, value, value - reach, value + reach)


def _scatter(
    rows: Sequence[LeaderboardRow], metric: str, field: str, title: str, x: str, divisor: float
) -> list[Block]:
    by: dict[str, list[tuple[float, float]]] = {}
    for row in rows:
        spent, value = getattr(row, field), row.metrics.get(metric)
        if spent is not None and spent > 0 and value is not None:
            by.setdefault(row.algo or "unknown", []).append((spent / divisor, value))
    found = [point for points in by.values() for point in points]
    if len(found) < 2:
        return []
    kept = dict(sorted(by.items(), key=lambda item: -len(item[1]))[:6])
    if rest := [point for name, points in by.items() if name not in kept for point in points]:
        kept["others"] = [*kept.get("others", []), *rest]
    times = [spent for spent, _ in found]
    return plot(
        title,
        [Points(name, [t for t, _ in points], [v for _, v in points]) for name, points in kept.items()],
        kind="scatter",
        x=x,
        y=metric,
        alt=f"{metric} of {len(found)} models over {x.lower()}, from {write(min(times))} to {write(max(times))}.",
        log=["x"] if max(times) >= 20 * min(times) else [],
    )
