"""An experiment's models beside one another."""

from __future__ import annotations

from services.worker.ml.derive.ranking import falling, gain, ranked
from shared.contracts.entities import Experiment, LeaderboardRow
from shared.document.blocks import Block

from . import parts
from .case import Case
from .experiment_best import metric_of
from .graphics import experiment as graphics
from .graphics.experiment import label

_ROWS = 30
_METRICS = 4


def rows_of(experiment: Experiment) -> list[LeaderboardRow]:
    """The leaderboard, best first by its metric."""
    return ranked(experiment.leaderboard, metric_of(experiment), experiment.sort_direction)


def leaderboard(case: Case[Experiment]) -> list[Block]:
    """Every model with its metric, its spread and what it wins over the baseline."""
    experiment, metric = case.entity, metric_of(case.entity)
    rows = rows_of(experiment)
    if not rows or metric is None:
        return parts.missing(case, "Leaderboard", "leaderboard", "Send “leaderboard” with a row of metrics per model.")
    base = experiment.baseline.metrics.get(metric) if experiment.baseline else None
    less = falling(metric, experiment.sort_direction)
    deltas = [(label(row), gain(row.metrics.get(metric), base, less=less)) for row in rows]
    note = f"By {metric}, {'less' if less else 'more'} is better."
    return [
        *graphics.leaderboard(rows, metric, base),
        *_table(case, rows, metric, [delta for _, delta in deltas], note),
        *graphics.deltas(deltas, metric),
        *graphics.algorithms(rows, metric),
    ]


def comparison(case: Case[Experiment]) -> list[Block]:
    """The best models by every metric there is."""
    drawn = graphics.comparison(rows_of(case.entity))
    return drawn or parts.missing(
        case, "Metrics to compare", "leaderboard", "Send “metrics” in the rows of “leaderboard”."
    )


def score_by_time(case: Case[Experiment]) -> list[Block]:
    """What time bought, in training and in prediction."""
    rows, metric = rows_of(case.entity), metric_of(case.entity)
    drawn = [*graphics.score_by_time(rows, metric), *graphics.score_by_latency(rows, metric)] if metric else []
    how = "It needs “training_time_ms” or “predict_time_per_row_ms” in at least two rows of “leaderboard”."
    return drawn or parts.missing(case, "Times of the models", "leaderboard", how)


def _table(
    case: Case[Experiment], rows: list[LeaderboardRow], metric: str, deltas: list[float | None], note: str
) -> list[Block]:
    every = [name for name in parts.named(row.metrics for row in rows) if name != metric]
    others, left = every[:_METRICS], parts.left_out(every, _METRICS, "metrics", "leaderboard")
    with_base = any(delta is not None for delta in deltas)
    timed = any(row.training_time_ms is not None for row in rows)
    heads = ["", "Model", "Algorithm", metric, *(["Std. dev."] if _spread(rows, metric) else [])]
    heads += [*(["To baseline"] if with_base else []), *others, *(["Training"] if timed else [])]
    shown: list[list[str]] = []
    for at, (row, delta) in enumerate(zip(rows[:_ROWS], deltas, strict=False)):
        place = ("leaderboard", at + 1)
        name = label(row)
        cells = [str(at + 1), name, row.algo, case.fact((*place, metric), f"{metric} of {name}", row.metrics.get(metric), field="leaderboard")]  # fmt: skip
        if _spread(rows, metric):
            cells.append(case.fact((*place, metric, "std"), f"Standard deviation of {metric} of {name}", row.metric_std.get(metric), field="leaderboard"))  # fmt: skip
        if with_base:
            cells.append(case.fact((*place, "to_baseline"), f"{name} against the baseline in {metric}", delta))
        cells += [case.fact((*place, other), f"{other} of {name}", row.metrics.get(other), field="leaderboard") for other in others]  # fmt: skip
        if timed:
            cells.append(case.fact((*place, "training_time"), f"Training time of {name}", row.training_time_ms, "milliseconds", field="leaderboard"))  # fmt: skip
        shown.append(cells)
    shown += [[str(at + 1)] for at in range(_ROWS, len(rows))]
    return parts.long_table(heads, shown, caption="Leaderboard", field="leaderboard", most=_ROWS, texts=3, note=f"{note} {left}".strip())  # fmt: skip


def _spread(rows: list[LeaderboardRow], metric: str) -> bool:
    return any(row.metric_std.get(metric) is not None for row in rows)
