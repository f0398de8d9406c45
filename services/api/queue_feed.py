"""Fans the queue's figures out to live pages: one reader per process, however many watch."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeAlias

from shared.domain.errors import Unavailable
from shared.observability.metrics import EVENT_STREAMS
from shared.queue.stats import QueueStats

from .figures import Figures

EVERY_S = 1.0

Watch: TypeAlias = Callable[[], Awaitable[QueueStats | None]]


class QueueFeed:
    """Reads while somebody watches, and rests while nobody does."""

    def __init__(self, figures: Figures, *, most: int) -> None:
        self._figures = figures
        self._most = most
        self._watchers = 0
        self._reader: asyncio.Task[None] | None = None
        self._latest: QueueStats | None = None
        self._read_once_more = asyncio.Event()

    def check_room(self) -> None:
        """Ask before a stream begins.

        Raises:
            Unavailable: this process serves as many live pages as it may.
        """
        if self._watchers >= self._most:
            raise Unavailable("Too many live pages are open here; reload this one instead")

    @asynccontextmanager
    async def watch(self) -> AsyncIterator[Watch]:
        """Join the watchers for as long as the block lasts.

        Awaiting what it gives waits for the next reading: the latest figures, never a backlog, and None
        while Redis is away.
        """
        self._watchers += 1
        EVENT_STREAMS.labels("queue").inc()
        if self._reader is None:
            self._reader = asyncio.create_task(self._read())
        try:
            yield self._next
        finally:
            self._watchers -= 1
            EVENT_STREAMS.labels("queue").dec()
            if not self._watchers:
                await self.close()

    async def close(self) -> None:
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.cancel()
            await asyncio.wait([reader])

    async def _next(self) -> QueueStats | None:
        await self._read_once_more.wait()
        return self._latest

    async def _read(self) -> None:
        while True:
            self._latest = await self._figures.read()
            told, self._read_once_more = self._read_once_more, asyncio.Event()
            told.set()
            await asyncio.sleep(EVERY_S)
