"""One of each kind of graphic, with figures that look like a real report's."""

from __future__ import annotations

import math
import random
from datetime import UTC, datetime, timedelta

from shared.document.blocks import (
    Axis,
    Band,
    Bullet,
    Bullets,
    Chart,
    Drawable,
    Guide,
    Interval,
    Intervals,
    Lane,
    Matrix,
    Moments,
    Plot,
    Points,
    Series,
    Spell,
    Timeline,
    TimePlot,
)

BEGIN = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug"]


def gallery() -> dict[str, Drawable]:
    """By name."""
    return {
        "roc": _roc(),
        "learning": _learning(),
        "log": _log(),
        "scatter": _scatter(),
        "steps": _steps(),
        "confusion": _confusion(),
        "correlation": _correlation(),
        "stacked": _bars("stacked"),
        "stacked-signs": _signs(),
        "area": _bars("area"),
        "histogram": _histogram(),
        "intervals": _intervals(),
        "boxes": _boxes(),
        "times": _times(),
        "dumbbell": _dumbbell(),
        "waterfall": _waterfall(),
        "bullets": _bullets(),
        "pareto": _pareto(),
        "timeline": _timeline(),
        "multiples": _multiples(),
    }


def _curve(lift: float, count: int = 60) -> tuple[list[float], list[float | None]]:
    xs = [at / count for at in range(count + 1)]
    return xs, [1 - (1 - x) ** lift for x in xs]


def _roc() -> Plot:
    return Plot(
        title="ROC curve",
        alt="Two curves above the diagonal.",
        series=[Points("GBM_1, AUC 0.94", *_curve(9)), Points("GLM_1, AUC 0.83", *_curve(4))],
        guides=[Guide("identity", label="chance")],
        x=Axis("False positive rate"),
        y=Axis("True positive rate"),
        x_range=(0, 1),
        y_range=(0, 1),
    )


def _learning() -> Plot:
    xs = [float(at) for at in range(10, 210, 10)]
    train = [0.2 + math.exp(-x / 40) for x in xs]
    return Plot(
        title="Learning curve",
        alt="Training falls on, validation levels out.",
        series=[Points("Training", xs, list(train)), Points("Validation", xs, [v + x / 900 for v, x in zip(train, xs, strict=True)])],
        guides=[Guide("vertical", 120, label="early stopping")],
        x=Axis("Trees"),
        y=Axis("Log loss"),
    )  # fmt: skip


def _log() -> Plot:
    xs = [10.0**at for at in range(2, 8)]
    return Plot(
        title="Time by size",
        alt="Both rise by powers of ten.",
        series=[Points("Training", xs, [x / 900 for x in xs]), Points("Scoring", xs, [x**0.5 / 90 for x in xs])],
        x=Axis("Rows"),
        y=Axis("Time", "s"),
        log=["x", "y"],
    )


def _scatter() -> Plot:
    dice = random.Random(3)  # noqa: S311 - made-up figures
    xs = [dice.gauss(100, 25) for _ in range(2600)]
    return Plot(
        kind="scatter",
        title="Predicted and actual",
        alt="A cloud around the diagonal.",
        series=[Points("Rows", xs, [x + dice.gauss(0, 12) for x in xs])],
        guides=[Guide("identity", label="perfect"), Guide("line", at=12, slope=0.86, label="trend")],
        x=Axis("Actual", "EUR"),
        y=Axis("Predicted", "EUR"),
    )


def _steps() -> Plot:
    return Plot(
        kind="steps",
        title="Best score so far",
        alt="Rising in four steps.",
        series=[Points("AUC", [0, 4, 9, 20, 31, 40], [0.71, 0.8, 0.86, 0.91, 0.93, 0.93])],
        x=Axis("Models"),
        y=Axis("AUC"),
    )


def _confusion() -> Matrix:
    values: list[list[float | None]] = [[56840, 24], [31, 67]]
    return Matrix(
        title="Confusion matrix",
        alt="Of 98 frauds 67 were found.",
        rows=["0", "1"],
        columns=["0", "1"],
        values=values,
        details=[["99.96 %", "0.04 %"], ["31.6 %", "68.4 %"]],
        x=Axis("Predicted"),
        y=Axis("Actual"),
        by_row=True,
    )


def _correlation() -> Matrix:
    names = ["amount", "hour", "age", "balance", "merchant risk", "country"]
    return Matrix(
        title="Correlation of features",
        alt="Amount and balance go together.",
        rows=names,
        columns=names,
        values=[[1.0 if a == b else round(math.sin((a + 1) * (b + 1)), 2) for b in range(6)] for a in range(6)],
        diverging=True,
    )


def _bars(kind: str) -> Chart:
    rising = [
        [4, 6, 5, 9, 11, 10, 14, 15],
        [3, 3, 4, 2, 5, 6, 5, 7],
        [1, 0, 2, 1, 1, 3, 2, 2],
        [1, 1, 1, 2, 2, 1, 2, 3],
    ]
    return Chart(
        kind=kind,  # type: ignore[arg-type]
        title="Reports by family",
        alt="Rising.",
        categories=_MONTHS,
        series=[Series(name, [float(v) for v in values]) for name, values in zip(("Long-form", "Experiment", "Model", "Other"), rising, strict=True)],
        x=Axis("2026"),
        y=Axis("Reports", "thousand"),
    )  # fmt: skip


