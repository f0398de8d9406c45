"""Names of rows at the left, as many as fit, and what each row's middle is."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from services.renderer.page.charts.lettering import LEADING, SIZE, width, wrap
from services.renderer.page.charts.markup import element, stack

TALLEST = 780.0
_NAMES = 230.0


class Rows(msgspec.Struct, frozen=True):
    """Rows of one height below each other."""

    names: list[list[str]]
    left: float
    """Where the data begins."""
    top: float
    height: float
    """Of one row."""
    whole: bool

    @property
    def bottom(self) -> float:
        return self.top + self.height * len(self.names)

    def middle(self, row: int) -> float:
        return self.top + self.height * (row + 0.5)

    def markup(self) -> str:
        """The names."""
        every = math.ceil(LEADING / self.height) if self.height else 1
        single = self.height < 2 * LEADING
        parts = []
        for row, lines in enumerate(self.names):
            if row % every == 0:
                kept = lines[:1] if single else lines
                y = self.middle(row) + SIZE * 0.35 - LEADING * (len(kept) - 1) / 2
                parts.append(stack(self.left - 10, y, kept, text_anchor="end"))
        return element("g", "".join(parts), class_="names")


def rows(names: Sequence[str], top: float, *, wanted: float) -> Rows:
    """Lay out rows of the wanted height, or lower ones if there are too many for a page."""
    said = [" ".join(name.split()) for name in names]
    height = min(wanted, TALLEST / max(len(said), 1))
    broken = [wrap(name, _NAMES, rows=2 if height >= 2 * LEADING else 1) for name in said]
    left = max((width(line) for lines in broken for line in lines), default=0.0) + 10
    whole = height >= LEADING and all(" ".join(lines) == name for lines, name in zip(broken, said, strict=True))
    return Rows(broken, left, top, height, whole)
