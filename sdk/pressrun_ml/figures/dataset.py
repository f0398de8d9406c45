"""What a table of features and a target look like."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

MOST_FEATURES = 1_000


def describe(x: Any, y: np.ndarray, names: Sequence[str], *, name: str, target: str, classes: bool) -> dict[str, Any]:
    """Rows, classes, missing values and every feature's distribution."""
    columns = [_column(x, at) for at in range(len(names))]
    missing = [np.array([_lacks(value) for value in column]) for column in columns]
    counted = np.unique(y, return_counts=True) if classes else ((), ())
    rows = len(y)
    seen = {tuple(map(str, row)) for row in zip(*columns, y.tolist(), strict=True)} if rows <= 100_000 else None
    return {
        "name": name,
        "rows": rows,
        "columns": len(names) + 1,
        "target": target,
        "class_counts": {str(label): int(count) for label, count in zip(*counted, strict=True)},
        "missing_rate": float(np.mean(missing)) if missing else 0.0,
        "duplicate_rows": rows - len(seen) if seen is not None else None,
        "features": [
            _feature(str(name), column, lacks)
            for name, column, lacks in list(zip(names, columns, missing, strict=True))[:MOST_FEATURES]
        ],
    }


def _column(x: Any, at: int) -> np.ndarray:
    if hasattr(x, "iloc"):
        return np.asarray(x.iloc[:, at])
    column = x[:, at]
    return np.asarray(column.toarray()).ravel() if hasattr(column, "toarray") else np.asarray(column)


def _lacks(value: Any) -> bool:
    return value is None or value != value  # noqa: PLR0124 - NaN is the value that is not itself


def _feature(name: str, column: np.ndarray, lacks: np.ndarray) -> dict[str, Any]:
    known = column[~lacks]
    about: dict[str, Any] = {"name": name, "missing_rate": float(lacks.mean())}
    values, counts = np.unique(known.astype(str) if known.dtype == object else known, return_counts=True)
    about["unique"] = len(values)
    if not np.issubdtype(known.dtype, np.number) and not np.issubdtype(known.dtype, np.bool_):
        top = str(values[counts.argmax()])[:100] if len(values) else None
        return about | {"type": "categorical", "top": top}
    if not len(known):
        return about | {"type": "numeric"}
    least, p25, p50, p75, most = (float(each) for each in np.quantile(known.astype(float), [0, 0.25, 0.5, 0.75, 1]))
    spread = {"min": least, "p25": p25, "p50": p50, "p75": p75, "max": most}
    return about | {"type": "numeric", "mean": float(known.mean()), "std": float(known.std(ddof=1)) if len(known) > 1 else None} | spread  # fmt: skip
