"""Whether synthetic columns go together as the real ones do."""

from __future__ import annotations

from shared.contracts.entities import Correlation

from .confusion import mean


def apart(given: Correlation) -> dict[str, float]:
    """By column, the mean absolute difference of its correlations with the others; without those where none is known."""
    found: dict[str, float] = {}
    for row, name in enumerate(given.columns):
        pairs = zip(given.synthetic[row], given.real[row], strict=True)
        differences = [
            abs(made - real)
            for column, (made, real) in enumerate(pairs)
            if column != row and made is not None and real is not None
        ]
        if (value := mean(list(differences))) is not None:
            found[name] = value
    return found
