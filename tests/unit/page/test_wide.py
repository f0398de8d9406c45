"""Wide tables: set smaller, then cut between columns; no cell is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.renderer.page.wide import parts
from shared.document.blocks import Column, Table, Text
from shared.document.plain import text


def table(columns: int, letters: int, rows: int = 2) -> Table:
    header = [Column([Text(f"h{place}")]) for place in range(columns)]
    body = [[[Text(f"{row}-{place}".ljust(letters, "x"))] for place in range(columns)] for row in range(rows)]
    return Table(header, body, "caption", "note")


@pytest.mark.parametrize(
    ("columns", "letters", "density"), [(0, 1, ""), (1, 200, ""), (6, 200, ""), (7, 5, "dense"), (9, 7, "dense"), (12, 6, "denser")]
)  # fmt: skip
def test_a_table_that_fits_is_whole(columns: int, letters: int, density: str):
    """Smaller if it must be; few columns break their words instead of being cut."""
    (part,) = parts(table(columns, letters))
    assert (part.table, part.density, part.name) == (table(columns, letters), density, "")


@pytest.mark.parametrize(("columns", "letters"), [(7, 30), (13, 4), (40, 8), (300, 3)])
def test_a_wider_one_is_cut_between_columns(columns: int, letters: int):
    """Every part begins with the first column and none has only that; the rest is in order and once."""
    whole = table(columns, letters)
    cut = parts(whole)
    assert [part.name for part in cut] == [f"{place}/{len(cut)}" for place in range(1, len(cut) + 1)]
    headers = [[text(column.header) for column in part.table.columns] for part in cut]
    assert all(each[0] == "h0" and 2 <= len(each) <= 9 for each in headers)
    assert [name for each in headers for name in each[1:]] == [f"h{place}" for place in range(1, columns)]
    assert max(map(len, headers)) - min(map(len, headers[:-1] or headers)) <= 1
    for part in cut:
        for row, given_row in zip(part.table.rows, whole.rows, strict=True):
            assert all(cell in given_row for cell in row)


@given(st.integers(1, 30), st.lists(st.integers(0, 60), min_size=1, max_size=30))
def test_no_cell_is_ever_lost(rows: int, widths: list[int]):
    """Whatever the widths of the columns."""
    body = [[[Text(f"r{row}c{place}" + "x" * width)] for place, width in enumerate(widths)] for row in range(rows)]
    whole = Table([Column([Text(str(place))]) for place in range(len(widths))], body)
    shown = {text(cell) for part in parts(whole) for row in part.table.rows for cell in row}
    assert shown == {text(cell) for row in body for cell in row}
    assert all(part.longest > 0 for part in parts(whole))
