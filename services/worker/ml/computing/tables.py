"""A synthetic table against the real one: shapes of columns, pairs of them, utility and privacy. Pure."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.stats import ks_2samp

from shared.contracts.computing import Asked

from .asking import Computed, Unfit
from .columns import Column, columns
from .distances import privacy
from .numbers import histogram
from .pairs import correlations, pair_score
from .reading import Sheet
from .utility import utility

MOST_COLUMNS = 100
"""That are compared with one another."""
_BINS = 20
_SHOWN = 20


def compute(sheets: dict[str, Sheet], asked: Asked) -> Computed:
    """Every field of a synthetic data job that its tables tell.

    Raises:
        Unfit: their columns differ, or hold what cannot be.
    """
    real, synthetic = sheets["real"], sheets["synthetic"]
    if real.frame.width > MOST_COLUMNS:
        raise Unfit(
            "upload_too_wide", f"real: the table has {real.frame.width:,} columns; at most {MOST_COLUMNS} are compared"
        )
    found = columns(sheets)
    notices: list[str] = []
    shapes = [_shape(column) for column in found]
    correlation = correlations([column for column in found if column.numeric])
    scores = [each["score"] for each in shapes]
    quality = {"column_shapes": float(np.mean(scores))}
    pairs = pair_score(found, correlation)
    if pairs is not None:
        quality |= {"column_pairs": pairs}
    fields: dict[str, Any] = {
        "rows_real": len(real),
        "rows_synthetic": len(synthetic),
        "columns": shapes,
        "quality": quality | {"overall": float(np.mean(list(quality.values())))},
        "privacy": privacy(sheets, found, notices),
    }
    if correlation is not None:
        fields["correlation"] = correlation
    if asked.target is not None:
        real.column(asked.target)
        worth = utility(found, asked.target, notices)
        fields |= {"utility": worth} if worth else {}
    return Computed(fields=fields, notices=notices)


def _shape(column: Column) -> dict[str, Any]:
    """One less the largest distance of the distributions, or half of what their shares differ by; 1 is the same."""
    if column.numeric:
        first, second = (column.values[role][~np.isnan(column.values[role])] for role in ("real", "synthetic"))
        both = np.concatenate([first, second])
        edges = np.histogram_bin_edges(both, _BINS)
        score = 1 - float(ks_2samp(first, second, method="asymp").statistic) if second.size else 0.0
        sides = [_numbers(each, edges) for each in (first, second)]
        return _told(column.name, "numeric", "ks_complement", score, sides)
    shares = [_shares(column.values[role]) for role in ("real", "synthetic")]
    union = {*shares[0], *shares[1]}
    score = 1 - sum(abs(shares[0].get(name, 0) - shares[1].get(name, 0)) for name in union) / 2
    kept = sorted(shares[0], key=lambda name: (-shares[0][name], name))[:_SHOWN]
    sides = [{"freq": {name or "(empty)": each[name] for name in kept if name in each}} for each in shares]
    return _told(column.name, "categorical", "tv_complement", score, sides)


def _told(name: str, kind: str, metric: str, score: float, sides: list[dict[str, Any]]) -> dict[str, Any]:
    return {"name": name, "type": kind, "metric": metric, "score": score, "real": sides[0], "synthetic": sides[1]}


def _numbers(values: np.ndarray, edges: np.ndarray) -> dict[str, Any]:
    if not values.size:
        return {}
    spread = {"std": float(values.std(ddof=1))} if values.size > 1 else {}
    return {"mean": float(values.mean()), "hist": histogram(values, edges)} | spread


def _shares(values: np.ndarray) -> dict[str, float]:
    names, counts = np.unique(values, return_counts=True)
    return {str(name): float(count / len(values)) for name, count in zip(names, counts, strict=True)}
