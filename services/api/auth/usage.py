"""Notes when keys are used, a little later and never on a request's path."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog

from shared.db import principals
from shared.db.pool import Database
from shared.domain.errors import Unavailable

EVERY_S = 2.0
AT_MOST_EVERY = timedelta(minutes=1)

log = structlog.get_logger()


class KeyUsage:
    """Collects the keys that were used and writes them down together."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._used: set[UUID] = set()
        self._writer: asyncio.Task[None] | None = None

    def note(self, key_id: UUID, last_used_at: datetime | None) -> None:
        """A key was used; what was noted less than a minute ago is not noted again."""
        if last_used_at is not None and datetime.now(UTC) - last_used_at < AT_MOST_EVERY:
            return
        self._used.add(key_id)
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_later())

    async def close(self) -> None:
        """Write down what is left."""
        if self._writer is not None:
            self._writer.cancel()
            with suppress(asyncio.CancelledError):
                await self._writer
        await self._write()

    async def _write_later(self) -> None:
        await asyncio.sleep(EVERY_S)
        await self._write()

    async def _write(self) -> None:
        used, self._used = self._used, set()
        if not used:
            return
        try:
            async with self._database.connect() as db:
                await principals.used(db, used)
        except Unavailable as error:
            log.warning("keys.unnoted", error=error.message, keys=len(used))
