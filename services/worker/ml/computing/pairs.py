"""How columns go together in the real and in the synthetic table. Pure."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np

from .columns import Column
from .drift import quantile_edges


def correlations(numeric: list[Column]) -> dict[str, Any] | None:
    """Pearson's, of rows that have both values; None with fewer than two columns. A constant column has none."""
    if len(numeric) < 2:
        return None
    real, synthetic = (_matrix([column.values[role] for column in numeric]) for role in ("real", "synthetic"))
    apart = np.abs(real - synthetic)[np.triu_indices(len(numeric), 1)]
    known = apart[~np.isnan(apart)]
    found: dict[str, Any] = {
        "columns": [column.name for column in numeric],
        "real": _plain(real),
        "synthetic": _plain(synthetic),
    }
    return found | ({"mean_abs_diff": float(known.mean())} if known.size else {})


def pair_score(found: list[Column], correlation: dict[str, Any] | None) -> float | None:
    """The mean over pairs of columns: of two numbers one less half of how far their correlations differ, of any others
    one less half of what the shares of their combinations differ by (numbers in ten quantiles of the real ones)."""
    scores = []
    if correlation is not None:
        real, synthetic = (np.array(correlation[role], dtype=float) for role in ("real", "synthetic"))
        apart = np.abs(real - synthetic)[np.triu_indices(len(real), 1)]
        scores += [1 - each / 2 for each in apart[~np.isnan(apart)]]
    codes = {column.name: column.codes(_edges(column)) for column in found}
    for a, b in combinations(found, 2):
        if not (a.numeric and b.numeric):
            scores.append(_together(codes[a.name], codes[b.name]))
    return float(np.mean(scores)) if scores else None


def _together(a: dict[str, np.ndarray], b: dict[str, np.ndarray]) -> float:
    wide = 1 + max(int(each.max()) for each in b.values())
    cells = {role: a[role] * wide + b[role] for role in ("real", "synthetic")}
    size = 1 + max(int(each.max()) for each in cells.values())
    shares = [np.bincount(each, minlength=size) / len(each) for each in cells.values()]
    return 1 - float(np.abs(shares[0] - shares[1]).sum()) / 2


def _edges(column: Column) -> np.ndarray | None:
    real = column.values["real"]
    return quantile_edges(real[~np.isnan(real)]) if column.numeric else None


def _matrix(values: list[np.ndarray]) -> np.ndarray:
    size = len(values)
    found = np.full((size, size), np.nan)
    for at, to in combinations(range(size), 2):
        both = ~(np.isnan(values[at]) | np.isnan(values[to]))
        first, second = values[at][both], values[to][both]
        if first.size > 1 and np.ptp(first) > 0 and np.ptp(second) > 0:
            found[at, to] = found[to, at] = np.corrcoef(first, second)[0, 1]
    for at, each in enumerate(values):
        known = each[~np.isnan(each)]
        found[at, at] = 1.0 if known.size > 1 and np.ptp(known) > 0 else np.nan
    return found


def _plain(matrix: np.ndarray) -> list[list[float | None]]:
    return [[None if np.isnan(value) else float(value) for value in row] for row in matrix]
