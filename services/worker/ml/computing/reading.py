"""An uploaded table: its bytes as a frame, its columns as arrays of numbers, labels or moments. Pure."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import numpy as np
import polars as pl

from shared.contracts.computing import Table

from .asking import Unfit

MOST_COLUMNS = 1_100
_NULLS = ["", "NA", "null", "NULL", "None"]
_SHOWN = 20


class Sheet:
    """One table in one role: the first row of its data is called row 1."""

    def __init__(self, role: str, frame: pl.DataFrame, columns: dict[str, str]) -> None:
        self.role = role
        self.frame = frame
        self._called = columns

    def __len__(self) -> int:
        return self.frame.height

    def has(self, name: str) -> bool:
        """Whether there is this column; one that was mapped must be there."""
        return name in self._called or name in self.frame.columns

    def column(self, name: str) -> pl.Series:
        """A column by its name in the role. Raises ``Unfit`` if there is none."""
        called = self._called.get(name, name)
        if called not in self.frame.columns:
            shown = ", ".join(self.frame.columns[:_SHOWN]) + (" …" if self.frame.width > _SHOWN else "")
            hint = f"; if it has another name, say so in {self.role}.columns.{name}" if called == name else ""
            raise Unfit("missing_column", f"{self.role}: there is no column '{called}'; the table has {shown}{hint}")
        return self.frame[called]

    def rest(self) -> list[str]:
        """Columns that have no name in the role."""
        taken = set(self._called.values())
        return [name for name in self.frame.columns if name not in taken]

    def numbers(self, name: str, *, gaps: bool = False) -> np.ndarray:
        """A column as finite numbers; with ``gaps`` empty cells are NaN.

        Raises:
            Unfit: with the first row that holds anything else.
        """
        column = self.column(name)
        found = as_numbers(column)
        wrong = found.is_null() & column.is_not_null() | (found.is_infinite() | found.is_nan()).fill_null(value=False)
        if not gaps:
            wrong |= column.is_null()
        self._check(column, wrong, "a finite number")
        return found.to_numpy().astype(float)

    def labels(self, name: str, *, gaps: bool = False) -> np.ndarray:
        """A column as texts; 1 and 1.0 are the same label. Raises ``Unfit`` for an empty cell, unless ``gaps``."""
        column = self.column(name)
        if not gaps:
            self._check(column, column.is_null(), "a value")
        return as_labels(column).to_numpy()

    def moments(self, name: str) -> np.ndarray:
        """A column as seconds since 1970: ISO 8601 (UTC if it names no zone), or such seconds already."""
        column = self.column(name)
        if column.dtype == pl.Date or isinstance(column.dtype, pl.Datetime):
            zoned = column.cast(pl.Datetime("us", getattr(column.dtype, "time_zone", None)))
            found = (zoned.dt.epoch("us") / 1e6).cast(pl.Float64)
        elif column.dtype == pl.String:
            found = pl.Series([_seconds(text) for text in column.to_list()], dtype=pl.Float64)
        else:
            found = as_numbers(column)
        wrong = found.is_null() | found.is_nan() | ~found.is_between(0, 253_402_300_799)
        self._check(column, wrong.fill_null(value=True), "a time, as 2026-05-04T10:00:00Z or seconds since 1970")
        return found.to_numpy().astype(float)

    def _check(self, column: pl.Series, wrong: pl.Series, wanted: str) -> None:
        rows = wrong.arg_true()
        if len(rows):
            value = column[int(rows[0])]
            held = "is empty" if value is None else f"holds '{str(value)[:40]}'"
            more = f" (and {len(rows) - 1:,} more rows)" if len(rows) > 1 else ""
            raise Unfit(
                "wrong_values",
                f"{self.role}: {column.name} {held} in row {int(rows[0]) + 1:,}{more}; it must be {wanted}",
            )


def read(role: str, kind: str, data: bytes, table: Table, most_rows: int) -> Sheet:
    """A table with at least one row and one column.

    Raises:
        Unfit: it cannot be read, is empty, or has too many rows or columns.
    """
    try:
        frame = _csv(data, most_rows) if kind == "csv" else _parquet(role, data, most_rows)
    except pl.exceptions.NoDataError:
        raise Unfit("upload_empty", f"{role}: the table is empty; send one with a header and rows") from None
    except (pl.exceptions.PolarsError, OSError, ValueError) as error:
        reason = " ".join(str(error).split())[:200]
        raise Unfit("upload_unreadable", f"{role}: the file cannot be read as {kind}: {reason}") from None
    if not frame.height or not frame.width:
        raise Unfit("upload_empty", f"{role}: the table has no rows")
    if frame.height > most_rows:
        raise Unfit(
            "upload_too_long",
            f"{role}: the table has more than {most_rows:,} rows (PRESSRUN_ML_UPLOAD_ROWS); send a sample of them",
        )
    if frame.width > MOST_COLUMNS:
        raise Unfit(
            "upload_too_wide", f"{role}: the table has {frame.width:,} columns; at most {MOST_COLUMNS:,} are read"
        )
    return Sheet(role, frame, table.columns)


def as_numbers(column: pl.Series) -> pl.Series:
    """A column as floats; null where a cell is none."""
    if column.dtype == pl.String:
        column = column.str.strip_chars()
    return column.cast(pl.Float64, strict=False)


def as_labels(column: pl.Series) -> pl.Series:
    """A column as texts; whole numbers have no decimals."""
    texts = column.cast(pl.String, strict=False).str.strip_chars()
    found = texts.cast(pl.Float64, strict=False)
    whole = (found == found.floor()) & (found.abs() < 1e15)
    return texts.zip_with(~whole.fill_null(value=False), found.cast(pl.Int64, strict=False).cast(pl.String))


def _csv(data: bytes, most_rows: int) -> pl.DataFrame:
    head = data.partition(b"\n")[0]
    separator = max(",;\t", key=lambda each: head.count(each.encode()))
    return pl.read_csv(
        io.BytesIO(data), separator=separator, infer_schema=False, null_values=_NULLS, n_rows=most_rows + 1
    )


def _parquet(role: str, data: bytes, most_rows: int) -> pl.DataFrame:
    frame = pl.read_parquet(io.BytesIO(data), n_rows=most_rows + 1)
    for name, kind in frame.schema.items():
        if kind.is_nested() or kind in {pl.Binary, pl.Object}:
            raise Unfit("wrong_values", f"{role}: the column '{name}' holds {kind}; send numbers, texts and times only")
    return frame


def _seconds(text: Any) -> float | None:
    if text is None:
        return None
    try:
        return float(text)
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
