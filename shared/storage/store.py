"""The object store: a protocol, and S3 (MinIO's API) behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol


class Store(Protocol):
    """Files by key. Every method raises ``Unavailable`` when the store does not answer."""

    async def put(self, key: str, data: bytes, media_type: str) -> None:
        """Store ``data``. Storing the same key again is harmless: keys are content-addressed."""

    async def get(self, key: str) -> bytes:
        """Read a whole file. Raises ``NotFound``."""

    def stream(self, key: str) -> AsyncIterator[bytes]:
        """Read a file in chunks. Raises ``NotFound`` on the first."""

    async def link(self, key: str, *, filename: str, media_type: str, seconds: int) -> str:
        """A signed GET link that serves the file under this name and expires."""

    async def delete(self, key: str) -> None: ...

    async def check(self) -> None:
        """Make sure that the bucket is there and answers (it is created if it is missing)."""
