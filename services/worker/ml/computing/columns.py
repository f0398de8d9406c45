"""The columns of a real table and of those that are compared with it, as numbers or as codes of values. Pure."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np

from .asking import Unfit
from .reading import Sheet, as_numbers

MOST_CODES = 50
"""Values of a column that are told apart where columns are looked at together; the rarer ones count as one."""


class Column(msgspec.Struct, frozen=True):
    """One column in every table, by role. Of numbers empty cells are NaN; of texts they are a value of their own."""

    name: str
    numeric: bool
    values: dict[str, np.ndarray]

    def codes(self, edges: np.ndarray | None = None) -> dict[str, np.ndarray]:
        """Small whole numbers: the bin of a number (a further one is for empty cells), the place of a text."""
        if self.numeric:
            inner = edges[1:-1] if edges is not None else np.array([])
            return {
                role: np.where(np.isnan(each), len(inner) + 1, np.searchsorted(inner, each, side="right"))
                for role, each in self.values.items()
            }
        names, counts = np.unique(self.values["real"], return_counts=True)
        kept = names[np.lexsort((names, -counts))][:MOST_CODES].tolist()
        at = {name: place for place, name in enumerate(kept)}
        return {
            role: np.array([at.get(value, len(kept)) for value in each], dtype=int)
            for role, each in self.values.items()
        }


def columns(sheets: dict[str, Sheet]) -> list[Column]:
    """The columns of the real table. A column is numeric if all that the real table has in it are numbers.

    Raises:
        Unfit: another table has other columns, or no numbers where the real one has them.
    """
    real = sheets["real"]
    for role, sheet in sheets.items():
        if more := [name for name in sheet.frame.columns if name not in real.frame.columns]:
            raise Unfit(
                "missing_column", f"real: there is no column '{more[0]}', which {role} has; both need the same columns"
            )
    return [_column(name, sheets) for name in real.frame.columns]


def _column(name: str, sheets: dict[str, Sheet]) -> Column:
    column = sheets["real"].column(name)
    numeric = as_numbers(column).null_count() == column.null_count() and column.null_count() < len(column)
    if numeric:
        return Column(name, True, {role: sheet.numbers(name, gaps=True) for role, sheet in sheets.items()})
    return Column(name, False, {role: _texts(sheet.labels(name, gaps=True)) for role, sheet in sheets.items()})


def _texts(labels: Any) -> np.ndarray:
    return np.array(["" if value is None else str(value) for value in labels])
