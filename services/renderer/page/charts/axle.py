"""An axis of numbers: what it covers, where its ticks are, and from a value to its place on paper."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import msgspec

from services.renderer.page.charts.scale import LARGEST, Scale, domain, finite, place, ticks
from shared.document.labels import Numerals

_MOST_DECADES = 8
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_LEAST = 1e-300


class Axle(msgspec.Struct, frozen=True):
    """From ``low`` to ``high``; of a logarithmic one these are exponents of ten."""

    low: float
    high: float
    values: list[float]
    """Of the ticks."""
    labels: list[str]
    log: bool = False
    closed: bool = False
    """What lies outside has no place; else there is nothing outside."""

    def scale(self, start: float, end: float) -> On:
        return On(self, Scale(self.low, self.high, start, end))


class On(msgspec.Struct, frozen=True):
    """An axis laid out on paper."""

    axle: Axle
    line: Scale

    def at(self, value: float | None) -> float | None:
        """Where a value is; None where it has no place."""
        known = place(value)
        if known is None or (self.axle.log and known < _LEAST):
            return None
        known = math.log10(known) if self.axle.log else known
        if self.axle.closed and not _inside(known, self.axle):
            return None
        return self.line(known)

    def covers(self, value: float) -> bool:
        """Whether the axis reaches to this value."""
        known = place(value)
        if known is None or (self.axle.log and known < _LEAST):
            return False
        return _inside(math.log10(known) if self.axle.log else known, self.axle)

    def ticks(self) -> list[tuple[float, str]]:
        """Where each tick is, and its label."""
        return [
            (at, said)
            for value, said in zip(self.axle.values, self.axle.labels, strict=True)
            if (at := self.at(value)) is not None
        ]


def axle(
    values: Iterable[float | None],
    numerals: Numerals,
    *,
    log: bool = False,
    zero: bool = False,
    fixed: tuple[float, float] | None = None,
    about: int = 5,
) -> Axle:
    """The axis that these values need, or the one that was asked for if it can be."""
    known = finite(values)
    if log and (positive := [value for value in known if value >= _LEAST]):
        return _decades(positive, numerals)
    if fixed is not None and (asked := _drawable(*fixed)) is not None:
        low, high = asked
        marks = ticks(low, high, about=about)
        inside = [(value, said) for value, said in zip(marks.values, marks.labels(numerals), strict=True)
                  if low - marks.step * 1e-9 <= value <= high + marks.step * 1e-9]  # fmt: skip
        return Axle(low, high, [value for value, _ in inside], [said for _, said in inside], closed=True)
    marks = ticks(*domain(known, zero=zero), about=about)
    return Axle(marks.values[0], marks.values[-1], marks.values, marks.labels(numerals))


def _drawable(first: float, last: float) -> tuple[float, float] | None:
    """Return the range as it can be drawn; None if it has no width that an axis could show."""
    low, high = place(first), place(last)
    if low is None or high is None or high - low <= max(abs(low), abs(high)) * 1e-9 or high - low <= 1 / LARGEST:
        return None
    return low, high


def _decades(known: Sequence[float], numerals: Numerals) -> Axle:
    low, high = math.floor(math.log10(min(known)) + 1e-9), math.ceil(math.log10(max(known)) - 1e-9)
    high = max(high, low + 1)
    step = math.ceil((high - low) / _MOST_DECADES)
    powers = list(range(low, high + 1, step))
    labels = [_power(power, numerals) for power in powers]
    return Axle(low, high, [10.0**power for power in powers], labels, log=True)


def _power(power: int, numerals: Numerals) -> str:
    if -3 <= power <= 5:
        return numerals.write(10.0**power)
    return f"10{str(power).translate(_SUPERSCRIPT)}"


def _inside(value: float, axle_: Axle) -> bool:
    slack = (axle_.high - axle_.low) * 1e-9
    return axle_.low - slack <= value <= axle_.high + slack
