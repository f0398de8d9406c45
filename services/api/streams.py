"""Responses without an end, which end when the process stops."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator


class Streams:
    """Knows whether this process stops."""

    def __init__(self) -> None:
        self._stopping = asyncio.Event()

    @property
    def stopping(self) -> bool:
        return self._stopping.is_set()

    def stop(self) -> None:
        """End every stream, so that the server need not wait for them."""
        self._stopping.set()

    async def until_stopping(self, body: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
        """Pass a body on until it ends or the process stops."""
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            while True:
                chunk = asyncio.ensure_future(anext(body, b""))
                try:
                    await asyncio.wait([chunk, stopping], return_when=asyncio.FIRST_COMPLETED)
                finally:
                    if not chunk.done():
                        chunk.cancel()
                        await asyncio.wait([chunk])
                if chunk.cancelled() or not (content := chunk.result()):
                    return
                yield content
        finally:
            stopping.cancel()
            if isinstance(body, AsyncGenerator):
                await body.aclose()
