"""Brings a database to the newest schema: ``python -m shared.db.migrate``."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import structlog

from shared.config import environment, load

from .pool import Connection, Database

MIGRATIONS = Path(__file__).parent / "migrations"

log = structlog.get_logger()


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    database_url: str


async def migrate(db: Connection) -> list[str]:
    """Apply what is missing, in order, in the caller's transaction. Returns the names applied."""
    await db.execute("SELECT pg_advisory_xact_lock(hashtext('pressrun.migrate'))")
    await db.execute(
        "CREATE TABLE IF NOT EXISTS migrations (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())"
    )
    applied = {row["name"] for row in await db.fetch("SELECT name FROM migrations")}
    missing = [path for path in sorted(MIGRATIONS.glob("*.sql")) if path.stem not in applied]
    for path in missing:
        await db.execute(path.read_text())
        await db.execute("INSERT INTO migrations (name) VALUES ($1)", path.stem)
    return [path.stem for path in missing]


async def main() -> None:
    database = await Database.open(load(Settings, environment()).database_url)
    try:
        async with database.begin() as db:
            log.info("database.migrated", applied=await migrate(db))
    finally:
        await database.close()


if __name__ == "__main__":
    asyncio.run(main())
