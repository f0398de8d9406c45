"""When a report will be there: its place in the queue and the time that its like took lately."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec

from shared.contracts.records import Template
from shared.contracts.states import RunStatus
from shared.db import waits
from shared.db.pool import Connection
from shared.db.reports import ReportView
from shared.templates.registry import Registry

from .figures import Figures

KEEP_S = 10.0
"""How long reports take, and who works, changes slowly; it is not asked for with every poll."""


class Outlook(msgspec.Struct, frozen=True):
    """``position`` is 1 for the next; both are None for a report to which they do not apply."""

    position: int | None = None
    finished_at: datetime | None = None


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How fast reports are made lately."""

    means: Mapping[UUID, float] = {}
    """Seconds per template, where any were measured."""
    usual_s: float
    workers: int = 1

    @property
    def mean_s(self) -> float:
        return sum(self.means.values()) / len(self.means) if self.means else self.usual_s

    def own_s(self, template: Template) -> float:
        return self.means.get(template.id, template.estimated_time_minutes * 60.0)

    def begun(self, template: Template, started_at: datetime, now: datetime) -> Outlook:
        """Of a report that is being made: when its like would be done, but not before now."""
        return Outlook(None, max(now, started_at + timedelta(seconds=self.own_s(template))))

    def waiting(
        self, template: Template, position: int, under_way: Sequence[tuple[UUID, float]], now: datetime
    ) -> Outlook:
        """Of a report that waits: what is left of those under way, those ahead, and its own time.

        Args:
            under_way: template and seconds so far of each report that is being made.
        """
        left = sum(max(0.0, self.means.get(made, self.usual_s) - seconds) for made, seconds in under_way)
        side_by_side = max(1, len(under_way), self.workers)
        ahead = (left + (position - 1) * self.mean_s) / side_by_side
        return Outlook(position, now + timedelta(seconds=ahead + self.own_s(template)))


class Outlooks:
    """Reckons outlooks from the database, with a pace that is a few seconds old at most."""

    def __init__(self, figures: Figures, registry: Registry) -> None:
        self._figures = figures
        minutes = [folder.template.estimated_time_minutes for folder in registry.by_id.values()]
        self.usual_s = 60.0 * sum(minutes) / len(minutes) if minutes else 60.0
        """How long a report takes while none was measured."""
        self._pace = Pace(usual_s=self.usual_s)
        self._asked_at = float("-inf")

    async def of(self, db: Connection, views: Sequence[ReportView]) -> dict[UUID, Outlook]:
        """An outlook per report that waits or is being made."""
        active = [view for view in views if not view.run.status.terminal]
        queued = [view.report.run_id for view in active if view.run.status is RunStatus.PENDING]
        places = await waits.positions(db, queued)
        return await self._reckon(db, active, places) if active else {}

    async def of_one(self, db: Connection, view: ReportView) -> Outlook:
        """The outlook of one report; cheaper than ``of``."""
        if view.run.status.terminal:
            return Outlook()
        queued = view.run.status is RunStatus.PENDING
        place = await waits.position(db, view.report.run_id) if queued else None
        places = {view.report.run_id: place} if place is not None else {}
        return (await self._reckon(db, [view], places))[view.report.id]

    async def of_new(self, db: Connection, run_id: str, template: Template) -> Outlook:
        """The outlook of a report that was accepted just now; it may be under way already."""
        pace, now = await self._lately(db), datetime.now(UTC)
        place = await waits.position(db, run_id)
        if place is None:
            return pace.begun(template, now, now)
        return pace.waiting(template, place, await waits.under_way(db), now)

    async def _reckon(
        self, db: Connection, views: Sequence[ReportView], places: Mapping[str, int]
    ) -> dict[UUID, Outlook]:
        pace, now = await self._lately(db), datetime.now(UTC)
        under_way = await waits.under_way(db) if places else []
        return {
            view.report.id: pace.waiting(view.template, places[view.report.run_id], under_way, now)
            if view.report.run_id in places
            else pace.begun(view.template, view.run.started_at or now, now)
            for view in views
        }

    async def _lately(self, db: Connection) -> Pace:
        now = asyncio.get_running_loop().time()
        if now - self._asked_at > KEEP_S:
            self._asked_at = now
            stats = await self._figures.read()
            self._pace = Pace(
                means=await waits.durations(db),
                usual_s=self.usual_s,
                workers=stats.workers_alive if stats else 1,
            )
        return self._pace
