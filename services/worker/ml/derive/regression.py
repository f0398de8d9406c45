"""Errors of predicted numbers, from pairs of predicted and actual."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from shared.contracts.entities import DecileError

from .confusion import ratio

Pair = tuple[float, float]


class Errors(msgspec.Struct, frozen=True):
    rmse: float
    mae: float
    bias: float
    """The mean of actual minus predicted: above zero means predicted too low."""
    r2: float | None


def errors(pairs: Sequence[Pair]) -> Errors | None:
    """Of (predicted, actual)."""
    if not pairs:
        return None
    count = len(pairs)
    residuals = [actual - predicted for predicted, actual in pairs]
    squares = math.fsum(each * each for each in residuals)
    middle = math.fsum(actual for _, actual in pairs) / count
    spread = math.fsum((actual - middle) ** 2 for _, actual in pairs)
    unexplained = ratio(squares, spread)
    return Errors(
        rmse=math.sqrt(squares / count),
        mae=math.fsum(abs(each) for each in residuals) / count,
        bias=math.fsum(residuals) / count,
        r2=None if unexplained is None else 1 - unexplained,
    )


def deciles(pairs: Sequence[Pair]) -> list[DecileError]:
    """Ten parts of as many pairs each, by what was predicted. Nothing of fewer than twenty pairs."""
    if len(pairs) < 20:
        return []
    rising = sorted(pairs)
    bounds = [place * len(rising) // 10 for place in range(11)]
    return [_decile(place + 1, rising[bounds[place] : bounds[place + 1]]) for place in range(10)]


def _decile(number: int, part: Sequence[Pair]) -> DecileError:
    count = len(part)
    return DecileError(
        decile=number,
        mean_actual=math.fsum(actual for _, actual in part) / count,
        mean_predicted=math.fsum(predicted for predicted, _ in part) / count,
        mae=math.fsum(abs(actual - predicted) for predicted, actual in part) / count,
        n=count,
    )
