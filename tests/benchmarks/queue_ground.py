"""What both sides of the queue's benchmark stand on: parts, a database and a Redis of their own, worker processes."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import asyncpg

from deploy.local.postgres import Postgres
from deploy.local.valkey import Valkey
from shared.config import Core, environment
from shared.db.migrate import migrate
from shared.db.pool import Database

ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def own(database_url: str, redis_url: str) -> AsyncIterator[Core]:
    """Settings with a migrated database that is dropped afterwards, and a Redis database that nobody else uses."""
    name = f"bench_queue_{uuid4().hex[:8]}"
    url = f"{database_url.rpartition('/')[0]}/{name}"
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute(f"CREATE DATABASE {name}")
        database = await Database.open(url)
        async with database.begin() as db:
            await migrate(db)
        await database.close()
        yield Core(
            database_url=url,
            redis_url=f"{redis_url.rpartition('/')[0]}/9",
            s3_endpoint="http://127.0.0.1:9",  # steps without artifacts never reach the store
            s3_access_key="none",
            s3_secret_key="none",
        )
    finally:
        await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await connection.close()


@contextmanager
def process(command: Sequence[str], settings: Core) -> Iterator[None]:
    given = {f"PRESSRUN_{name.upper()}": str(getattr(settings, name)) for name in settings.__struct_fields__}
    worker = subprocess.Popen(command, cwd=ROOT, env={**environment(), **given}, start_new_session=True)
    try:
        yield
    finally:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()


@contextmanager
def parts() -> Iterator[tuple[str, str]]:
    """A database and a Redis of this run's own."""
    with TemporaryDirectory(prefix="pressrun-bench-") as folder:
        scratch = Path(folder)
        postgres = Postgres(scratch / "postgres", scratch / "postgres.log", password=uuid4().hex)
        valkey = Valkey(scratch / "valkey", scratch / "valkey.log", password=uuid4().hex)
        try:
            for part in (postgres, valkey):
                part.start()
            for part in (postgres, valkey):
                part.wait()
            yield postgres.url("postgres"), valkey.url
        finally:
            valkey.stop()
            postgres.stop()
