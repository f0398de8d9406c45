"""Whether what was supplied agrees with what follows from the rest of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

ROUNDING = 0.005
"""A metric that was rounded to two decimals still agrees."""
SPLITS = ("test", "validation", "cross_validation", "train")
"""The split that a report is about comes first."""


class Clash(msgspec.Struct, frozen=True):
    """A supplied figure that deriving it does not give."""

    metric: str
    split: str
    supplied: float
    derived: float
    instead: str = ""
    """What it agrees with after all: another split, another class, another mean."""


def clash(
    metric: str,
    supplied: Mapping[str, float | None],
    derived: Sequence[float | None],
    split: str = "",
    others: Mapping[str, float | None] | None = None,
) -> Clash | None:
    """Compare a metric with what it must be.

    Args:
        supplied: by split.
        derived: what it may rightly be, the likeliest first.
        split: what the derivation is of. Unknown: the split that the report is about.
        others: what it is easily mistaken for, by name. Agreeing with these does not excuse it, but explains it.
    """
    known = [value for value in derived if value is not None]
    given = {name: value for name, value in supplied.items() if value is not None}
    of = split or main_split(given)
    value = given.get(of)
    if not known or value is None or _agrees(value, known):
        return None
    mistaken = [name for name, other in (others or {}).items() if other is not None and _agrees(value, [other])]
    elsewhere = [f"the split {name}" for name, other in given.items() if name != of and _agrees(other, known)]
    return Clash(metric, of, value, known[0], next(iter(mistaken + elsewhere), ""))


def main_split(splits: Mapping[str, object]) -> str:
    """The split that says most about rows that the model has not seen."""
    return next((name for name in SPLITS if name in splits), next(iter(splits), ""))


def _agrees(value: float, known: Sequence[float]) -> bool:
    return any(abs(value - one) <= ROUNDING + 1e-9 for one in known)
