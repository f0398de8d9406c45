"""The one door to PostgreSQL: a pool, transactions, and JSON as Python values."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeAlias, TypeVar

import asyncpg
import msgspec
import structlog
from asyncpg.pool import PoolConnectionProxy

from shared.domain.errors import Unavailable

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"

_LOST = (
    OSError,
    asyncio.TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.OperatorInterventionError,  # starts, stops, was told to cancel
    asyncpg.InsufficientResourcesError,  # connections, memory, disk
    asyncpg.PostgresSystemError,
    asyncpg.TransactionRollbackError,  # deadlocks among them
    asyncpg.ReadOnlySQLTransactionError,  # a standby, or one that became it
    asyncpg.LockNotAvailableError,
    asyncpg.IdleInTransactionSessionTimeoutError,
)
"""What says nothing about the statement: the same may succeed later, on another connection."""

log = structlog.get_logger()
T = TypeVar("T")


class Database:
    """Connections of one process to one database."""

    def __init__(self, pool: asyncpg.Pool[asyncpg.Record]) -> None:
        self._pool = pool

    @classmethod
    async def open(cls, url: str, *, least: int = 1, most: int = 12, wait_s: float = 20) -> Database:
        """Connect, waiting up to ``wait_s`` seconds for a server that is starting.

        Raises:
            Unavailable: it does not answer in that time.
        """

        async def connect() -> asyncpg.Pool[asyncpg.Record]:
            try:
                return await asyncpg.create_pool(
                    url, min_size=least, max_size=most, init=_init, reset=_keep, timeout=5, command_timeout=30
                )
            except _LOST as error:
                raise Unavailable(_said(error)) from error

        return cls(await patiently(connect, seconds=wait_s))

    async def close(self) -> None:
        try:
            await asyncio.wait_for(self._pool.close(), 5)
        except TimeoutError:
            self._pool.terminate()

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Connection]:
        """A connection without a transaction.

        Raises:
            Unavailable: the server does not answer or not now, or the connection was lost.
        """
        try:
            async with self._pool.acquire(timeout=5) as connection:
                try:
                    yield connection
                except _LOST:
                    connection.terminate()  # whatever state it is in, nobody shall get it again
                    raise
        except _LOST as error:
            raise Unavailable(_said(error)) from error

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Connection]:
        """One transaction: committed when the block ends, rolled back when it raises."""
        async with self.connect() as connection, connection.transaction():
            yield connection


def _said(error: BaseException) -> str:
    if isinstance(error, asyncpg.ReadOnlySQLTransactionError):
        return "the database only lets itself be read; check PRESSRUN_DATABASE_URL"
    return f"the database does not answer: {type(error).__name__}"


async def patiently(call: Callable[[], Awaitable[T]], *, seconds: float) -> T:
    """Repeat a call that raises ``Unavailable``, with backoff, for at most this long."""
    deadline = asyncio.get_running_loop().time() + seconds
    delay = 0.05
    while True:
        try:
            return await call()
        except Unavailable as error:
            if asyncio.get_running_loop().time() + delay > deadline:
                raise
            log.warning("part.unavailable", error=error.message, retry_in_s=round(delay, 2))
            await asyncio.sleep(delay * random.uniform(0.7, 1))  # noqa: S311 - spreading retries
            delay = min(delay * 2, 2.0)


async def _keep(_connection: Connection) -> None:
    """Nobody here leaves session state behind, so a connection needs no reset (a round trip) between users."""


async def _init(connection: Connection) -> None:
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        encoder=lambda value: msgspec.json.encode(value).decode(),
        decoder=msgspec.json.decode,
    )
