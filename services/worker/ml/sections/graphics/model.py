"""Graphics of any model: what it learned from, how it was trained, and how far its errors reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.worker.ml.facts import write
from shared.contracts.entities import Dataset, DecileError, Histogram, Importance, LearningCurve, Metrics
from shared.contracts.entities import Interval as Reach
from shared.document.blocks import Block, Guide, Interval

from .many import MOST, counted, shown_of
from .pieces import bars, cloud, curve, intervals, known, lollipops, overlaid, plot, unique


def importance(values: Sequence[Importance]) -> list[Block]:
    """The most important features, and where they can be added up the share that they come to together."""
    ranked = sorted(values, key=lambda each: -each.importance)[:MOST]
    methods = ", ".join(dict.fromkeys(each.method for each in values if each.method))
    alike = bool(values) and all(each.importance >= 0 for each in values) and len(values) == len(ranked)
    kind = "pareto" if alike and len(ranked) > 2 and any(each.importance for each in ranked) else "bars-h"
    return bars(
        kind,
        "Feature importance",
        [each.feature for each in ranked],
        {"Importance": [each.importance for each in ranked]},
        x="Feature",
        y="Importance",
        unit=methods,
        caption=f"The {len(ranked)} most important of {len(values)} features." if len(values) > len(ranked) else "",
    )


def learning(given: LearningCurve) -> list[Block]:
    """Training and validation over what was spent on training."""
    points = sorted(given.points, key=lambda point: point.x)
    lines = []
    for name, field in (("Training", "train"), ("Validation", "validation")):
        pairs = [(point.x, value) for point in points if (value := getattr(point, field)) is not None]
        lines += [curve(name, pairs)] if pairs else []
    ends = "; ".join(f"{line.name} ends at {write(line.y[-1])}" for line in lines)
    return plot(
        "Learning curve",
        lines,
        x=(given.x_unit or "training").capitalize(),
        y=given.metric or "Metric",
        alt=f"{given.metric or 'The metric'} over {given.x_unit or 'training'}: {ends}.",
    )


def reaches(split: str, rows: Mapping[str, Reach], values: Metrics) -> list[Block]:
    """A split's metrics with their confidence intervals."""
    shown = [(name, one) for name, one in rows.items() if one.low <= one.high]
    levels = sorted({one.level for _, one in shown})
    said = " and ".join(f"{100 * level:g} %" for level in levels)
    drawn = [
        Interval(
            name, values.get(name) if values.get(name) is not None else (one.low + one.high) / 2, one.low, one.high
        )
        for name, one in shown
    ]
    return intervals(
        f"Metrics with confidence intervals: {split}",
        drawn,
        x="Metric",
        y=f"Value, {said} interval",
        alt=f"Metrics of {split} with their intervals:",
    )


def by_split(metrics: Mapping[str, Metrics], names: Sequence[str]) -> list[Block]:
    """Metrics between 0 and 1 side by side, a group of bars per metric."""
    shown = [name for name in names if _shares([each.get(name) for each in metrics.values()])]
    series = {split: [values.get(name) for name in shown] for split, values in metrics.items()}
    return bars("bars", "Metrics by split", shown, series, x="Metric", y="Value")


def gaps(metrics: Mapping[str, Metrics], names: Sequence[str], first: str, second: str) -> list[Block]:
    """Two splits as two dots per metric: the way between is what a model loses on rows it has not seen."""
    before, after = metrics.get(first, {}), metrics.get(second, {})
    shown = [name for name in names if _shares([before.get(name), after.get(name)], 2)]
    series = {first: [before.get(name) for name in shown], second: [after.get(name) for name in shown]}
    return bars("dumbbell", f"From {first} to {second}", shown, series, x="Metric", y="Value")


def folds(by_metric: Mapping[str, Sequence[float]]) -> list[Block]:
    """How far a metric differs between folds: range, middle half, median."""
    rows = []
    for name, values in by_metric.items():
        ordered = sorted(values)
        if len(ordered) > 1:
            low, middle, high = (_quantile(ordered, share) for share in (0.25, 0.5, 0.75))
            rows.append(Interval(name, middle, ordered[0], ordered[-1], (low, high)))
    return intervals(
        "Metrics over the folds",
        rows,
        x="Metric",
        y="Lowest, quarters, median and highest",
        alt="Range of each metric over the folds, medians:",
    )


