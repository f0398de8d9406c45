"""The queue's figures as values: what moves them, what they are recounted as, what is shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

import msgspec

from shared.contracts.states import Priority

COLUMNS = ("pending", "running", "parked")
"""Of reports that have not ended: not begun, being made, waiting for a person or another system."""


class StatsDelta(msgspec.Struct, frozen=True, kw_only=True):
    """A run came from one column to another: ``COLUMNS``, ``completed``, ``failed`` or another."""

    priority: Priority
    left: str | None
    entered: str | None
    seconds: float | None = None
    """How long a completed run took."""


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """A recount in Postgres. ``seconds_today`` is the sum over ``completed_today``; days are UTC."""

    pending: Mapping[str, int]
    running: Mapping[str, int]
    parked: Mapping[str, int]
    completed_today: int
    failed_today: int
    seconds_today: float


class QueueStats(msgspec.Struct, frozen=True, kw_only=True):
    """What the queue page shows: runs by priority, the UTC day, and who is there to work."""

    pending: dict[Priority, int]
    running: dict[Priority, int]
    parked: dict[Priority, int]
    completed_today: int
    failed_today: int
    average_seconds: float | None
    """Of today's completed runs, or of yesterday's while there are none."""
    workers_alive: int
    renderers_alive: int
    slots: int
    """Steps that the live processes can work on at once."""
    rebuilt_at: datetime
    read_at: datetime


def sums(deltas: Iterable[StatsDelta]) -> tuple[dict[str, int], dict[str, float]]:
    """What to add to the figures, and to the day's. Only the day remembers what has left the queue."""
    figures: dict[str, int] = defaultdict(int)
    day: dict[str, float] = defaultdict(float)
    for delta in deltas:
        for column, by in ((delta.left, -1), (delta.entered, 1)):
            if column in COLUMNS:
                figures[f"{column}:{delta.priority}"] += by
        if delta.entered in {"completed", "failed"}:
            day[delta.entered] += 1
        if delta.entered == "completed":
            day["seconds"] += delta.seconds or 0
    return figures, day


def shown(
    figures: dict[bytes, bytes], today: dict[bytes, bytes], yesterday: dict[bytes, bytes], alive: list[bytes]
) -> QueueStats:
    """Redis' answers as figures; ``alive`` has members ``service/process/slots``."""
    pending, running, parked = (
        {priority: _count(figures, f"{column}:{priority}") for priority in Priority} for column in COLUMNS
    )
    processes = [member.decode().split("/") for member in alive]
    services = [service for service, _, _ in processes]
    return QueueStats(
        pending=pending,
        running=running,
        parked=parked,
        completed_today=_count(today, "completed"),
        failed_today=_count(today, "failed"),
        average_seconds=_average(today, yesterday),
        workers_alive=services.count("worker"),
        renderers_alive=services.count("renderer"),
        slots=sum(int(slots) for _, _, slots in processes),
        rebuilt_at=datetime.fromtimestamp(float(figures[b"rebuilt_at"]), UTC),
        read_at=datetime.now(UTC),
    )


def _count(found: dict[bytes, bytes], field: str) -> int:
    return max(0, int(found.get(field.encode(), 0)))


def _average(*days: dict[bytes, bytes]) -> float | None:
    for day in days:
        if completed := _count(day, "completed"):
            return float(day.get(b"seconds", 0)) / completed
    return None
