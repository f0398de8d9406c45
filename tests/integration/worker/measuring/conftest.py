"""One database with a month of work, which these tests only read."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator

import asyncpg
import pytest

from deploy.local.postgres import Postgres
from shared.db.pool import Connection, Database
from tests.integration.worker.measuring.seeded import World, seed


@pytest.fixture(scope="session")
async def month(postgres: Postgres, migrated_template: str) -> AsyncIterator[Database]:
    """A database of these tests' own."""
    name = f"month_{secrets.token_hex(6)}"
    admin = await asyncpg.connect(postgres.url("postgres"))
    await admin.execute(f"CREATE DATABASE {name} TEMPLATE {migrated_template}")
    await admin.close()
    opened = await Database.open(postgres.url(name))
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
async def world(month: Database) -> World:
    """Who is there."""
    async with month.begin() as db:
        return await seed(db)


@pytest.fixture
async def db(month: Database, world: World) -> AsyncIterator[Connection]:
    async with month.connect() as connection:
        yield connection
