"""The object store as the engine uses it: what is put there is announced first, so that no orphan stays.

See ``shared/db/garbage.py`` for how announcing and deleting keep out of each other's way.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

from shared.db import garbage
from shared.db.pool import Database
from shared.domain.errors import Unavailable
from shared.storage.store import Store


class Objects:
    """A ``Store`` whose ``put`` is known to the database before it happens."""

    def __init__(self, database: Database, store: Store) -> None:
        self._database = database
        self._store = store

    async def put(self, key: str, data: bytes, media_type: str) -> None:
        """Store ``data``, to be named by a row within the hour; otherwise it is deleted again.

        Raises:
            Unavailable: the store or the database does not answer, or this very object is being deleted now.
        """
        if key.startswith(garbage.FOLDERS):
            async with self._database.connect() as db:
                if not await garbage.announce(db, key):
                    raise Unavailable("the same file is being deleted from the store at the moment; try again")
        await self._store.put(key, data, media_type)

    async def get(self, key: str) -> bytes:
        return await self._store.get(key)

    def stream(self, key: str) -> AsyncIterator[bytes]:
        return self._store.stream(key)

    async def link(self, key: str, *, filename: str, media_type: str, seconds: int) -> str:
        return await self._store.link(key, filename=filename, media_type=media_type, seconds=seconds)

    async def delete(self, key: str) -> None:
        await self._store.delete(key)

    async def check(self) -> None:
        await self._store.check()
