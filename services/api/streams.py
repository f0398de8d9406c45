"""Responses without an end, which end when the process stops."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator


class Streams:
    """Knows whether this process stops."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Timeout] = set()
        self.stopping = False

    def stop(self) -> None:
        """End every stream, so that the server need not wait for them."""
        self.stopping = True
        now = asyncio.get_running_loop().time()
        for scope in self._waiting:
            scope.reschedule(now)

    async def until_stopping(self, body: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
        """Pass a body on until it ends or the process stops."""
        try:
            while not self.stopping and (content := await self._next(body)):
                yield content
        finally:
            if isinstance(body, AsyncGenerator):
                await body.aclose()

    async def _next(self, body: AsyncIterator[bytes]) -> bytes:
        """The next piece; empty when there is none, or none before the process stops."""
        scope = asyncio.timeout(None)  # where a task per piece would do, this costs a thousand streams much less
        try:
            async with scope:
                self._waiting.add(scope)
                return await anext(body, b"")
        except TimeoutError:
            if not scope.expired():
                raise
            return b""
        finally:
            self._waiting.discard(scope)
