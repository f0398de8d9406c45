"""Graphics of synthetic data beside the real data they were learned from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.worker.ml.derive import drift
from services.worker.ml.facts import write
from shared.contracts.entities import Correlation, LossPoint, SynthColumn, Utility
from shared.document.blocks import Axis, Block, Bullet, Bullets, Matrix

from .many import side_by_side
from .pieces import bars, curve, known, lollipops, overlaid, plot, unique

_BARS = 20
_CELLS = 14
_LONGEST = 16
"""Characters of a column's name over a matrix; whole names stand beside its rows."""


def column_scores(columns: Sequence[SynthColumn]) -> list[Block]:
    """How alike each column is, the least alike first."""
    ranked = sorted((each for each in columns if each.score is not None), key=lambda each: each.score or 0.0)
    return lollipops(
        "Similarity by column",
        [(each.name, each.score) for each in ranked[:_BARS]],
        x="Column",
        y="Score, 1 is alike",
        alt="Similarity of real and synthetic values by column, least alike first:",
        caption=f"The {_BARS} least alike of {len(ranked)} columns." if len(ranked) > _BARS else "",
    )


def qualities(quality: Mapping[str, float | None]) -> list[Block]:
    """Overall, shapes of columns, trends of pairs."""
    rows = [
        Bullet(name.replace("_", " ").capitalize(), value, None, [0.5, 0.8, 1.0])
        for name, value in quality.items()
        if value is not None and 0 <= value <= 1
    ]
    told = "; ".join(f"{row.name} {write(row.value)}" for row in rows)
    return [Bullets(title="Quality scores", alt=f"Scores from 0 to 1: {told}.", rows=rows)] if rows else []


def shape(column: SynthColumn) -> list[Block]:
    """One column's values, real and synthetic."""
    real, made = column.real, column.synthetic
    if real is None or made is None:
        return []
    title = f"Real and synthetic: {column.name}"
    if real.hist and made.hist and drift.overlaid(real.hist, made.hist):
        series = {"Real": _percent(real.hist.counts), "Synthetic": _percent(made.hist.counts)}
        return overlaid(title, real.hist.edges, series, x=column.name, y="Rows (%)")
    names, first, second = drift.aligned(real.freq, made.freq)
    if not names or drift.shares(first) is None or drift.shares(second) is None:
        return []
    return side_by_side(title, names, {"Real": _percent(first), "Synthetic": _percent(second)}, x=column.name)


def correlations(given: Correlation) -> list[Block]:
    """Three matrices of the same columns: real, synthetic, and synthetic minus real."""
    size = min(len(given.columns), _CELLS)
    pairs = zip(given.synthetic, given.real, strict=True)
    apart = [[_minus(a, b) for a, b in zip(made, real, strict=True)] for made, real in pairs]
    return [
        *_matrix("Correlation of the real data", given.columns, given.real, size),
        *_matrix("Correlation of the synthetic data", given.columns, given.synthetic, size),
        *_matrix("Difference of correlation (synthetic minus real)", given.columns, apart, size),
    ]


def correlation_problem(given: Correlation) -> str:
    """Return why the matrices cannot be drawn; empty if they can."""
    size = len(given.columns)
    if not size:
        return "it names no columns"
    for name, matrix in (("real", given.real), ("synthetic", given.synthetic)):
        if len(matrix) != size or any(len(row) != size for row in matrix):
            return f"the {name} matrix does not have {size} rows and columns as there are names"
    return ""


def utility(given: Utility) -> list[Block]:
    """The same model trained on real and on synthetic rows, both tested on real ones."""
    values = [given.train_real_test_real, given.train_synth_test_real]
    return bars(
        "bars",
        "Trained on real and on synthetic data",
        ["Train real, test real", "Train synthetic, test real"],
        {given.metric or "Metric": values},
        x="Trained on",
        y=given.metric or "Metric",
    )


def distances(measures: Mapping[str, float]) -> list[Block]:
    """Distances to the closest real record."""
    return bars(
        "bars-h",
        "Distance to the closest real record",
        [name.replace("_", " ") for name in measures],
        {"Distance": list(measures.values())},
        x="Measure",
        y="Distance",
    )


def losses(points: Sequence[LossPoint]) -> list[Block]:
    """How training went."""
    ordered = sorted(points, key=lambda point: point.epoch)
    lines = []
    for name, field in (("Generator", "generator"), ("Discriminator", "discriminator")):
        pairs = [(float(point.epoch), value) for point in ordered if (value := getattr(point, field)) is not None]
        lines += [curve(name, pairs)] if pairs else []
    ends = "; ".join(f"{line.name} ends at {write(known(line.y)[-1])}" for line in lines)
    return plot("Loss by epoch", lines, x="Epoch", y="Loss", alt=f"Loss over {len(ordered)} epochs: {ends}.")


def _matrix(title: str, names: Sequence[str], values: Sequence[Sequence[float | None]], size: int) -> list[Block]:
    shown = [list(row[:size]) for row in values[:size]]
    if not known([cell for row in shown for cell in row]):
        return []
    apart = [
        (abs(cell), f"{names[row]} and {names[column]} {write(cell)}")
        for row, cells in enumerate(shown)
        for column, cell in enumerate(cells[:row])
        if cell is not None
    ]
    told = f" Furthest from zero: {max(apart)[1]}." if apart else ""
    left = f"The first {size} of {len(names)} columns." if len(names) > size else ""
    labels = unique(list(names[:size]))
    heads = unique([label if len(label) <= _LONGEST else f"{label[: _LONGEST - 1]}…" for label in labels])
    return [
        Matrix(
            title=title,
            alt=f"{title} of {size} columns.{told}",
            rows=labels,
            columns=heads,
            values=shown,
            x=Axis("Column"),
            y=Axis("Column"),
            diverging=True,
            decimals=2,
            caption=left,
        )
    ]


def _minus(first: float | None, second: float | None) -> float | None:
    return None if first is None or second is None else first - second


def _percent(counts: Sequence[float]) -> list[float]:
    return [100 * share for share in drift.shares(counts) or []]
