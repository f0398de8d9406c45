"""Private columns of tables that stand in a text as they were exported or typed: CSV, and tables of Markdown. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .fields import fits, kind_of
from .kinds import Kind, Span

_DIVIDERS = ",;\t|"
_RULE = re.compile(r"[\s|:-]+")
"""Below a header of Markdown."""
_CELL = {
    by: re.compile(rf'(?:^|{re.escape(by)})(?P<value>[ ]*"(?:[^"]|"")*"[ ]*|[^{re.escape(by)}]*)') for by in _DIVIDERS
}
_LONGEST_HEADER = 400


class _Table:
    """A header and what divides its columns."""

    def __init__(self, header: str) -> None:
        self.by = max(_DIVIDERS, key=header.count)
        self.kinds: list[Kind | None] = [kind_of(value) for _, value in self.cells(header)]

    @property
    def private(self) -> bool:
        """Two columns say so: one alone may be a sentence with a comma."""
        return sum(kind is not None for kind in self.kinds) > 1

    def cells(self, line: str) -> list[tuple[int, str]]:
        """Places and values, without quotes and the spaces around them."""
        found = []
        for match in _CELL[self.by].finditer(line):
            bare = match["value"].strip(' "\r')
            found.append((match.start("value") + match["value"].find(bare), bare))
        return found


def find(text: str) -> Iterator[Span]:
    """Every cell below a header that says what is private."""
    lines = text.split("\n")
    table: _Table | None = None
    start = 0
    for number, line in enumerate(lines):
        if table is not None and not _RULE.fullmatch(line):
            cells = table.cells(line)
            if len(cells) == len(table.kinds):
                yield from _private(table, cells, start)
            else:
                table = None
        if table is None and number + 1 < len(lines) and _may_be_header(line, lines[number + 1]):
            made = _Table(line)
            table = made if made.private else None
        start += len(line) + 1


def _private(table: _Table, cells: list[tuple[int, str]], start: int) -> Iterator[Span]:
    for (at, value), kind in zip(cells, table.kinds, strict=True):
        if kind is not None and fits(value, kind):
            yield Span(start + at, start + at + len(value), kind)


def _may_be_header(line: str, below: str) -> bool:
    """Short, without figures, and divided like the line below it."""
    if len(line) > _LONGEST_HEADER or any(char.isdigit() for char in line):
        return False
    by = max(_DIVIDERS, key=line.count)
    return 0 < line.count(by) <= below.count(by)
