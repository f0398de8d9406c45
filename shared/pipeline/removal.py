"""Removes reports with everything that belongs to them."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from shared.db import garbage, reports

from .control import cancel
from .pipeline import Pipeline, Transaction, message


async def stop(pipeline: Pipeline, tx: Transaction, report_id: UUID, *, by: str) -> list[str]:
    """Cancel every run of a report that goes on. Returns their ids."""
    active = await reports.active_runs(tx.db, report_id)
    for run_id in active:
        await cancel(pipeline, tx, run_id, by=by)
    return active


async def remove(tx: Transaction, report_ids: Collection[UUID]) -> int:
    """Delete reports whose rows this transaction holds, none of which has a run that goes on.

    Their runs, events, stored results, answers, artifacts and grants go with them. What they have in the
    object store is deleted after the commit, unless another row names it. Returns how many objects that may be.
    """
    keys = await garbage.of_reports(tx.db, report_ids)
    for run_id in await reports.run_ids(tx.db, report_ids):
        tx.publish(run_id, message("removed"))  # whoever still watches it need not wait
    await reports.delete(tx.db, report_ids)
    await garbage.add(tx.db, keys)
    return len(keys)
