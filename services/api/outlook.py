"""When a report will be there: its place in the queue and the time that its like took lately."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec

from shared.contracts.records import Template
from shared.contracts.states import RunStatus
from shared.db import templates, waits
from shared.db.pool import Connection
from shared.db.reports import ReportView
from shared.db.waits import Place, Spread
from shared.templates.registry import Registry

from .figures import Figures

KEEP_S = 10.0
"""How long reports take, and who works, changes slowly; it is not asked for with every poll."""
QUICKEST, SLOWEST = 1 / 3, 5 / 3
"""What a template's own estimate may mean: a quarter of an hour is five to twenty-five minutes."""


class Outlook(msgspec.Struct, frozen=True):
    """``position`` is 1 for the next; what does not apply to a report is None."""

    position: int | None = None
    finished_at: datetime | None = None
    earliest: datetime | None = None
    latest: datetime | None = None


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How fast reports are made lately."""

    spreads: Mapping[UUID, Spread] = {}
    """Of every template: as measured, or as the template itself says."""
    usual: Spread
    """Of a report that is made by a template which is not known yet."""
    workers: int = 1

    def of(self, template: Template) -> Spread:
        """How long a report by this template takes."""
        return self.spreads.get(template.id) or _guess(template.estimated_time_minutes * 60.0)

    def begun(self, template: Template, started_at: datetime, now: datetime) -> Outlook:
        """Of a report that is being made: when its like would be done, but not before now."""
        spread = self.of(template)
        times = (
            max(now, started_at + timedelta(seconds=seconds)) for seconds in (spread.mean, spread.low, spread.high)
        )
        return Outlook(None, *times)

    def waiting(
        self, template: Template, place: Place, under_way: Sequence[tuple[UUID, float]], now: datetime
    ) -> Outlook:
        """Of a report that waits: what is left of those under way, those ahead, and its own time.

        All that is before it is shared by as many as work side by side; its own time is not. It cannot begin
        later than when each of them has done its share, nor earlier than that less what the last of the others
        may still be busy with.

        Args:
            under_way: template and seconds so far of each report that is being made.
        """
        own, side_by_side = self.of(template), max(1, len(under_way), self.workers)
        left = [_left(self.spreads.get(made, self.usual), seconds) for made, seconds in under_way]
        before = sum(left, place.ahead)
        longest = max([place.longest, *(spread.high for spread in left)])
        low = max(0.0, before.low - (side_by_side - 1) * longest)
        seconds = (
            before.mean / side_by_side + own.mean,
            low / side_by_side + own.low,
            before.high / side_by_side + own.high,
        )
        return Outlook(place.position, *(now + timedelta(seconds=each) for each in seconds))


class Outlooks:
    """Reckons outlooks from the database, with a pace that is a few seconds old at most."""

    def __init__(self, figures: Figures, registry: Registry) -> None:
        self._figures = figures
        minutes = [folder.template.estimated_time_minutes for folder in registry.offered]
        self.usual_s = 60.0 * sum(minutes) / len(minutes) if minutes else 60.0
        """How long a report takes while none was measured."""
        self._pace = Pace(usual=_guess(self.usual_s))
        self._asked_at = float("-inf")

    async def of(self, db: Connection, views: Sequence[ReportView]) -> dict[UUID, Outlook]:
        """An outlook per report that waits or is being made."""
        active = [view for view in views if not view.run.status.terminal]
        if not active:
            return {}
        pace = await self._lately(db)
        queued = [view.report.run_id for view in active if view.run.status is RunStatus.PENDING]
        return await _reckon(db, active, await waits.places(db, queued, pace.spreads), pace)

    async def of_one(self, db: Connection, view: ReportView) -> Outlook:
        """The outlook of one report; cheaper than ``of``."""
        if view.run.status.terminal:
            return Outlook()
        pace = await self._lately(db)
        queued = view.run.status is RunStatus.PENDING
        place = await waits.place(db, view.report.run_id, pace.spreads) if queued else None
        places = {view.report.run_id: place} if place is not None else {}
        return (await _reckon(db, [view], places, pace))[view.report.id]

    async def of_new(self, db: Connection, run_id: str, template: Template) -> Outlook:
        """The outlook of a report that was accepted just now; it may be under way already."""
        pace, now = await self._lately(db), datetime.now(UTC)
        place = await waits.place(db, run_id, pace.spreads)
        if place is None:
            return pace.begun(template, now, now)
        return pace.waiting(template, place, await waits.under_way(db), now)

    async def _lately(self, db: Connection) -> Pace:
        now = asyncio.get_running_loop().time()
        if now - self._asked_at > KEEP_S:
            self._asked_at = now
            stats = await self._figures.read()
            self._pace = Pace(
                spreads=_estimates(await templates.every(db)) | await waits.durations(db),
                usual=_guess(self.usual_s),
                workers=stats.workers_alive if stats else 1,
            )
        return self._pace


async def _reckon(
    db: Connection, views: Sequence[ReportView], places: Mapping[str, Place], pace: Pace
) -> dict[UUID, Outlook]:
    now = datetime.now(UTC)
    under_way = await waits.under_way(db) if places else []
    return {
        view.report.id: pace.waiting(view.template, places[view.report.run_id], under_way, now)
        if view.report.run_id in places
        else pace.begun(view.template, view.run.started_at or now, now)
        for view in views
    }


def _estimates(known: Iterable[Template]) -> dict[UUID, Spread]:
    return {template.id: _guess(template.estimated_time_minutes * 60.0) for template in known}


def _guess(seconds: float) -> Spread:
    return Spread(seconds, seconds * QUICKEST, seconds * SLOWEST)


def _left(spread: Spread, seconds: float) -> Spread:
    """What is left of a report that has been under way for so long."""
    return Spread(max(0.0, spread.mean - seconds), max(0.0, spread.low - seconds), max(0.0, spread.high - seconds))
