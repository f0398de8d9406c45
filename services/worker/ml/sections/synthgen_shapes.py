"""How alike synthetic rows are to the real ones."""

from __future__ import annotations

from services.worker.measuring.values import NONE, instant
from services.worker.ml.derive import trends
from services.worker.ml.derive.confusion import mean
from shared.contracts.entities import Correlation, SynthColumn, Synthgen
from shared.document.blocks import Block

from . import parts
from .case import Case
from .graphics import synthetic as graphics
from .graphics.pieces import lollipops

_COLUMNS = 30
_DRAWN = 6
_CELLS = 14
_TRENDS = 20


def at_a_glance(case: Case[Synthgen]) -> list[Block]:
    """The scores, and how many rows they are of."""
    job = case.entity
    tiles = [
        (
            name.replace("_", " ").capitalize(),
            case.fact(("quality", name), f"Quality: {name.replace('_', ' ')}", value, field="quality"),
            "1 is alike",
        )
        for name, value in job.quality.items()
    ]
    tiles += [
        ("Real rows", case.fact(("rows_real",), "Real rows", job.rows_real, "count", field="rows_real"), ""),
        (
            "Synthetic rows",
            case.fact(("rows_synthetic",), "Synthetic rows", job.rows_synthetic, "count", field="rows_synthetic"),
            "",
        ),
    ]
    if "column_shapes" not in job.quality:
        shapes = mean([each.score for each in job.columns])
        tiles.append(
            (
                "Column shapes",
                case.fact(("quality", "column_shapes"), "Mean similarity of the columns", shapes),
                "computed",
            )
        )
    shown = [tile for tile in tiles if tile[1] != NONE]
    absent = (
        []
        if job.quality
        else parts.missing(
            case, "Quality scores", "quality", "Send “quality” with overall, column_shapes and column_pairs."
        )
    )
    return [*([parts.tiles(*shown)] if shown else []), *graphics.qualities(job.quality), *absent]


def generator(case: Case[Synthgen]) -> list[Block]:
    """What made the rows, and with which settings."""
    job, model = case.entity, case.entity.model
    rows = [
        ("Generator", model.name if model else ""),
        ("Type", model.type if model else ""),
        (
            "Training time",
            case.fact(
                ("training_time",), "Training time", model.training_time_s if model else None, "seconds", field="model"
            ),
        ),
        ("Status", job.status),
        ("Seed", "" if job.seed is None else str(job.seed)),
        ("Created", instant(job.created_at)),
        ("Identity", job.job_id),
    ]
    settings = parts.lines_of(model.config) if model else []
    heads = ("Setting", "Value")
    table = parts.long_table(heads, settings, caption="Settings of the generator", field="model.config", texts=2)
    return [
        *parts.pairs(rows, caption="The job"),
        *(table or parts.missing(case, "Settings of the generator", "model.config")),
    ]


def columns(case: Case[Synthgen]) -> list[Block]:
    """Each column's similarity, and the values of the least alike."""
    given = sorted(case.entity.columns, key=lambda each: 2.0 if each.score is None else each.score)
    if not given:
        return parts.missing(
            case,
            "Shapes of the columns",
            "columns",
            "Send “columns” with score and the real and synthetic distribution.",
        )
    pairs = _trends_of(case)
    rows = [_row(case, each, pairs.get(each.name)) for each in given[:_COLUMNS]] + [
        (each.name,) for each in given[_COLUMNS:]
    ]
    heads = (
        "Column",
        "Type",
        "Measure",
        "Score",
        "Pair trend",
        "Mean, real",
        "Mean, synthetic",
        "Std. dev., real",
        "Std. dev., synthetic",
    )
    every = [shape for each in given if (shape := graphics.shape(each))]
    drawn, rest = every[:_DRAWN], len(every) - _DRAWN
    left: list[Block] = [parts.say(f"Distributions of {rest:,} more columns are in “columns” of the entity.")] if rest > 0 else []  # fmt: skip
    note = "Pair trend: the mean absolute difference of a column's correlations with the others, real and synthetic; 0 is alike."
    return [
        *graphics.column_scores(given),
        *parts.long_table(
            heads,
            rows,
            caption="Columns, least alike first",
            field="columns",
            most=_COLUMNS,
            texts=3,
            note=note if pairs else "",
        ),
        *parts.sub("The least alike columns", [block for each in drawn for block in each] + left if drawn else []),
    ]


def correlation(case: Case[Synthgen]) -> list[Block]:
    """How columns go together, really and synthetically."""
    given = case.entity.correlation
    if given is None:
        return parts.missing(
            case, "Correlation", "correlation", "Send “correlation” with columns and two square matrices."
        )
    if reason := graphics.correlation_problem(given):
        return [parts.warning("The correlation cannot be shown", f"It was sent, but {reason}.")]
    apart = [
        abs(made - real)
        for row, cells in enumerate(zip(given.synthetic, given.real, strict=True))
        for made, real in list(zip(*cells, strict=True))[:row]
        if made is not None and real is not None
    ]
    computed = mean(list(apart))
    tiles = [
        (
            "Mean difference",
            case.fact(
                ("correlation", "mean_abs_diff"),
                "Mean absolute difference of correlation",
                given.mean_abs_diff,
                field="correlation",
            ),
            case.note("correlation"),
        ),
        (
            "Mean difference, computed",
            case.fact(
                ("correlation", "mean_abs_diff_computed"),
                "Mean absolute difference of correlation over pairs of columns",
                computed,
            ),
            "over pairs",
        ),
        (
            "Largest difference",
            case.fact(("correlation", "max_abs_diff"), "Largest difference of correlation", max(apart, default=None)),
            "of one pair",
        ),
    ]
    shown = [tile for tile in tiles if tile[1] != NONE]
    left = len(given.columns) - _CELLS
    note = (
        [
            parts.say(
                f"Drawn are the first {_CELLS} of {len(given.columns)} columns; all are in “correlation” of the entity."
            )
        ]
        if left > 0
        else []
    )
    return [*([parts.tiles(*shown)] if shown else []), *graphics.correlations(given), *note, *_trends(given)]


def _trends(given: Correlation) -> list[Block]:
    """The columns whose correlations were kept worst."""
    ranked = sorted(trends.apart(given).items(), key=lambda item: -item[1])
    return lollipops(
        "Difference of correlation by column",
        ranked[:_TRENDS],
        x="Column",
        y="Mean absolute difference",
        alt="Mean absolute difference of a column's correlations with the others, largest first:",
        caption=f"The {_TRENDS} largest of {len(ranked)} columns." if len(ranked) > _TRENDS else "",
    )


def _trends_of(case: Case[Synthgen]) -> dict[str, float]:
    given = case.entity.correlation
    return trends.apart(given) if given and not graphics.correlation_problem(given) else {}


def _row(case: Case[Synthgen], each: SynthColumn, trend: float | None) -> tuple[str, ...]:
    def cell(name: str, label: str, value: float | None) -> str:
        return case.fact(("column", each.name, name), f"{label} of {each.name}", value, field="columns")

    real, made = each.real, each.synthetic
    return (
        each.name,
        each.type,
        each.metric.replace("_", " "),
        cell("score", "Similarity", each.score),
        case.fact(("column", each.name, "pair_trend"), f"Mean difference of correlation of {each.name}", trend),
        cell("real_mean", "Real mean", real.mean if real else None),
        cell("synthetic_mean", "Synthetic mean", made.mean if made else None),
        cell("real_std", "Real standard deviation", real.std if real else None),
        cell("synthetic_std", "Synthetic standard deviation", made.std if made else None),
    )
