"""The queue's figures as the words and bars that the page shows. Pure: the page and its live stream agree."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

import msgspec

from services.api.figures import wait_seconds
from shared.contracts.states import Priority
from shared.queue.stats import QueueStats

STALE_AFTER = timedelta(seconds=30)
"""Figures are recounted every few seconds while any worker lives."""


class Lane(msgspec.Struct, frozen=True, kw_only=True):
    """One priority: how many reports are made and wait, and how long their bar is (0 to 100)."""

    running: int
    pending: int
    running_share: float
    pending_share: float


class QueueView(msgspec.Struct, frozen=True, kw_only=True):
    state: Literal["live", "stale", "away"]
    note: str
    """What a visitor should know about the figures or the queue; empty when all is well."""
    wait: str
    average: str
    pending: int
    running: int
    parked: int
    completed_today: int
    failed_today: int
    workers: int
    renderers: int
    age_s: int | None
    lanes: dict[Priority, Lane]


def queue_view(stats: QueueStats | None, *, usual_s: float, now: datetime) -> QueueView:
    """What is shown.

    Args:
        usual_s: how long a report usually takes, for as long as none was measured.
    """
    if stats is None:
        return _away()
    pending, running = sum(stats.pending.values()), sum(stats.running.values())
    age = max(timedelta(0), now - stats.rebuilt_at)
    stale = age > STALE_AFTER
    idle = stats.workers_alive == 0 or stats.renderers_alive == 0
    wait = wait_seconds(stats, usual_s if stats.average_seconds is None else stats.average_seconds)
    return QueueView(
        state="stale" if stale else "live",
        note=_note(stats, stale=stale),
        wait="unknown" if idle else duration(wait) if wait else "none",
        average="not known yet" if stats.average_seconds is None else duration(stats.average_seconds),
        pending=pending,
        running=running,
        parked=sum(stats.parked.values()),
        completed_today=stats.completed_today,
        failed_today=stats.failed_today,
        workers=stats.workers_alive,
        renderers=stats.renderers_alive,
        age_s=round(age.total_seconds()),
        lanes=_lanes(stats),
    )


def duration(seconds: float) -> str:
    """A time as people say it."""
    if seconds < 1:
        return "under a second"
    if seconds < 90:
        return f"{round(seconds)} s"
    if seconds < 90 * 60:
        return f"{round(seconds / 60)} min"
    return f"{seconds / 3600:.1f} h"


def _note(stats: QueueStats, *, stale: bool) -> str:
    missing = [
        name for name, alive in (("worker", stats.workers_alive), ("renderer", stats.renderers_alive)) if not alive
    ]
    if missing:
        return f"No {' and no '.join(missing)} is running: reports are accepted and wait."
    return "These figures were not recounted lately." if stale else ""


def _lanes(stats: QueueStats) -> dict[Priority, Lane]:
    widest = max(1, *(stats.pending[priority] + stats.running[priority] for priority in Priority))
    return {
        priority: Lane(
            running=stats.running[priority],
            pending=stats.pending[priority],
            running_share=round(100 * stats.running[priority] / widest, 2),
            pending_share=round(100 * stats.pending[priority] / widest, 2),
        )
        for priority in Priority
    }


def _away() -> QueueView:
    return QueueView(
        state="away",
        note="The queue's figures cannot be read at the moment. Reports are accepted all the same.",
        wait="unknown",
        average="unknown",
        pending=0,
        running=0,
        parked=0,
        completed_today=0,
        failed_today=0,
        workers=0,
        renderers=0,
        age_s=None,
        lanes={priority: Lane(running=0, pending=0, running_share=0, pending_share=0) for priority in Priority},
    )
