"""Models that tell classes apart: matrices, curves, calibration, thresholds."""

from __future__ import annotations

from services.worker.measuring.values import NONE
from services.worker.ml.derive import calibration as calibrated
from services.worker.ml.derive import confusion, curves, drift
from services.worker.ml.facts import write
from shared.contracts.entities import CalibrationBin, ConfusionMatrix, Gain, Model, Roc, ThresholdRow
from shared.document.blocks import Block

from . import parts
from .case import Case
from .graphics import classifier as graphics
from .graphics.pieces import Place, unique
from .task import prevalence, regresses

_ROWS = 15
_CURVES = 5
_BINS = 20


def confusion_matrix(case: Case[Model]) -> list[Block]:
    """Counts, shares, and what follows for each class."""
    given = case.entity.confusion_matrix
    if given is None:
        return _absent(case, "Confusion matrix", "confusion_matrix", "Send “confusion_matrix” with labels and a matrix whose rows are actual classes.")  # fmt: skip
    if reason := confusion.problem(given):
        return [parts.warning("The confusion matrix cannot be shown", f"It was sent, but {reason}.")]
    said = [part for part in (f"on {given.split}" if given.split else "", f"at threshold {write(given.threshold)}" if given.threshold is not None else "") if part]  # fmt: skip
    intro = [parts.say(f"Rows are actual classes, columns predicted ones{', ' + ' '.join(said) if said else ''}.")]
    drawn = [
        *graphics.confusion_counts(given.labels, given.matrix),
        *graphics.confusion_shares(given.labels, given.matrix),
    ]
    return [*intro, *_matrix_tiles(case, given), *drawn, *_per_class(case, given)]


def roc_curve(case: Case[Model]) -> list[Block]:
    """The curve, its area, and the point in use."""
    roc = case.entity.roc
    if roc is None or len(roc.points) < 2:
        return _absent(case, "ROC curve", "roc", "Send “roc” with at least two points of fpr and tpr.")
    points = [(point.fpr, point.tpr) for point in roc.points]
    area = curves.auc(points)
    said = case.fact(("roc", "auc_computed"), "Area under the ROC curve, by the trapezoid rule", area)
    given = case.fact(("roc", "auc"), "AUC of the ROC curve", roc.auc, field="roc")
    name = "AUC over all decisions" if roc.average == "micro" else "AUC"
    sent = [(name, given, " · ".join(part for part in (roc.split, case.note("roc")) if part))]
    tiles = [*(sent if roc.auc is not None else []), (f"{name}, computed", said, "trapezoid rule")]
    best = curves.youden(roc.points)
    if best:
        tiles.append(
            ("Furthest above chance", case.fact(("roc", "youden"), "Youden's J", best.tpr - best.fpr), "Youden's J")
        )
    whole = "All decisions" if roc.average == "micro" else "Model"
    lines = {f"{whole}, AUC {write(area)}": points} | _class_curves(roc)
    left = parts.left_out([*(roc.per_class or {})], _CURVES, "curves of the classes", "roc.per_class")
    used = case.entity.threshold
    near = [point for point in roc.points if point.threshold is not None]
    at = min(near, key=lambda point: abs((point.threshold or 0) - used.value), default=None) if used else None
    rates = "false and true positive rates"
    warned = [
        _not_monotone(name, rates)
        for name, found in (("ROC curve", points), *((f"ROC curve of {name}", its) for name, its in _of_classes(roc)))
        if not curves.monotone(found)
    ]
    drawn = graphics.roc(lines, (at.fpr, at.tpr) if at else None)
    return [*warned, parts.tiles(*tiles), *drawn, *([parts.say(left)] if left else [])]


