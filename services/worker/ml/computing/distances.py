"""Whether synthetic rows lie closer to real ones than they should. Pure.

Rows are apart by the square root of the sum over columns: of numbers the squared difference, as a share of the real
range; of texts 1 where they differ.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.spatial.distance import cdist
from sklearn.metrics import roc_auc_score

from .columns import Column
from .numbers import numbers, sample
from .reading import Sheet, as_labels

MOST_ROWS = 5_000
"""Of each table, drawn blindly: distances are between all pairs."""
_CHUNK = 500


def privacy(sheets: dict[str, Sheet], found: list[Column], notices: list[str]) -> dict[str, Any]:
    """Exact matches over all rows; distances, and with a hold-out whether members can be told from others."""
    points = {role: _points(found, role, at) for at, role in enumerate(sheets)}
    if any(len(sheet) > MOST_ROWS for sheet in sheets.values()):
        notices.append(f"Distances are measured between {MOST_ROWS:,} rows of each table, drawn at random.")
    near = nearest(points["synthetic"], points["real"])
    dcr = {"p05_synth_train": float(np.quantile(near[:, 0], 0.05))}
    second = near[:, -1]
    ratios = np.divide(near[:, 0], second, out=np.ones(len(near)), where=second > 0)
    about = numbers(
        exact_match_rate=_matches(sheets["real"], sheets["synthetic"]),
        nndr_p05=np.quantile(ratios, 0.05) if len(points["real"][0]) > 1 else None,
    )
    if "holdout" in points:
        dcr["p05_holdout_train"] = float(np.quantile(nearest(points["holdout"], points["real"])[:, 0], 0.05))
        about["membership_auc"] = _membership(points)
    return {"dcr": dcr} | about


def nearest(rows: tuple[np.ndarray, np.ndarray], others: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """For each row its distances to the two closest of the others, the closest first (once if there is one only)."""
    found = []
    wanted = min(2, len(others[0]))
    for start in range(0, len(rows[0]), _CHUNK):
        squares = np.zeros((len(rows[0][start : start + _CHUNK]), len(others[0])))
        if rows[0].shape[1]:
            squares += cdist(rows[0][start : start + _CHUNK], others[0], "sqeuclidean")
        if rows[1].shape[1]:
            squares += cdist(rows[1][start : start + _CHUNK], others[1], "hamming") * rows[1].shape[1]
        found.append(np.sort(np.partition(squares, wanted - 1, axis=1)[:, :wanted], axis=1))
    return np.sqrt(np.concatenate(found))


def _points(found: list[Column], role: str, salt: int) -> tuple[np.ndarray, np.ndarray]:
    """Numbers as shares of the real range (empty ones in the real median's place), and codes of texts."""
    chosen = sample(len(found[0].values[role]), MOST_ROWS, salt)
    numeric, texts = [], []
    for column in found:
        values = column.values[role][chosen]
        if column.numeric:
            real = column.values["real"][~np.isnan(column.values["real"])]
            width = float(np.ptp(real)) or 1.0
            numeric.append((np.where(np.isnan(values), np.median(real), values) - real.min()) / width)
        else:
            everything = np.unique(np.concatenate(list(column.values.values())))
            texts.append(np.searchsorted(everything, values))
    rows = len(chosen)
    return (
        np.column_stack(numeric) if numeric else np.zeros((rows, 0)),
        np.column_stack(texts).astype(float) if texts else np.zeros((rows, 0)),
    )


def _matches(real: Sheet, synthetic: Sheet) -> float:
    """The share of synthetic rows that are in the real table, value by value."""
    names = real.frame.columns
    first, second = (
        sheet.frame.select([as_labels(sheet.frame[name]).alias(name) for name in names]) for sheet in (real, synthetic)
    )
    return second.join(first.unique(), on=names, how="semi", nulls_equal=True).height / len(synthetic)


def _membership(points: dict[str, tuple[np.ndarray, np.ndarray]]) -> float:
    """How well a row's closeness to the synthetic ones tells that the generator has seen it; 0.5 is not at all."""
    seen, unseen = (nearest(points[role], points["synthetic"])[:, 0] for role in ("real", "holdout"))
    truth = np.concatenate([np.ones(len(seen)), np.zeros(len(unseen))])
    return float(roc_auc_score(truth, -np.concatenate([seen, unseen])))
