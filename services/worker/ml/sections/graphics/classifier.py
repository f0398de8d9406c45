"""Curves and matrices of models that tell classes apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.worker.ml.derive import confusion
from services.worker.ml.derive.curves import Cut
from services.worker.ml.facts import write
from shared.contracts.entities import CalibrationBin, Gain, Histogram, ThresholdRow
from shared.document.blocks import Axis, Block, Guide, Matrix, Points

from .many import shown_of
from .pieces import Place, bars, curve, name_of, overlaid, plot, unique

_CHANCE = "chance"
_CLASSES = 12


def roc(curves: Mapping[str, Sequence[Place]], marked: Place | None = None) -> list[Block]:
    """Curves of (false positive rate, true positive rate), and the threshold that is used."""
    series = [curve(name, points) for name, points in curves.items() if points]
    if marked and series:
        series.append(Points("Threshold in use", [marked[0]], [marked[1]]))
    return plot(
        "ROC curve",
        series,
        x="False positive rate",
        y="True positive rate",
        alt=f"ROC curve against the diagonal of chance: {'; '.join(each.name for each in series)}.",
        guides=[Guide("identity", label=_CHANCE)],
        square=True,
    )


def precision_recall(name: str, points: Sequence[Place], prevalence: float | None) -> list[Block]:
    """Points of (recall, precision), and what a blind guess has for precision."""
    if not points:
        return []
    known = prevalence is not None
    guides = (
        [Guide("horizontal", prevalence, label=f"prevalence {write(prevalence)}")] if prevalence is not None else []
    )
    return plot(
        "Precision-recall curve",
        [curve(name, points)],
        x="Recall",
        y="Precision",
        alt=f"Precision over recall: {name}.{f' The prevalence is {write(prevalence)}.' if known else ''}",
        guides=guides,
        square=True,
    )


def calibration(bins: Sequence[CalibrationBin]) -> list[Block]:
    """Observed shares over predicted ones; the diagonal is perfect."""
    if not bins:
        return []
    points = sorted((each.p_mean, each.observed) for each in bins)
    worst = max(bins, key=lambda each: abs(each.p_mean - each.observed))
    return plot(
        "Calibration",
        [curve("Model", points)],
        x="Mean predicted probability",
        y="Observed share of positives",
        alt=(
            f"Observed share over predicted probability in {len(bins)} bins; furthest from the diagonal is "
            f"{write(worst.observed)} observed where {write(worst.p_mean)} was predicted."
        ),
        guides=[Guide("identity", label="perfect")],
        square=True,
    )


def calibration_rows(bins: Sequence[CalibrationBin]) -> list[Block]:
    """How many rows each bin has, as a histogram of its own."""
    return bars(
        "bars",
        "Rows per calibration bin",
        [write(each.p_mean) for each in bins],
        {"Rows": [None if each.n is None else float(each.n) for each in bins]},
        x="Mean predicted probability",
        y="Rows",
    )


def score_histogram(by_class: Mapping[str, Histogram]) -> list[Block]:
    """Scores by actual class, over the same bins; classes with other bins are left out."""
    first = next(iter(by_class.values()), None)
    if first is None:
        return []
    same = {f"Actual {name_of(name)}": one.counts for name, one in by_class.items() if one.edges == first.edges}
    left = shown_of(len(same), len(by_class), "classes, those with the bins of the first,")
    return overlaid("Scores by actual class", first.edges, same, x="Score", y="Rows", caption=left)


def confusion_counts(labels: Sequence[str], matrix: Sequence[Sequence[float]]) -> list[Block]:
    """How many rows of each actual class were predicted as which, of the first classes."""
    return _matrix("Confusion matrix (rows)", labels, [list(row) for row in matrix], "rows")


def confusion_shares(labels: Sequence[str], matrix: Sequence[Sequence[float]]) -> list[Block]:
    """The same as shares of all rows of each actual class, those of classes that are not drawn among them."""
    percent = [[None if cell is None else 100 * cell for cell in row] for row in confusion.shares(matrix)]
    return _matrix("Confusion matrix (share of the actual class)", labels, percent, "%")


def _matrix(title: str, labels: Sequence[str], values: list[list[float | None]], unit: str) -> list[Block]:
    names = unique(labels[:_CLASSES])
    values = [row[:_CLASSES] for row in values[:_CLASSES]]
    diagonal = ", ".join(f"{name} {write(values[at][at])}" for at, name in enumerate(names[:6]))
    return [
        Matrix(
            title=title,
            alt=f"{title} of {len(names)} classes; on the diagonal, predicted rightly: {diagonal}.",
            rows=names,
            columns=names,
            values=values,
            x=Axis("Predicted"),
            y=Axis("Actual"),
            unit=unit if unit == "%" else "",
            by_row=unit != "%",
            decimals=2,
            caption=shown_of(len(names), len(labels), "classes", "Scores by class"),
        )
    ]


def thresholds(rows: Sequence[ThresholdRow], used: float | None) -> list[Block]:
    """Precision, recall and F1 over the threshold."""
    ordered = sorted(rows, key=lambda row: row.threshold)
    series = []
    for name, field in (("Precision", "precision"), ("Recall", "recall"), ("F1", "f1")):
        points = [(row.threshold, value) for row in ordered if (value := getattr(row, field)) is not None]
        series += [curve(name, points)] if len(points) > 1 else []
    guides = [Guide("vertical", used, label=f"in use {write(used)}")] if used is not None else []
    return plot(
        "Precision, recall and F1 by threshold",
        series,
        x="Threshold",
        y="Value",
        alt=f"{', '.join(each.name for each in series)} over the threshold, {len(ordered)} thresholds.",
        guides=guides,
    )


def gains(rows: Sequence[Gain]) -> list[Block]:
    """The share of positives in the best-scored part of the rows."""
    points = sorted({(0.0, 0.0), *((row.fraction, row.gain) for row in rows)})
    half = next((row for row in sorted(rows, key=lambda row: row.fraction) if row.gain >= 0.5), None)
    said = f" Half of the positives are in the best {write(half.fraction, 'percent')} of the rows." if half else ""
    return plot(
        "Cumulative gain",
        [curve("Model", points)] if rows else [],
        x="Share of rows, best score first",
        y="Share of positives found",
        alt=f"Share of positives found over the share of rows, {len(rows)} points.{said}",
        guides=[Guide("identity", label=_CHANCE)],
        square=True,
    )


def lifts(rows: Sequence[Gain]) -> list[Block]:
    """How many times as many positives as a blind choice finds."""
    points = [
        (row.fraction, row.lift if row.lift is not None else row.gain / row.fraction)
        for row in sorted(rows, key=lambda row: row.fraction)
        if row.fraction >= 1e-9
    ]
    best = max((value for _, value in points), default=0.0)
    return plot(
        "Lift",
        [curve("Model", points)] if points else [],
        x="Share of rows, best score first",
        y="Lift",
        alt=f"Lift over the share of rows, at most {write(best)}.",
        guides=[Guide("horizontal", 1.0, label=_CHANCE)],
    )


def as_gains(cuts: Sequence[Cut]) -> list[Gain]:
    """What a ROC curve's cuts say of the best-scored rows."""
    return [Gain(fraction=cut.flagged, gain=cut.recall, lift=cut.lift) for cut in cuts]
