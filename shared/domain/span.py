"""What a client asks to be measured: the period, its parts and whose rows. Times are UTC throughout."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import msgspec

from shared.domain.errors import Rejected

LONGEST = timedelta(days=400)
MOST_PARTS = 400
USUAL = timedelta(days=7)
"""What is looked at when nothing is said."""

Grouping = Literal["hour", "day", "week"]
_STEP: dict[Grouping, timedelta] = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1)}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A checked request. The period is from ``start`` up to, but without, ``end``."""

    start: datetime
    end: datetime
    now: datetime
    grouping: Grouping
    scope: Literal["own", "all"] = "own"
    priorities: list[str] = []
    parameters: dict[str, Any] = {}

    @property
    def parts(self) -> list[datetime]:
        """Where each hour, day or week of the period begins; the first may begin before it."""
        return list(_parts(floor(self.start, self.grouping), self.end, _STEP[self.grouping]))

    def label(self, at: datetime) -> str:
        """What a part is called below a chart."""
        if self.grouping == "hour":
            return f"{at:%-d %b %H}h"
        years = self.start.year != (self.end - timedelta(microseconds=1)).year
        return f"{at:%-d %b %Y}" if years else f"{at:%-d %b}"

    @property
    def said(self) -> str:
        return f"{_moment(self.start)} to {_moment(self.end)} (UTC)"


def read(parameters: dict[str, Any], now: datetime) -> Asked:
    """Check what the schema of the parameters cannot.

    Raises:
        Rejected: naming the parameter and what it must be.
    """
    now = now.astimezone(UTC)
    end = _instant(parameters.get("to"), "to", end=True) or now
    days = parameters.get("days")
    usual = USUAL if days is None else timedelta(days=days)
    start = _instant(parameters.get("from"), "from", end=False) or end - usual
    if start >= end:
        raise _wrong("from", f"must be before parameters.to ({end:%Y-%m-%dT%H:%MZ})")
    if end - start > LONGEST:
        raise _wrong("from", f"must be at most {LONGEST.days} days before parameters.to")
    grouping: Grouping = parameters.get("grouping") or _grouping(end - start)
    if (end - start) / _STEP[grouping] > MOST_PARTS:
        raise _wrong("grouping", f"gives more than {MOST_PARTS} {grouping}s for this period; choose a longer one")
    return Asked(
        start=start,
        end=end,
        now=now,
        grouping=grouping,
        scope=parameters.get("scope") or "own",
        priorities=parameters.get("priorities") or [],
        parameters=parameters,
    )


def floor(at: datetime, grouping: Grouping) -> datetime:
    """The beginning of the hour, day or week (Monday) that an instant is in."""
    at = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    if grouping == "hour":
        return at
    midnight = at.replace(hour=0)
    return midnight - timedelta(days=midnight.weekday()) if grouping == "week" else midnight


def _parts(at: datetime, end: datetime, step: timedelta) -> Iterator[datetime]:
    while at < end:
        yield at
        at += step


def _grouping(length: timedelta) -> Grouping:
    if length <= timedelta(days=2):
        return "hour"
    return "day" if length <= timedelta(days=70) else "week"


def _instant(value: Any, name: str, *, end: bool) -> datetime | None:
    """A day or an instant; a day as the end of a period is meant whole."""
    if value is None:
        return None
    try:
        at = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise _wrong(name, "must be a day (2026-05-04) or an instant (2026-05-04T12:00:00Z)") from None
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at
    try:
        at = at.astimezone(UTC) + timedelta(days=1 if end and _DAY.fullmatch(value) else 0)
    except OverflowError:
        raise _wrong(name, "must be between the years 2000 and 2999") from None
    if not 2000 <= at.year <= 2999:
        raise _wrong(name, "must be between the years 2000 and 2999")
    return at


def _moment(at: datetime) -> str:
    return f"{at:%-d %b %Y}" if at == floor(at, "day") else f"{at:%-d %b %Y %H:%M}"


def _wrong(name: str, must: str) -> Rejected:
    return Rejected(f"parameters.{name} {must}", details={"field": f"parameters.{name}"})