def precision_recall(case: Case[Model]) -> list[Block]:
    """The curve beside what a blind guess reaches."""
    pr = case.entity.pr
    if pr is None or len(pr.points) < 2:
        return _absent(
            case, "Precision-recall curve", "pr", "Send “pr” with at least two points of recall and precision."
        )
    points = [(point.recall, point.precision) for point in pr.points]
    area = curves.average_precision(points)
    share = prevalence(case)
    said = case.fact(("pr", "average_precision_computed"), "Average precision, by steps of recall", area)
    tiles = []
    if pr.average_precision is not None:
        given = case.fact(("pr", "average_precision"), "Average precision", pr.average_precision, field="pr")
        note = " · ".join(part for part in (pr.split, case.note("pr")) if part)
        tiles.append(("Average precision", given, note))
    tiles.append(("Average precision, computed", said, "from the drawn points"))
    if share is not None:
        source = "pr" if pr.prevalence is not None else ""
        tiles.append(("Prevalence", case.fact(("prevalence",), "Share of positives", share, "percent", field=source), "precision of a blind guess"))  # fmt: skip
    warned = (
        [] if curves.ordered([recall for recall, _ in points]) else [_not_monotone("precision-recall curve", "recall")]
    )
    if pr.average_precision is not None and area is not None and abs(area - pr.average_precision) > 0.02:
        warned.append(parts.warning("Average precision", f"It is {write(pr.average_precision)}, {case.note('pr')}; computed from the points it is {write(area)}."))  # fmt: skip
    name = f"average precision {write(area)}"
    return [*warned, parts.tiles(*tiles), *graphics.precision_recall(name, points, share)]


def calibration(case: Case[Model]) -> list[Block]:
    """Whether predicted probabilities are what happens."""
    bins = [each for each in case.entity.calibration if 0 <= each.p_mean <= 1 and 0 <= each.observed <= 1]
    if not bins:
        return _absent(case, "Calibration", "calibration", "Send “calibration” with p_mean, observed and n per bin.")
    tiles = [
        ("Expected calibration error", *_either(case, "ece", "Expected calibration error", case.entity.ece, calibrated.ece(bins))),
        ("Largest error", case.fact(("calibration", "mce"), "Largest calibration error of a bin", calibrated.mce(bins)), "of one bin"),
        ("Brier score", *_either(case, "brier", "Brier score", case.entity.brier, calibrated.brier(bins))),
    ]  # fmt: skip
    left = len(case.entity.calibration) - len(bins)
    warned = [parts.warning("Calibration", f"{left} bins are left out: their shares are not between 0 and 1.")] if left else []  # fmt: skip
    shown = [tile for tile in tiles if tile[1] != NONE]
    rows = [_bin(case, at, each) for at, each in enumerate(bins[:_BINS])] + [("",)] * (len(bins) - _BINS)
    heads = ("Predicted", "Observed", "Difference", "Rows")
    table = parts.long_table(heads, rows, caption="Calibration bins", field="calibration", most=_BINS, texts=0)
    return [*warned, parts.tiles(*shown), *graphics.calibration(bins), *graphics.calibration_rows(bins), *table]


