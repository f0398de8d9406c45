"""Makes API keys for the person who runs the stack."""

from __future__ import annotations

from uuid import UUID

from shared.contracts.scopes import OWNER_SCOPES
from shared.db.pool import Connection, Database
from shared.db.principals import create_key, create_principal

OWNER = "local owner"


async def new_key(database_url: str) -> str:
    """A new API key of the one local owner, with every scope that an ordinary owner has."""
    database = await Database.open(database_url)
    try:
        async with database.begin() as db:
            return await create_key(db, await _owner(db), name="made on this machine", scopes=OWNER_SCOPES)
    finally:
        await database.close()


async def _owner(db: Connection) -> UUID:
    known: UUID | None = await db.fetchval(
        "SELECT id FROM principals WHERE name = $1 ORDER BY created_at LIMIT 1", OWNER
    )
    return known or (await create_principal(db, OWNER)).id