def _signs() -> Chart:
    return Chart(
        kind="stacked",
        title="Gains and losses",
        alt="Both sides of zero.",
        categories=["North", "East", "South", "West"],
        series=[Series("Goods", [5, -3, 4, 2]), Series("Services", [2, -2, -1, 3])],
        y=Axis("Result", "million"),
    )


def _histogram() -> Chart:
    edges = [float(at) for at in range(0, 105, 5)]
    real = [1000 * math.exp(-(((at - 45) / 18) ** 2)) for at in edges[:-1]]
    made = [900 * math.exp(-(((at - 52) / 21) ** 2)) for at in edges[:-1]]
    return Chart(
        kind="histogram",
        title="Real and synthetic ages",
        alt="Synthetic ages are a little higher.",
        series=[Series("Real", list(real)), Series("Synthetic", list(made))],
        edges=edges,
        x=Axis("Age", "years"),
        y=Axis("Rows"),
    )


def _intervals() -> Intervals:
    rows = [Interval(f"{algo}_{at}", 0.94 - at / 50, 0.92 - at / 45, 0.955 - at / 60) for at, algo in enumerate(("GBM", "XGBoost", "DRF", "DeepLearning", "GLM"))]  # fmt: skip
    return Intervals(
        title="Score with its interval",
        alt="The first two overlap.",
        rows=rows,
        x=Axis("Model"),
        y=Axis("AUC, 95 % interval"),
        guides=[Guide("vertical", 0.9, label="wanted")],
    )


def _boxes() -> Intervals:
    rows = [
        Interval(f"Fold {at}", 10.0 + at, 4.0 + at, 22.0 + at, (8.0 + at, 14.0 + at), [30.0 + at, 1.5])
        for at in range(5)
    ]
    return Intervals(title="Residuals by fold", alt="All alike.", rows=rows, x=Axis("Fold"), y=Axis("Residual", "EUR"))


def _times() -> TimePlot:
    dice = random.Random(5)  # noqa: S311 - made-up figures
    at = [BEGIN + timedelta(minutes=20 * step) for step in range(200)]
    p50 = [40 + 15 * math.sin(step / 20) + dice.gauss(0, 2) for step in range(200)]
    return TimePlot(
        title="Latency of a deployment",
        alt="Twice above the threshold.",
        series=[Moments("p50", at, [None if 90 < step < 100 else v for step, v in enumerate(p50)]), Moments("p95", at, [v * 1.7 for v in p50])],
        y=Axis("Latency", "ms"),
        bands=[Band("slow", 70, 90, "warning"), Band("too slow", 90, None, "bad")],
        guides=[Guide("horizontal", 85, label="promised")],
    )  # fmt: skip


def _dumbbell() -> Chart:
    return Chart(
        kind="dumbbell",
        title="Train and test",
        alt="DeepLearning loses most.",
        categories=["GBM_1", "XGBoost_3", "DRF_1", "DeepLearning_2", "GLM_1"],
        series=[Series("Train", [0.97, 0.96, 0.99, 0.98, 0.84]), Series("Test", [0.94, 0.935, 0.91, 0.85, 0.83])],
        x=Axis("Model"),
        y=Axis("AUC"),
    )


def _waterfall() -> Chart:
    return Chart(
        kind="waterfall",
        title="From the base rate to the score",
        alt="Amount adds most.",
        categories=["Base", "amount", "hour", "country", "age", "balance"],
        series=[Series("Score", [0.12, 0.41, -0.08, 0.15, -0.05, 0.09])],
        total="Score",
        y=Axis("Probability"),
    )


def _bullets() -> Bullets:
    return Bullets(
        title="Against targets",
        alt="Recall is below its target.",
        rows=[Bullet("AUC", 0.94, 0.9, [0.7, 0.85, 1]), Bullet("Recall", 0.66, 0.75, [0.5, 0.7, 1]), Bullet("Latency p95", 81, 85, [85, 120, 160])],
    )  # fmt: skip


def _pareto() -> Chart:
    return Chart(
        kind="pareto",
        title="Errors by code",
        alt="Two codes are four fifths.",
        categories=["timeout", "refused", "too large", "broken", "unknown"],
        series=[Series("Failures", [21, 88, 7, 3, 1])],
        x=Axis("Code"),
    )


def _timeline() -> Timeline:
    def spells(*lengths: int) -> list[Spell]:
        at, made = BEGIN, []
        for status, length in zip(("queued", "running", "succeeded"), lengths, strict=False):
            made.append(Spell(status, at, at + timedelta(minutes=length)))
            at += timedelta(minutes=length)
        return made

    lanes = [
        Lane("automl_train", spells(5, 45, 2)),
        Lane("explain", spells(52, 12, 2)),
        Lane("report_generate", [Spell("queued", BEGIN + timedelta(minutes=66))]),
        Lane("synthgen_train", [*spells(20, 30)[:2], Spell("failed", BEGIN + timedelta(minutes=50), BEGIN + timedelta(minutes=54))]),
    ]  # fmt: skip
    return Timeline(title="Jobs", alt="One failed, one waits.", lanes=lanes, until=BEGIN + timedelta(minutes=75))


def _multiples() -> Chart:
    names = ["amount", "hour", "age", "balance", "risk"]
    series = [
        Series(name, [float((at + 1) * (place % (at + 2) + 1)) for place in range(12)]) for at, name in enumerate(names)
    ]
    return Chart(
        kind="multiples",
        title="Values by decile",
        alt="Five features.",
        categories=[f"D{place + 1}" for place in range(12)],
        series=series,
        x=Axis("Decile"),
        y=Axis("Mean"),
    )
