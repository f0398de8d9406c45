"""What a database that cannot serve now is told as."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from shared.db.pool import Database
from shared.domain.errors import Unavailable


async def in_one(database: Database, *statements: str) -> None:
    """In one transaction."""
    async with database.begin() as db:
        for statement in statements:
            await db.execute(statement)


async def test_a_database_that_lets_itself_only_be_read_is_unavailable(database: Database):
    """A standby, or one that became it: the message says what to look at."""
    with pytest.raises(Unavailable, match="only lets itself be read; check PRESSRUN_DATABASE_URL"):
        await in_one(database, "SET TRANSACTION READ ONLY", "DELETE FROM attempts")


@pytest.mark.parametrize(
    ("setting", "statement"),
    [
        ("statement_timeout = 20", "SELECT pg_sleep(5)"),
        ("lock_timeout = 20", "LOCK attempts"),
    ],
)
async def test_what_takes_too_long_is_unavailable(database: Database, setting: str, statement: str):
    async with database.begin() as holder:
        await holder.execute("LOCK attempts")
        with pytest.raises(Unavailable):
            await in_one(database, f"SET LOCAL {setting}", statement)


async def test_of_two_that_wait_for_one_another_one_is_told_to_come_back(database: Database):
    both = asyncio.Barrier(2)

    async def lock(first: str, second: str) -> str:
        try:
            async with database.begin() as db:
                await db.execute(f"LOCK {first}")
                await both.wait()
                await db.execute(f"LOCK {second}")
        except Unavailable as error:
            return error.message
        return "done"

    said = await asyncio.gather(lock("attempts", "garbage"), lock("garbage", "attempts"))
    assert sorted(said) == ["done", "the database does not answer: DeadlockDetectedError"]


async def test_a_server_without_a_free_connection_is_unavailable(fresh_database_url: str, database: Database):
    async with database.connect() as db:
        name = await db.fetchval("SELECT current_database()")
        await db.execute(f"ALTER DATABASE {name} CONNECTION LIMIT 0")
        await db.execute("CREATE ROLE limited LOGIN PASSWORD 'x'")
    url = fresh_database_url.replace(fresh_database_url.split("//")[1].split("@", maxsplit=1)[0], "limited:x")
    try:
        with pytest.raises(Unavailable, match="TooManyConnectionsError"):
            await Database.open(url, wait_s=0)
    finally:
        async with database.connect() as db:
            await db.execute("DROP ROLE limited")


async def test_a_mistake_of_ours_is_not_called_an_outage(database: Database):
    with pytest.raises(asyncpg.UndefinedTableError):
        await in_one(database, "SELECT * FROM nowhere")
