"""Makes API keys for the person who runs the stack."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from uuid import UUID

from shared.contracts.scopes import OWNER_SCOPES
from shared.db.pool import Connection, Database
from shared.db.principals import create_key, create_principal

OWNER = "local owner"


def add_options(parser: argparse.ArgumentParser) -> None:
    """What the commands that make a key of the local owner take: ``test`` and ``scopes`` of ``new_key``."""
    parser.add_argument(
        "--test",
        action="store_true",
        help="a test key (hk_test_…): where PRESSRUN_CONFORMANCE is on, it may use mock models",
    )
    parser.add_argument(
        "--scopes",
        nargs="+",
        choices=OWNER_SCOPES,
        default=OWNER_SCOPES,
        metavar="SCOPE",
        help="absent: all of an owner's",
    )


async def new_key(database_url: str, *, test: bool = False, scopes: Sequence[str] = OWNER_SCOPES) -> str:
    """A new API key of the one local owner."""
    database = await Database.open(database_url)
    try:
        async with database.begin() as db:
            owner = await _owner(db)
            return await create_key(db, owner, name="made on this machine", scopes=scopes, test=test)
    finally:
        await database.close()


async def _owner(db: Connection) -> UUID:
    known: UUID | None = await db.fetchval(
        "SELECT id FROM principals WHERE name = $1 ORDER BY created_at LIMIT 1", OWNER
    )
    return known or (await create_principal(db, OWNER)).id