def thresholds(case: Case[Model]) -> list[Block]:
    """Scores by class, and what each threshold would do."""
    if regresses(case):
        return []
    used = case.entity.threshold.value if case.entity.threshold else None
    usable = {name: one for name, one in case.entity.score_histogram.items() if drift.usable(one)}
    scores = graphics.score_histogram(usable)
    if not scores:
        scores = parts.missing(
            case, "Histogram of scores", "score_histogram", "Send “score_histogram” by actual class."
        )
    rows, derived = case.entity.thresholds, False
    if not rows:
        rows, derived = _from_roc(case), True
    if not rows:
        return [*scores, *parts.missing(case, "Threshold table", "thresholds", "Send “thresholds”, or “roc” with thresholds and “pr.prevalence”.")]  # fmt: skip
    drawn = graphics.thresholds(rows, used)
    source = "" if derived else "thresholds"
    note = "Computed from the ROC curve and the prevalence." if derived else ""
    some = sorted(rows, key=lambda row: row.threshold)
    chosen = some if len(some) <= _ROWS else [some[at * (len(some) - 1) // (_ROWS - 1)] for at in range(_ROWS)]
    if len(some) > _ROWS:
        note += (
            f" {_ROWS} of {len(some):,} thresholds; all are in “{'roc' if derived else 'thresholds'}” of the entity."
        )
    heads = ("Threshold", "Precision", "Recall", "F1", "Accuracy", "Flagged")
    cells = [_threshold(case, row, source) for row in chosen]
    return [*scores, *drawn, *parts.table(heads, cells, caption="What each threshold does", texts=0, note=note.strip())]


def lift_and_gain(case: Case[Model]) -> list[Block]:
    """How much is found in the best-scored rows."""
    if regresses(case):
        return []
    rows, derived = case.entity.gains, False
    share = prevalence(case)
    if not rows and case.entity.roc and share is not None:
        rows, derived = graphics.as_gains(curves.cuts(case.entity.roc.points, share)), True
    rows = [row for row in rows if 0 <= row.fraction <= 1]
    if not rows:
        return _absent(case, "Lift and gain", "gains", "Send “gains”, or “roc” with “pr.prevalence”.")
    said: list[Block] = [parts.say("Computed from the ROC curve and the prevalence.")] if derived else []
    found = [row.gain for row in sorted(rows, key=lambda row: row.fraction)]
    if found != sorted(found):
        said.append(_not_monotone("gain curve", "the share of positives found"))
    tenths = _tenths(rows)
    table = parts.table(
        ("Best rows", "Positives found", "Lift"),
        [_gain(case, row, "" if derived else "gains") for row in tenths],
        caption="Gain and lift",
        texts=0,
        note=f"{len(tenths)} of {len(rows):,} points; all are in “{'roc' if derived else 'gains'}” of the entity."
        if len(rows) > len(tenths)
        else "",
    )
    return [*said, *graphics.gains(rows), *graphics.lifts(rows), *table]


def _class_curves(roc: Roc) -> dict[str, list[Place]]:
    """The first classes' curves, each against the rest, by what a legend calls them."""
    return {f"{name}, AUC {write(curves.auc(points))}": points for name, points in _of_classes(roc)}


def _of_classes(roc: Roc) -> list[tuple[str, list[Place]]]:
    some = [(name, [(point.fpr, point.tpr) for point in found]) for name, found in (roc.per_class or {}).items()]
    return [(name, points) for name, points in some[:_CURVES] if len(points) > 1]


def _absent(case: Case[Model], what: str, field: str, how: str) -> list[Block]:
    """Classes have these; of a model that predicts numbers nothing is missing."""
    return [] if regresses(case) else parts.missing(case, what, field, how)


def _matrix_tiles(case: Case[Model], given: ConfusionMatrix) -> list[Block]:
    cells = given.matrix
    values = (
        ("Rows", "rows", confusion.total(cells), "count"),
        ("Accuracy", "accuracy", confusion.accuracy(cells), "metric"),
        ("Balanced accuracy", "balanced_accuracy", confusion.balanced_accuracy(cells), "metric"),
        ("MCC", "mcc", confusion.mcc(cells), "metric"),
        ("Cohen's kappa", "kappa", confusion.kappa(cells), "metric"),
    )
    tiles = [
        (label, case.fact(("confusion", name), f"{label} of the confusion matrix", value, form), "computed")  # type: ignore[arg-type]
        for label, name, value, form in values
        if value is not None
    ]
    return [parts.tiles(*tiles)] if tiles else []


def _per_class(case: Case[Model], given: ConfusionMatrix) -> list[Block]:
    scores = confusion.per_class(given.matrix)
    rows = []
    for label, each in list(zip(unique(given.labels), scores, strict=True))[:25]:
        cells = [case.fact(("class", label, name), f"{name} of class {label}", getattr(each, name)) for name in ("precision", "recall", "f1")]  # fmt: skip
        rows.append((label, *cells, case.fact(("class", label, "support"), f"Rows of class {label}", each.support, "count", field="confusion_matrix")))  # fmt: skip
    left = (
        f"The first 25 of {len(scores)} classes; all are in “confusion_matrix” of the entity."
        if len(scores) > 25
        else ""
    )
    if not left and len(scores) > 1:
        for name, mean in (("Macro mean", confusion.macro), ("Weighted mean", confusion.weighted)):
            cells = [case.fact(("classes", name, field), f"{name} of {field}", mean(scores, field)) for field in ("precision", "recall", "f1")]  # fmt: skip
            rows.append((name, *cells, write(confusion.total(given.matrix), "count")))
    note = left or "Computed from the matrix. A dash: nothing of the class was predicted, or nothing of it was there."
    return parts.table(("Class", "Precision", "Recall", "F1", "Rows"), rows, caption="Scores by class", note=note)


def _not_monotone(name: str, what: str) -> Block:
    text = f"The points of the {name} go back and forth: {what} should rise or fall all the way. They are drawn as they were sent."  # fmt: skip
    return parts.warning("A curve that is not monotone", text)


def _either(
    case: Case[Model], name: str, label: str, supplied: float | None, computed: float | None
) -> tuple[str, str]:
    """What was supplied, else what follows from the bins."""
    if supplied is not None:
        return case.fact(("calibration", name), label, supplied, field=name), case.note(name)
    return case.fact(("calibration", name), f"{label}, from the bins", computed), "computed from the bins"


def _bin(case: Case[Model], at: int, each: CalibrationBin) -> tuple[str, ...]:
    place = ("calibration", "bin", at + 1)
    return (
        case.fact((*place, "predicted"), f"Mean prediction of bin {at + 1}", each.p_mean, field="calibration"),
        case.fact((*place, "observed"), f"Observed share of bin {at + 1}", each.observed, field="calibration"),
        case.fact((*place, "difference"), f"Observed minus predicted of bin {at + 1}", each.observed - each.p_mean),
        case.fact((*place, "rows"), f"Rows of bin {at + 1}", each.n, "count", field="calibration"),
    )


def _from_roc(case: Case[Model]) -> list[ThresholdRow]:
    share = prevalence(case)
    if case.entity.roc is None or share is None:
        return []
    return [
        ThresholdRow(threshold=cut.threshold, precision=cut.precision, recall=cut.recall, f1=cut.f1, accuracy=cut.accuracy, flagged_rate=cut.flagged)
        for cut in curves.cuts(case.entity.roc.points, share)
        if cut.threshold is not None
    ]  # fmt: skip


def _threshold(case: Case[Model], row: ThresholdRow, field: str) -> tuple[str, ...]:
    place = ("thresholds", f"{row.threshold:g}")

    def cell(name: str, value: float | None, form: str = "metric") -> str:
        label = f"{name} at threshold {row.threshold:g}"
        return case.fact((*place, name), label, value, form, field=field)  # type: ignore[arg-type]

    return (
        cell("threshold", row.threshold),
        cell("precision", row.precision),
        cell("recall", row.recall),
        cell("f1", row.f1),
        cell("accuracy", row.accuracy),
        cell("flagged", row.flagged_rate, "percent"),
    )


def _tenths(rows: list[Gain]) -> list[Gain]:
    """The row nearest to each tenth of the data, once."""
    ordered = sorted(rows, key=lambda row: row.fraction)
    near = [min(ordered, key=lambda row, at=at: abs(row.fraction - at / 10)) for at in range(1, 11)]  # type: ignore[misc]
    return [row for at, row in enumerate(near) if row.fraction > 0 and (at == 0 or row is not near[at - 1])]


def _gain(case: Case[Model], row: Gain, field: str) -> tuple[str, ...]:
    place = ("gain", f"{100 * row.fraction:.3g}")
    lift = row.lift if row.lift is not None else confusion.ratio(row.gain, row.fraction)
    at = f"best {write(row.fraction, 'percent')} of the rows"
    return (
        case.fact((*place, "rows"), at.capitalize(), row.fraction, "percent", field=field),
        case.fact((*place, "found"), f"Positives found in the {at}", row.gain, "percent", field=field),
        case.fact((*place, "lift"), f"Lift in the {at}", lift, field=field if row.lift is not None else ""),
    )
