"""Tables that are wider than a page: set smaller first, then cut between columns, never within."""

from __future__ import annotations

import msgspec

from shared.document.blocks import Inline, Table
from shared.document.plain import text

# The class of a table, most columns, and how many letters fit into a line of it on paper.
_ROOMS = (("", 6, 84), ("dense", 9, 98), ("denser", 12, 116))
_CUT_TO = _ROOMS[1]
_BETWEEN = 3
_ENDLESS = 30
_FEW = 6
"""A table of so few columns is not cut: its long words break instead."""


class Part(msgspec.Struct, frozen=True):
    """Some columns of a table, the first one always among them."""

    table: Table
    density: str
    """The class by which it is set smaller."""
    longest: int
    """How long a word may be in its cells; a longer one is broken anywhere."""
    name: str
    """Which part it is, such as ``2/3``; empty for a whole table."""


def parts(table: Table) -> list[Part]:
    """Return the table, or as few parts of it as fit across a page, each with the first column."""
    needed = [_needed(table, place) for place in range(len(table.columns))]
    if len(needed) <= _FEW or any(len(needed) <= most and sum(needed) <= room for _, most, room in _ROOMS):
        return [_part(table, list(range(len(needed))), needed, "")]
    cuts = _cuts(needed)
    return [_part(table, [0, *cut], needed, f"{place}/{len(cuts)}") for place, cut in enumerate(cuts, start=1)]


def longest_word(cell: list[Inline]) -> int:
    return max(map(len, text(cell).split()), default=0)


def _cuts(needed: list[int]) -> list[list[int]]:
    """Divide the columns after the first into runs that fit beside it, about as many in each."""
    _, most, room = _CUT_TO
    fewest = len(_runs(needed, most - 1, room - needed[0]))
    even = -(-(len(needed) - 1) // fewest)
    return _runs(needed, even, room - needed[0])


def _runs(needed: list[int], most: int, room: int) -> list[list[int]]:
    runs: list[list[int]] = [[]]
    for place in range(1, len(needed)):
        if runs[-1] and (len(runs[-1]) >= most or sum(needed[each] for each in runs[-1]) + needed[place] > room):
            runs.append([])
        runs[-1].append(place)
    return runs


def _part(table: Table, places: list[int], needed: list[int], name: str) -> Part:
    across = sum(needed[place] for place in places)
    fitting = (each for each in _ROOMS if len(places) <= each[1] and across <= each[2])
    density, _, room = next(fitting, None) or next((each for each in _ROOMS if len(places) <= each[1]), _ROOMS[-1])
    longest = _ENDLESS if across <= room or not places else room // len(places) - _BETWEEN
    if not name:
        return Part(table, density, longest, "")
    rows = [[row[place] for place in places] for row in table.rows]
    return Part(Table([table.columns[place] for place in places], rows), density, longest, name)


def _needed(table: Table, place: int) -> int:
    """Return how many letters wide a column is at least, if no word is to break."""
    cells = [table.columns[place].header, *(row[place] for row in table.rows)]
    return min(max(map(longest_word, cells)), _ENDLESS) + _BETWEEN
