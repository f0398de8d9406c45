"""Removes what has expired, and what nobody names any more in the object store."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import structlog

from shared.db import audit, garbage, reports, uploads
from shared.db.pool import Database
from shared.domain.errors import NotFound, Unavailable
from shared.pipeline.pipeline import Pipeline
from shared.pipeline.removal import remove
from shared.storage.store import Store

BATCH = 50
MOST_BATCHES = 4
"""In one round, which other chores wait for."""
HOLD_S = 86_400.0
"""A report is there for at least so long after it was made, however late that was."""
LEASE_S = 60.0
OBJECTS = 100

log = structlog.get_logger()


class Retention:
    """Somebody asks for a round every so often; any number may be at work."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    async def round(self) -> int:
        """Remove reports and uploads whose time is over, a bounded number of them. Returns how many reports.

        Raises:
            Unavailable: the database does not answer.
        """
        async with self._pipeline.database.connect() as db:
            await reports.hold(db, seconds=HOLD_S)
        async with self._pipeline.database.begin() as db:
            await garbage.add(db, await uploads.expire(db, most=OBJECTS))
        removed = 0
        for _ in range(MOST_BATCHES):
            found = await self._batch()
            removed += found
            if found < BATCH:
                break
        return removed

    async def _batch(self) -> int:
        async with self._pipeline.transaction() as tx:
            expired = await reports.expired(tx.db, most=BATCH)
            if not expired:
                return 0
            objects = await remove(tx, expired)
            for report_id in expired:
                await audit.append(
                    tx.db, actor="system", action="report.expire", object_kind="report", object_id=str(report_id)
                )
        log.info("reports.expired", reports=len(expired), objects=objects)
        return len(expired)


class Collector:
    """Deletes objects, beside whoever asks for it: a store that is away must hold up nobody."""

    def __init__(self, database: Database, store: Store) -> None:
        self._database = database
        self._store = store
        self._working: asyncio.Task[None] | None = None

    async def kick(self) -> None:
        """Go on in the background, unless that is under way already."""
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._work())

    async def round(self) -> int:
        """Delete what is loose, a bounded number. Returns how many objects are gone.

        What could not be deleted stays to be deleted later.

        Raises:
            Unavailable: the database does not answer.
        """
        async with self._database.begin() as db:
            keys = await garbage.claim(db, most=OBJECTS, lease_s=LEASE_S)
        gone: list[str] = []
        with suppress(TimeoutError):
            # Nobody may put these before they are done or their lease has run out, so no deletion may come later.
            async with asyncio.timeout(LEASE_S / 2):
                await asyncio.gather(*(self._delete(key, gone) for key in keys))
        async with self._database.connect() as db:
            await garbage.done(db, gone)
        if len(gone) < len(keys):
            log.warning("objects.undeleted", objects=len(keys) - len(gone), retry_in_s=LEASE_S)
        elif gone:
            log.info("objects.deleted", objects=len(gone))
        return len(gone)

    async def close(self) -> None:
        if self._working is not None:
            self._working.cancel()
            await asyncio.wait([self._working])

    async def _work(self) -> None:
        try:
            while await self.round() == OBJECTS:
                pass
        except Unavailable as error:
            log.warning("objects.undeleted", error=error.message)

    async def _delete(self, key: str, gone: list[str]) -> None:
        with suppress(Unavailable):
            with suppress(NotFound):
                await self._store.delete(key)
            gone.append(key)
