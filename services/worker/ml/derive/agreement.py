"""Whether what was supplied agrees with what follows from the rest of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

ROUNDING = 0.005
"""A metric that was rounded to two decimals still agrees."""


class Clash(msgspec.Struct, frozen=True):
    """A supplied figure that no way of deriving it gives."""

    metric: str
    split: str
    supplied: float
    derived: float


def clashes(
    metric: str, supplied: Mapping[str, float | None], candidates: Sequence[float | None], split: str = ""
) -> list[Clash]:
    """Compare a metric with the values that it may have.

    Args:
        supplied: by split.
        candidates: the likeliest first; agreeing with any is enough, as averages over classes differ.
        split: what the derivation is of. Unknown: agreeing in any split is enough.
    """
    known = [value for value in candidates if value is not None]
    given = {name: value for name, value in supplied.items() if value is not None and split in {"", name}}
    wrong = {name: value for name, value in given.items() if all(abs(value - one) > ROUNDING + 1e-9 for one in known)}
    if not known or not given or len(wrong) < len(given):
        return []
    name = next(iter(wrong))
    return [Clash(metric, name, wrong[name], known[0])]
