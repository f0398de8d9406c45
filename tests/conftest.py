"""The real parts, each started when the first test asks for it and stopped at the end of the session."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import signal
import tempfile
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import hypothesis
import msgspec
import pytest
import redis

from deploy.local import browser, model
from deploy.local.addresses import S3
from deploy.local.journal import Journal
from deploy.local.part import Part
from deploy.local.ports import free_port
from deploy.local.postgres import Postgres
from deploy.local.seaweedfs import Seaweedfs
from deploy.local.services import model_service
from deploy.local.valkey import Valkey

T = TypeVar("T")

LONGEST = (
    "tests/e2e/",
    "tests/integration/benchmarks/",
    "tests/integration/deploy/",
    "tests/contract/openwop/test_fuzz.py",
    "tests/integration/renderer/",
    "tests/integration/worker/test_local_model.py",
)

hypothesis.settings.register_profile("busy", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])


def pytest_configure() -> None:
    """Let a polite kill end the session as Ctrl-C does, with the parts stopped and the files removed."""
    hypothesis.settings.load_profile("busy")  # how long an example takes says nothing on a busy machine
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first: side by side, the last one to end decides when all have ended.

    What survives a kill survives every time: no second try may hide that it did not (``--reruns``).
    """
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))
    for item in items:
        if item.nodeid.startswith("tests/e2e/"):
            item.add_marker(pytest.mark.flaky(reruns=0))


@pytest.fixture(scope="session")
def scratch() -> Iterator[Path]:
    """A directory for the parts' data."""
    directory = Path(tempfile.mkdtemp(prefix="pressrun-test-"))
    yield directory
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres(scratch: Path) -> Iterator[Postgres]:
    """A running PostgreSQL, with fsync on: what is committed is on the disk."""
    yield from _running(Postgres(scratch / "postgres", scratch / "postgres.log", password=secrets.token_hex(16)))


@pytest.fixture(scope="session")
def valkey(scratch: Path) -> Iterator[Valkey]:
    """A running Valkey."""
    yield from _valkey(scratch, "valkey")


@pytest.fixture(scope="session")
def fresh_valkey(scratch: Path) -> Iterator[Valkey]:
    """Another one, to be emptied: nothing that lives as long as the session listens there."""
    yield from _valkey(scratch, "valkey-fresh")


@pytest.fixture(scope="session")
def host_valkey(scratch: Path) -> Iterator[Valkey]:
    """One for the protocol's host, whose worker would hear the bells of everybody else's tests."""
    yield from _valkey(scratch, "valkey-host")


@pytest.fixture(scope="session")
def seaweedfs(scratch: Path) -> Iterator[Seaweedfs]:
    """A running S3 gateway."""
    yield from _running(
        Seaweedfs(
            scratch / "seaweedfs",
            scratch / "seaweedfs.log",
            access_key=secrets.token_hex(10),
            secret_key=secrets.token_hex(20),
        )
    )


@pytest.fixture(scope="session")
def migrated_template(postgres: Postgres) -> str:
    """The name of a migrated, empty database to copy from."""
    name = "pressrun_template"
    _run(_sql(postgres, f"CREATE DATABASE {name}"))
    _run(_migrate(postgres.url(name)))
    return name


@pytest.fixture(scope="session")
def database_url(postgres: Postgres, migrated_template: str) -> str:
    """A migrated database that the tests of the session share."""
    _run(_sql(postgres, f"CREATE DATABASE pressrun_session TEMPLATE {migrated_template}"))
    return postgres.url("pressrun_session")


@pytest.fixture
def fresh_database_url(postgres: Postgres, migrated_template: str) -> Iterator[str]:
    """A migrated database for one test, which may commit what it likes."""
    name = f"test_{secrets.token_hex(6)}"
    _run(_sql(postgres, f"CREATE DATABASE {name} TEMPLATE {migrated_template}"))
    yield postgres.url(name)
    _run(_sql(postgres, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(scope="session")
def redis_url(valkey: Valkey) -> str:
    """An empty Valkey that the tests of the session share."""
    return valkey.url


@pytest.fixture
def fresh_redis_url(fresh_valkey: Valkey) -> str:
    """A Valkey that is emptied for one test."""
    with redis.Redis.from_url(fresh_valkey.url, socket_timeout=5) as client:
        client.flushall()
    return fresh_valkey.url


@pytest.fixture(scope="session")
def s3(seaweedfs: Seaweedfs) -> S3:
    """An object store with an empty bucket, which the tests of the session share."""
    return seaweedfs.s3


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The Chromium that the stack would use."""
    found = browser.installed(os.environ)  # noqa: TID251
    if found is None:
        pytest.fail("Chromium is missing: run `make setup`")
    return found


@pytest.fixture(scope="session")
def local_model(scratch: Path) -> Iterator[LocalModel]:
    """A small real language model behind an OpenAI-compatible endpoint."""
    (scratch / "logs").mkdir(exist_ok=True)
    journal = Journal(scratch / "logs", None)
    port, key = free_port(), secrets.token_urlsafe(8)
    service = model_service(port, key, journal)
    service.start()
    try:
        service.wait(60)
        yield LocalModel(base_url=model.url(port), model=model.NAME, api_key=key)
    finally:
        service.stop()
        journal.close()


class LocalModel(msgspec.Struct, frozen=True):
    """How to reach the small language model."""

    base_url: str
    model: str
    api_key: str


class Parts:
    """All parts by name; each is started when it is first asked for."""

    def __init__(self, request: pytest.FixtureRequest) -> None:
        self._request = request

    @property
    def database_url(self) -> str:
        return self._request.getfixturevalue("database_url")

    @property
    def redis_url(self) -> str:
        return self._request.getfixturevalue("redis_url")

    @property
    def s3(self) -> S3:
        return self._request.getfixturevalue("s3")


@pytest.fixture(scope="session")
def parts(request: pytest.FixtureRequest) -> Parts:
    return Parts(request)


def _running(part: Any) -> Iterator[Any]:
    assert isinstance(part, Part)
    part.start()
    try:
        part.wait()
        yield part
    finally:
        part.stop()


def _valkey(scratch: Path, name: str) -> Iterator[Valkey]:
    yield from _running(Valkey(scratch / name, scratch / f"{name}.log", password=secrets.token_hex(16)))


async def _sql(postgres: Postgres, statement: str) -> None:
    connection = await asyncpg.connect(postgres.url("postgres"))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def _migrate(url: str) -> None:
    from shared.db.migrate import migrate
    from shared.db.pool import Database

    database = await Database.open(url)
    try:
        async with database.begin() as db:
            await migrate(db)
    finally:
        await database.close()


def _run(work: Coroutine[Any, Any, T]) -> T:
    # Fixtures are set up beside the tests' event loop, which must not be touched.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()
