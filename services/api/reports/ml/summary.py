"""What clients are told of finished machine-learning reports: headline figures, pages, and how they were made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.api import VERSION
from shared.contracts.states import RunStatus
from shared.db import artifacts, runs
from shared.db.pool import Connection
from shared.db.reports import ReportView
from shared.domain.values import REFERENCE, is_reference


async def summaries(db: Connection, views: Sequence[ReportView]) -> dict[str, dict[str, Any]]:
    """A summary per run that is completed."""
    done = [view.report.run_id for view in views if view.run.status is RunStatus.COMPLETED]
    if not done:
        return {}
    told = await runs.outputs(db, done, "assemble", "summary")
    pages = await artifacts.pages(db, done)
    found = {}
    for run_id in done:
        value: Any = told.get(run_id) or {}
        if is_reference(value):
            digest = value[REFERENCE]
            value = (await runs.results(db, run_id, [digest])).get(digest, ({}, None))[0] or {}
        generator = f"{value.get('generator') or 'Pressrun'} {VERSION}"
        found[run_id] = value | {"generator": generator, "pages": pages.get(run_id)}
    return found


async def summary(db: Connection, view: ReportView) -> dict[str, Any]:
    """One report's; empty until it is completed."""
    return (await summaries(db, [view])).get(view.report.run_id, {})