def slices(metric: str, rows: Sequence[tuple[str, float | None]], overall: float | None) -> list[Block]:
    """One metric on parts of the data, beside the whole."""
    guides = [(overall, f"all rows {write(overall)}")] if overall is not None else []
    measured = [(name, value) for name, value in rows if value is not None]
    return lollipops(
        f"{metric} by slice",
        measured[:MOST],
        x="Slice",
        y=metric,
        alt=f"{metric} on parts of the data:",
        guides=guides,
        caption=shown_of(len(measured[:MOST]), len(measured), "slices", "Metrics by slice"),
    )


def class_balance(dataset: Dataset) -> list[Block]:
    """How many rows each class has."""
    counts = ((name, float(count)) for name, count in dataset.class_counts.items())
    return counted("Rows per class", counts, x="Class", y="Rows", many="classes", table="Rows per class")


def missing_rates(dataset: Dataset) -> list[Block]:
    """Features by how often they are missing, without those that never are."""
    rates = [(each.name, each.missing_rate) for each in dataset.features if each.missing_rate]
    ranked = sorted(rates, key=lambda item: -item[1])[:MOST]
    return bars(
        "bars-h",
        "Missing values by feature",
        [name for name, _ in ranked],
        {"Missing": [100 * rate for _, rate in ranked]},
        x="Feature",
        y="Missing",
        unit="%",
        decimals=2,
        caption=shown_of(len(ranked), len(rates), "features with missing values", "Features"),
    )


def quartiles(dataset: Dataset) -> list[Block]:
    """Where the numeric features lie, each between its own least and largest value."""
    rows = []
    full = [each for each in dataset.features if None not in {each.min, each.p25, each.p50, each.p75, each.max}]
    names = unique([each.name for each in full])
    for name, each in zip(names, full, strict=True):
        low, span = each.min or 0.0, (each.max or 0.0) - (each.min or 0.0)
        ends = [(value or 0.0) - low for value in (each.p25, each.p50, each.p75)]
        if span > 0 and 0 <= ends[0] <= ends[1] <= ends[2] <= span:
            at = [end / span for end in ends]
            rows.append(Interval(name, at[1], 0.0, 1.0, (at[0], at[2])))
    return intervals(
        "Distribution of numeric features",
        rows[:MOST],
        x="Feature",
        y="Place between its least (0) and its largest value (1)",
        alt="Middle half and median of each feature between its least and largest value; medians:",
        caption=shown_of(len(rows[:MOST]), len(rows), "features", "Features"),
    )


def residuals(histogram: Histogram) -> list[Block]:
    """How far actual values are from predicted ones."""
    return overlaid("Residuals", histogram.edges, {"Rows": histogram.counts}, x="Actual minus predicted", y="Rows")


def predicted_actual(pairs: Sequence[tuple[float, float]]) -> list[Block]:
    """Pairs of (predicted, actual), against the diagonal."""
    values = [value for pair in pairs for value in pair]
    return plot(
        "Predicted against actual",
        [cloud("Rows", [(actual, predicted) for predicted, actual in pairs])] if pairs else [],
        kind="scatter",
        x="Actual",
        y="Predicted",
        alt=f"{len(pairs):,} rows from {write(min(values, default=None))} to {write(max(values, default=None))}.",
        guides=[Guide("identity", label="perfect")],
    )


def residuals_by_prediction(pairs: Sequence[tuple[float, float]]) -> list[Block]:
    """Residuals over what was predicted: a pattern is something that the model has not learned."""
    points = [(predicted, actual - predicted) for predicted, actual in pairs]
    return plot(
        "Residuals by prediction",
        [cloud("Rows", points)] if points else [],
        kind="scatter",
        x="Predicted",
        y="Actual minus predicted",
        alt=f"Residuals of {len(points):,} rows over their predictions.",
        guides=[Guide("horizontal", 0.0, label="no error")],
    )


def decile_errors(rows: Sequence[DecileError]) -> list[Block]:
    """Mean absolute error by decile."""
    names = [f"{row.decile}" for row in rows]
    return bars("bars", "Mean absolute error by decile", names, {"MAE": [row.mae for row in rows]}, x="Decile", y="MAE")


def decile_means(rows: Sequence[DecileError]) -> list[Block]:
    """Predicted and actual means by decile."""
    series = {
        "Mean actual": [row.mean_actual for row in rows],
        "Mean predicted": [row.mean_predicted for row in rows],
    }
    return bars("lines", "Predicted and actual means by decile", [f"{row.decile}" for row in rows], series, x="Decile", y="Mean")  # fmt: skip


def _shares(values: Sequence[float | None], least: int = 1) -> bool:
    found = known(values)
    return len(found) >= least and all(-1 <= value <= 1 for value in found)


def _quantile(ordered: Sequence[float], share: float) -> float:
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
