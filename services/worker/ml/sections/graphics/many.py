"""Charts of more than there is room for: what is not drawn is added up, or said."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from shared.document.blocks import Block

from .pieces import bars

MOST = 20
"""Bars of a chart."""


def counted(
    title: str,
    counts: Iterable[tuple[str, float]],
    *,
    x: str,
    y: str,
    many: str,
    table: str = "",
    shares: bool = False,
) -> list[Block]:
    """Counts as bars, the largest first; those for which there is no room are added up in the last bar.

    Args:
        many: what the counted things are called.
        table: the caption of the table that goes on with them.
        shares: draw the line of what they have come to, if every one of them has its bar.
    """
    ranked = sorted(counts, key=lambda each: -each[1])
    shown, rest = gathered(ranked)
    whole = shares and not rest and bool(ranked) and ranked[0][1] > 0 and ranked[-1][1] >= 0
    return bars(
        "pareto" if whole else "bars-h",
        title,
        [name for name, _ in shown],
        {y: [value for _, value in shown]},
        x=x,
        y=y,
        caption=shown_of(len(ranked) - rest, len(ranked), many, table, together=True),
    )


def side_by_side(title: str, names: Sequence[str], series: Mapping[str, Sequence[float]], *, x: str) -> list[Block]:
    """Two shares in percent per value as two dots; values for which there is no room are added up in the last row."""
    rest = len(names) - MOST + 1 if len(names) > MOST else 0
    drawn = {}
    for label, shares in series.items():
        shown, _ = gathered(list(zip(names, shares, strict=True)))
        drawn[label] = [share for _, share in shown]
    heads = [*names[: len(names) - rest], *([f"{rest:,} others"] if rest else [])]
    caption = shown_of(len(names) - rest, len(names), "values", together=True)
    return bars("dumbbell", title, heads, drawn, x=x, y="Rows", unit="%", decimals=2, caption=caption)


def gathered(ranked: Sequence[tuple[str, float]], most: int = MOST) -> tuple[list[tuple[str, float]], int]:
    """As many as have room, the last of them being what the rest comes to; and how many those are."""
    if len(ranked) <= most:
        return list(ranked), 0
    kept, rest = ranked[: most - 1], ranked[most - 1 :]
    return [*kept, (f"{len(rest):,} others", math.fsum(value for _, value in rest))], len(rest)


def shown_of(shown: int, of: int, many: str, table: str = "", *, together: bool = False) -> str:
    """Say how many of them are drawn and where the rest is; nothing if all are."""
    if shown >= of:
        return ""
    rest = "; the rest is added up as others" if together else ""
    return f"{shown:,} of {of:,} {many} are drawn{rest}{f', see the table “{table}”' if table else ''}."
