"""Long series in few points, their ends kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

Item = TypeVar("Item")

MOST_POINTS = 2_000
"""Of one curve. More points look no better."""


def thin(items: Sequence[Item], most: int = MOST_POINTS) -> list[Item]:
    """Evenly chosen ones, the first and the last among them."""
    if len(items) <= most:
        return list(items)
    return [items[at * (len(items) - 1) // (most - 1)] for at in range(most)]


def numbers(**values: Any) -> dict[str, float]:
    """Plain floats of those that are there and finite."""
    found = {name: float(value) for name, value in values.items() if value is not None}
    return {name: value for name, value in found.items() if abs(value) <= 1e100}
