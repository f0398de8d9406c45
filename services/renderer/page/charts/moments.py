"""An axis of time: instants in UTC, ticks at round ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from services.renderer.page.charts.axle import Axle

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_STEPS = (1, 2, 5, 10, 15, 30, *(_MINUTE * each for each in (1, 2, 5, 10, 15, 30)),
          *(_HOUR * each for each in (1, 2, 3, 6, 12)), *(_DAY * each for each in (1, 2, 7, 14)))  # fmt: skip
_MONTHS = (1, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 2400, 6000)
_MOST = 8
_MONDAY = 4 * _DAY
"""From the epoch to the first Monday after it."""


def seconds(at: datetime) -> float:
    """Where an instant is on an axis of time. What has no zone is UTC."""
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


def axle(values: Iterable[float]) -> Axle:
    """The axis from the first to the last of these instants."""
    known = list(values)
    low, high = min(known, default=0.0), max(known, default=1.0)
    if high - low < 1:
        low, high = low - 1, high + 1
    marks = [mark for mark in _marks(low, high) if low <= mark <= high]
    return Axle(low, high, marks, _labels(marks))


def measure(axle_: Axle) -> str:
    """What is written below the axis: its days and its zone."""
    first, last = (f"{_at(value):%Y-%m-%d}" for value in (axle_.low, axle_.high))
    return f"UTC, {first}" if first == last else f"UTC, {first} – {last}"


def _marks(low: float, high: float) -> list[float]:
    step = next((each for each in _STEPS if (high - low) / each <= _MOST), None)
    if step is None:
        return _months(low, high)
    origin = _MONDAY if step >= 7 * _DAY else 0
    first = int((low - origin) // step)
    return [float(origin + step * place) for place in range(first, first + _MOST + 3)]


def _months(low: float, high: float) -> list[float]:
    """The first of every so many months, counted from January of the year 0."""
    first, last = _at(low), _at(high)
    span = (last.year - first.year) * 12 + last.month - first.month + 1
    step = next((each for each in _MONTHS if span / each <= _MOST), _MONTHS[-1])
    begin = (first.year * 12 + first.month - 1) // step * step
    months = range(begin, begin + step * (_MOST + 3), step)
    return [
        datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC).timestamp() for month in months if 1 <= month // 12 <= 9999
    ]


def _labels(marks: Sequence[float]) -> list[str]:
    """Each as short as the others allow: years, months, days, or times of the day."""
    given = [_at(mark) for mark in marks]
    if all((one.month, one.day, one.hour, one.minute, one.second) == (1, 1, 0, 0, 0) for one in given):
        return [f"{one.year:04}" for one in given]
    if all((one.day, one.hour, one.minute, one.second) == (1, 0, 0, 0) for one in given):
        return [f"{one.year:04}-{one.month:02}" for one in given]
    if all((one.hour, one.minute, one.second) == (0, 0, 0) for one in given):
        return [f"{one:%m-%d}" for one in given]
    if all(one.second == 0 for one in given):
        return [f"{one:%m-%d}" if (one.hour, one.minute) == (0, 0) else f"{one:%H:%M}" for one in given]
    return [f"{one:%H:%M:%S}" for one in given]


def _at(value: float) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=value)
