"""Figures as a reader meets them: shares, durations, sizes, instants. Nothing here divides by zero."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import msgspec

NONE = "\N{EN DASH}"

_UNITS = ((86_400.0, "days", "d"), (3600.0, "hours", "h"), (60.0, "minutes", "min"), (1.0, "seconds", "s"))
_SIZES = ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB"))


class Unit(msgspec.Struct, frozen=True):
    """In what a chart's durations or sizes are drawn."""

    name: str
    size: float

    def values(self, given: Sequence[float | None]) -> list[float | None]:
        return [None if each is None else float(f"{each / self.size:.4g}") for each in given]


def share(part: float, whole: float) -> float | None:
    """``part`` of ``whole`` from 0 to 1; None of nothing, or of next to nothing."""
    found = part / whole if whole > 0 else math.inf
    return found if math.isfinite(found) else None


def percent(value: float | None) -> str:
    """A share as text. One that is not nothing is never shown as nothing, nor one below all as all."""
    if value is None or not math.isfinite(value):
        return NONE
    hundred = value * 100
    if 0 < hundred < 0.1:
        return "< 0.1 %"
    if 99.9 < hundred < 100:
        return "> 99.9 %"
    return f"{hundred:.0f} %" if hundred >= 10 or hundred == int(hundred) else f"{hundred:.1f} %"


def count(value: float | None) -> str:
    """A whole number with grouped digits."""
    return NONE if value is None else f"{value:,.0f}"


def counted(value: int, noun: str) -> str:
    """A whole number with its noun in the right form."""
    return f"{value:,} {noun}" if value == 1 else f"{value:,} {noun}s"


def duration(seconds: float | None) -> str:
    """Seconds in the unit in which they are easily read."""
    if seconds is None or not math.isfinite(seconds):
        return NONE
    if 0 < seconds < 0.001:
        return "< 1 ms"
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 9.95 else f"{seconds:.0f} s"
    if seconds < 3600:
        return _two(seconds, 60, "min", "s")
    if seconds < 2 * 86_400:
        return _two(seconds, 3600, "h", "min")
    return _two(seconds, 86_400, "d", "h")


def size(octets: float | None) -> str:
    """Bytes, in decimal units."""
    if octets is None or not math.isfinite(octets):
        return NONE
    for least, name in _SIZES:
        if octets >= least:
            value = octets / least
            return f"{value:.0f} {name}" if value >= 100 else f"{value:.1f} {name}"
    return f"{octets:,.0f} bytes"


def instant(at: datetime | None) -> str:
    """To the minute, in UTC and saying so."""
    return NONE if at is None else f"{at.astimezone(UTC):%-d %b %Y %H:%M} UTC"


def day(at: datetime | None) -> str:
    """The day in UTC."""
    return NONE if at is None else f"{at.astimezone(UTC):%-d %b %Y}"


def duration_unit(given: Iterable[float | None]) -> Unit:
    """The largest unit of which the longest duration is at least one and a half."""
    longest = max((each for each in given if each is not None), default=0.0)
    name, size_ = next(((name, size) for size, name, _ in _UNITS if longest >= 1.5 * size), ("ms", 0.001))
    return Unit(name, size_)


def size_unit(given: Iterable[float | None]) -> Unit:
    """The largest unit of which the largest size is at least one."""
    largest = max((each for each in given if each is not None), default=0.0)
    name, size_ = next(((name, least) for least, name in _SIZES if largest >= least), ("bytes", 1.0))
    return Unit(name, size_)


def _two(seconds: float, unit: int, large: str, small: str) -> str:
    """Two units side by side, rounded to the smaller."""
    below = {"s": 1, "min": 60, "h": 3600}[small]
    whole = round(seconds / below) * below
    first, rest = divmod(whole, unit)
    return f"{first:,.0f} {large} {rest // below:.0f} {small}" if rest else f"{first:,.0f} {large}"
