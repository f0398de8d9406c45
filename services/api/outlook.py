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

KEEP_S = 15.0
"""Mean durations change slowly; they are not asked for with every poll."""


class Outlook(msgspec.Struct, frozen=True):
    """``position`` is 1 for the next; both are None for a report to which they do not apply."""

    position: int | None = None
    finished_at: datetime | None = None


class Outlooks:
    """Reckons outlooks, with mean durations that are a few seconds old at most."""

    def __init__(self, figures: Figures, registry: Registry) -> None:
        self._figures = figures
        minutes = [folder.template.estimated_time_minutes for folder in registry.by_id.values()]
        self._means: dict[UUID, float] = {}
        self._asked_at = float("-inf")
        self.usual_s = 60.0 * sum(minutes) / len(minutes) if minutes else 60.0
        """How long a report takes while none was measured."""

    async def of(self, db: Connection, views: Sequence[ReportView]) -> dict[UUID, Outlook]:
        """An outlook per report that waits or is being made."""
        active = [view for view in views if not view.run.status.terminal]
        waiting = {view.report.run_id: view.template for view in active if view.run.status is RunStatus.PENDING}
        reckoned = await self._waiting(db, waiting)
        now = datetime.now(UTC)
        for view in active:
            if view.report.run_id not in reckoned:
                seconds = await self._own(db, view.template)
                begun = view.run.started_at or now
                reckoned[view.report.run_id] = Outlook(None, max(now, begun + timedelta(seconds=seconds)))
        return {view.report.id: reckoned[view.report.run_id] for view in active}

    async def of_new(self, db: Connection, run_id: str, template: Template) -> Outlook:
        """The outlook of a report that was accepted just now; it may be under way already."""
        found = (await self._waiting(db, {run_id: template})).get(run_id)
        own = timedelta(seconds=await self._own(db, template))
        return found or Outlook(None, datetime.now(UTC) + own)

    async def _waiting(self, db: Connection, templates: Mapping[str, Template]) -> dict[str, Outlook]:
        positions = await waits.positions(db, templates.keys())
        if not positions:
            return {}
        means = await self._durations(db)
        mean = sum(means.values()) / len(means) if means else self.usual_s
        left_s, lanes = await self._ahead(db, means)
        now = datetime.now(UTC)
        return {
            run_id: Outlook(
                position,
                now
                + timedelta(seconds=(left_s + (position - 1) * mean) / lanes + await self._own(db, templates[run_id])),
            )
            for run_id, position in positions.items()
        }

    async def _ahead(self, db: Connection, means: dict[UUID, float]) -> tuple[float, int]:
        """Seconds of work left in the reports that are being made, and how many are made side by side."""
        running = await waits.under_way(db)
        left = sum(max(0.0, means.get(template, self.usual_s) - seconds) for template, seconds in running)
        stats = await self._figures.read()
        return left, max(1, len(running), stats.workers_alive if stats else 1)

    async def _durations(self, db: Connection) -> dict[UUID, float]:
        now = asyncio.get_running_loop().time()
        if now - self._asked_at > KEEP_S:
            self._asked_at = now
            self._means = await waits.durations(db)
        return self._means

    async def _own(self, db: Connection, template: Template) -> float:
        return (await self._durations(db)).get(template.id, template.estimated_time_minutes * 60.0)
