"""From values to places on paper: domains, round ticks and their labels."""

from __future__ import annotations

import math
from collections.abc import Iterable

import msgspec

from shared.document.labels import Numerals

LARGEST = 1e300
_FLAT = 1e-9
_STEPS = (1, 2, 5, 10)
_SI = ((1e12, "T"), (1e9, "G"), (1e6, "M"))
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


class Scale(msgspec.Struct, frozen=True):
    """A straight line from ``low`` .. ``high`` to ``start`` .. ``end``."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)


class Ticks(msgspec.Struct, frozen=True):
    """Round values that cover the data, evenly spaced by ``step``."""

    values: list[float]
    step: float

    def labels(self, numerals: Numerals) -> list[str]:
        """Return one label per tick, all with the same decimals and the same unit prefix."""
        largest = max(abs(self.values[0]), abs(self.values[-1]))
        if largest >= 1e15 or self.step < 1e-6:
            return [_scientific(value, numerals) for value in self.values]
        divisor, prefix = next(((size, sign) for size, sign in _SI if largest >= size), (1.0, ""))
        decimals = max(0, -math.floor(math.log10(self.step / divisor) + _FLAT))
        return [numerals.write(value / divisor, decimals) + prefix if value else "0" for value in self.values]


def finite(values: Iterable[float | None]) -> list[float]:
    """Return the values that have a place, in order."""
    return [drawn for value in values if (drawn := place(value)) is not None]


def place(value: float | None) -> float | None:
    """Return the value as it can be drawn, or None for a gap."""
    if value is None or not math.isfinite(value):
        return None
    return min(max(value, -LARGEST), LARGEST)


def domain(values: list[float], *, zero: bool) -> tuple[float, float]:
    """Return what an axis must cover; from zero if it must be, or is near."""
    low, high = min(values, default=0.0), max(values, default=0.0)
    if zero or 0 <= low < high / 2 or low / 2 < high <= 0:
        low, high = min(low, 0.0), max(high, 0.0)
    if high - low > max(abs(low), abs(high)) * _FLAT and high - low > 1 / LARGEST:
        return low, high
    spread = abs(high) / 10
    return (low - spread, high + spread) if spread > 1 / LARGEST else (0.0, 1.0)


def ticks(low: float, high: float, about: int = 5) -> Ticks:
    """Choose steps of 1, 2 or 5 times a power of ten so that about so many ticks cover low to high."""
    rough = (high - low) / about
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(size * power for size in _STEPS if size * power >= rough * (1 - _FLAT))
    first, last = math.floor(low / step + _FLAT), math.ceil(high / step - _FLAT)
    return Ticks([_round(place * step) for place in range(first, max(last, first + 1) + 1)], step)


def compact(value: float, numerals: Numerals) -> str:
    """Write a value beside its bar: grouped digits, or four significant ones with a unit prefix."""
    size = abs(value)
    if size >= 1e15 or 0 < size < 1e-4:
        return _scientific(value, numerals)
    divisor, prefix = next(((least, sign) for least, sign in _SI if size >= least), (1.0, ""))
    if divisor == 1 and value == int(value):
        return numerals.write(value)
    return numerals.write(float(f"{value / divisor:.4g}")) + prefix


def _round(value: float) -> float:
    """Take off what adding steps has left in the last digits."""
    return float(f"{value:.12g}")


def _scientific(value: float, numerals: Numerals) -> str:
    if value == 0:
        return "0"
    mantissa, _, exponent = f"{value:.2e}".partition("e")
    return f"{numerals.write(float(mantissa))}\N{MULTIPLICATION SIGN}10{str(int(exponent)).translate(_SUPERSCRIPT)}"
