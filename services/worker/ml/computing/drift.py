"""How far a column of one part of a log is from the same column of another part. Pure."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.stats import ks_2samp

from services.worker.ml.derive.drift import psi, status

from .reading import Sheet, as_numbers

_BINS = 10
MOST_VALUES = 50
"""Of a column of texts; the rarer ones count as one."""
OTHER = "(other)"


def compared(
    sheet: Sheet, name: str, before: np.ndarray, now: np.ndarray, thresholds: dict[str, float]
) -> dict[str, Any]:
    """PSI over ten quantiles of the reference, and the Kolmogorov-Smirnov test; of texts PSI over their values."""
    column = sheet.column(name)
    values = as_numbers(column)
    if values.null_count() > column.null_count():
        return _texts(sheet.labels(name, gaps=True), before, now, thresholds)
    numbers = sheet.numbers(name, gaps=True)
    return _numeric(_known(numbers[before]), _known(numbers[now]), thresholds)


def _numeric(before: np.ndarray, now: np.ndarray, thresholds: dict[str, float]) -> dict[str, Any]:
    if not before.size or not now.size:
        return {"type": "numeric"}
    edges = quantile_edges(before)
    # What lies beyond the reference's ends belongs to the bins at the ends, in the index as in the picture.
    low, high = min(edges[0], float(now.min())), max(edges[-1], float(now.max()))
    drawn = np.concatenate([[low], edges[1:-1], [high]])
    first, second = (np.histogram(each, drawn)[0] for each in (before, now))
    value = psi(first.tolist(), second.tolist())
    test = ks_2samp(before, now, method="asymp")
    return {
        "type": "numeric",
        "psi": value,
        "ks_stat": float(test.statistic),
        "p_value": float(test.pvalue),
        "status": status(value, thresholds),
        "reference_hist": {"edges": drawn.tolist(), "counts": first.tolist()},
        "current_hist": {"edges": drawn.tolist(), "counts": second.tolist()},
    }


def quantile_edges(values: np.ndarray) -> np.ndarray:
    """Edges of ten bins of as many values each; fewer bins where many values are the same."""
    edges = np.unique(np.quantile(values, np.linspace(0, 1, _BINS + 1)))
    return edges if len(edges) > 1 else np.array([edges[0] - 0.5, edges[0] + 0.5])


def _texts(labels: np.ndarray, before: np.ndarray, now: np.ndarray, thresholds: dict[str, float]) -> dict[str, Any]:
    values = np.array(["(empty)" if value is None else str(value)[:100] for value in labels])
    names, counts = np.unique(values[before], return_counts=True)
    kept = set(names[np.lexsort((names, -counts))][:MOST_VALUES].tolist())
    first, second = (_shares(values[part], kept) for part in (before, now))
    union = sorted({*first, *second})
    value = psi([first.get(name, 0) for name in union], [second.get(name, 0) for name in union])
    return {
        "type": "categorical",
        "psi": value,
        "status": status(value, thresholds),
        "reference_freq": first,
        "current_freq": second,
    }


def _shares(values: np.ndarray, kept: set[str]) -> dict[str, float]:
    names, counts = np.unique([value if value in kept else OTHER for value in values], return_counts=True)
    return {str(name): float(count / len(values)) for name, count in zip(names, counts, strict=True)}


def _known(values: np.ndarray) -> np.ndarray:
    return values[~np.isnan(values)]
