"""Databases without a schema, and connections that roll back."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator

import asyncpg
import pytest

from deploy.local.postgres import Postgres
from shared.db.pool import Connection, Database


@pytest.fixture
async def empty_database_url(postgres: Postgres) -> AsyncIterator[str]:
    async for url in _empty(postgres):
        yield url


@pytest.fixture
async def second_empty_database_url(postgres: Postgres) -> AsyncIterator[str]:
    async for url in _empty(postgres):
        yield url


@pytest.fixture
async def database(fresh_database_url: str) -> AsyncIterator[Database]:
    """A migrated database of the test's own."""
    opened = await Database.open(fresh_database_url)
    yield opened
    await opened.close()


@pytest.fixture
async def db(database: Database) -> AsyncIterator[Connection]:
    """One connection; every statement is its own transaction."""
    async with database.connect() as connection:
        yield connection


async def _empty(postgres: Postgres) -> AsyncIterator[str]:
    name = f"empty_{secrets.token_hex(6)}"
    admin = await asyncpg.connect(postgres.url("postgres"))
    try:
        await admin.execute(f"CREATE DATABASE {name}")
        yield postgres.url(name)
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await admin.close()
