"""What figures have in common: only finite numbers, long series in few points. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np

Item = TypeVar("Item")

MOST_POINTS = 2_000
"""Of one curve. More points look no better."""
SEED = 0
"""Of everything that is drawn by lot, so that the same tables give the same figures."""


def thin(items: Sequence[Item], most: int = MOST_POINTS) -> list[Item]:
    """Evenly chosen ones, the first and the last among them."""
    if len(items) <= most:
        return list(items)
    return [items[at * (len(items) - 1) // (most - 1)] for at in range(most)]


def numbers(**values: Any) -> dict[str, float]:
    """Plain floats of those that are there and finite."""
    found = {name: float(value) for name, value in values.items() if value is not None}
    return {name: value for name, value in found.items() if abs(value) <= 1e100}


def histogram(values: np.ndarray, edges: np.ndarray) -> dict[str, list[float]]:
    """How many values lie between each two edges."""
    return {"edges": edges.tolist(), "counts": np.histogram(values, edges)[0].tolist()}


def sample(count: int, most: int, salt: int = 0) -> np.ndarray:
    """Rows drawn blindly, in their order; all of them if they are few."""
    if count <= most:
        return np.arange(count)
    return np.sort(np.random.default_rng(SEED + salt).choice(count, most, replace=False))
