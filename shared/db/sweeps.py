"""One process at a time, by an advisory lock."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from .pool import Connection


@asynccontextmanager
async def elected(db: Connection, name: str) -> AsyncIterator[bool]:
    """Whether this connection got the lock; it is given back when the block ends or the connection dies."""
    mine = bool(await db.fetchval("SELECT pg_try_advisory_lock(hashtext($1))", name))
    try:
        yield mine
    finally:
        if mine:
            await db.execute("SELECT pg_advisory_unlock(hashtext($1))", name)
