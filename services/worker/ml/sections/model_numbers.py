"""Models that predict numbers: residuals, predictions against what came, errors by decile."""

from __future__ import annotations

from services.worker.ml.derive import drift, regression
from shared.contracts.entities import DecileError, Model
from shared.document.blocks import Block

from . import parts
from .case import Case
from .graphics import model as graphics
from .task import regresses


def residuals(case: Case[Model]) -> list[Block]:
    """How far off predictions are."""
    if not regresses(case):
        return []
    given = case.entity.residuals
    if given is None:
        return parts.missing(case, "Residuals", "residuals", "Send “residuals” with a histogram and pred_vs_actual.")
    blocks: list[Block] = [*_tiles(case)]
    if given.histogram is not None and drift.usable(given.histogram):
        blocks += graphics.residuals(given.histogram)
    elif given.histogram is not None:
        blocks.append(
            parts.warning("Residuals", "The histogram cannot be drawn: it needs one edge more than counts, rising.")
        )
    else:
        blocks += parts.missing(case, "Histogram of residuals", "residuals.histogram")
    return [*blocks, *graphics.residuals_by_prediction(given.pred_vs_actual)]


def predicted(case: Case[Model]) -> list[Block]:
    """Every pair against the diagonal."""
    if not regresses(case):
        return []
    pairs = case.entity.residuals.pred_vs_actual if case.entity.residuals else []
    if not pairs:
        return parts.missing(case, "Predicted and actual values", "residuals.pred_vs_actual", "Send “residuals.pred_vs_actual” as pairs of predicted and actual.")  # fmt: skip
    return graphics.predicted_actual(pairs)


def deciles(case: Case[Model]) -> list[Block]:
    """Where errors are large."""
    if not regresses(case):
        return []
    rows, source, note = case.entity.error_by_decile, "error_by_decile", ""
    if not rows and case.entity.residuals:
        rows, source = regression.deciles(case.entity.residuals.pred_vs_actual), ""
        note = "Computed from the pairs of predicted and actual values, by predicted value."
    if not rows:
        return parts.missing(case, "Error by decile", "error_by_decile", "Send “error_by_decile”, or 20 pairs in “residuals.pred_vs_actual”.")  # fmt: skip
    heads = ("Decile", "Rows", "Mean actual", "Mean predicted", "MAE")
    cells = [_decile(case, row, source) for row in rows[:20]]
    left = f" The first 20 of {len(rows)} parts; all are in “{source}” of the entity." if len(rows) > 20 else ""
    table = parts.table(heads, cells, caption="Error by decile", note=(note + left).strip())
    return [*graphics.decile_errors(rows[:20]), *graphics.decile_means(rows[:20]), *table]


def _tiles(case: Case[Model]) -> list[Block]:
    found = regression.errors(case.entity.residuals.pred_vs_actual) if case.entity.residuals else None
    if found is None:
        return []
    values = (("RMSE", found.rmse), ("MAE", found.mae), ("Mean residual", found.bias), ("R²", found.r2))
    count = len(case.entity.residuals.pred_vs_actual) if case.entity.residuals else 0
    tiles = [
        (name, case.fact(("residuals", slug), f"{name} of the pairs sent", value), f"of {count:,} pairs")
        for (name, value), slug in zip(values, ("rmse", "mae", "bias", "r2"), strict=True)
        if value is not None
    ]
    return [parts.tiles(*tiles)]


def _decile(case: Case[Model], row: DecileError, field: str) -> tuple[str, ...]:
    place = ("decile", row.decile)
    return (
        str(row.decile),
        case.fact((*place, "rows"), f"Rows of decile {row.decile}", row.n, "count", field=field),
        case.fact((*place, "actual"), f"Mean actual of decile {row.decile}", row.mean_actual, field=field),
        case.fact((*place, "predicted"), f"Mean predicted of decile {row.decile}", row.mean_predicted, field=field),
        case.fact((*place, "mae"), f"MAE of decile {row.decile}", row.mae, field=field),
    )
