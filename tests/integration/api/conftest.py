"""The real application on a real server over the real parts, and reports that are made by the engine."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import secrets
import struct
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest
import uvicorn
from argon2 import PasswordHasher
from litestar import Litestar

from deploy.local.seaweedfs import S3
from services.api.app import create_app
from services.api.auth import totp
from services.api.resources import Resources, open_resources
from services.api.settings import Settings
from shared.contracts.scopes import OWNER_SCOPES
from shared.contracts.states import Stage
from shared.db import factors, principals, runs, sessions, users
from shared.domain.outcome import ArtifactFile, Done, Fail, NodeFunction, Outcome, Work
from shared.pipeline.runner import Runner
from shared.storage.keys import MEDIA_TYPES, artifact_key

CONVERSATIONAL = "cc030440-0005-470f-8341-6ec798d00445"
DOCUMENT = "8f0c4d52-6f3b-4b5e-9a41-2d7c1e90b3f6"
FILES = {
    "pdf": b"%PDF-1.7\nnot much of one\n%%EOF\n",
    "html": b"<!doctype html><title>A report</title>",
    "md": b"# A report\n",
    "json": b'{"title":"A report"}',
}


PASSWORD = "correct horse battery"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""The same function at a fraction of its cost."""
PASSWORD_HASH = QUICK.hash(PASSWORD)
ENROLLED = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
"""The authenticator's secret of people who are enrolled, and one recovery code of theirs."""
RECOVERY = "abcd-efgh-ijkl-mnop"


def code(secret: str = ENROLLED, *, ahead: int = 0) -> str:
    """What an authenticator shows (RFC 6238), so many periods from now; written down a second time."""
    step = int(time.time() // 30) + ahead
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", step), "sha1")
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


class Person(msgspec.Struct, frozen=True):
    """A user who is logged in."""

    id: UUID
    email: str
    token: str
    session_id: UUID


class Api:
    """A running api: its address, what its handlers use, and a few moves of the engine."""

    def __init__(self, app: Litestar, url: str, settings: Settings) -> None:
        self.app = app
        self.url = url
        self.settings = settings

    @property
    def resources(self) -> Resources:
        return self.app.state.resources

    async def key(
        self,
        name: str = "owner",
        *,
        role: str = "user",
        scopes: Sequence[str] = OWNER_SCOPES,
        expires_at: datetime | None = None,
    ) -> str:
        """The key of a new principal."""
        async with self.resources.pipeline.database.begin() as db:
            owner = await principals.create_principal(db, name, role)
            return await principals.create_key(db, owner.id, name="test", scopes=scopes, expires_at=expires_at)

    async def person(
        self, *, role: str = "user", email: str | None = None, enrolled: bool = False, stepped_up: bool = False
    ) -> Person:
        """A new user with the password ``PASSWORD`` and a session.

        Args:
            enrolled: with an authenticator (``ENROLLED``, see ``code``).
            stepped_up: that was shown in the session just now.
        """
        email = email or f"{secrets.token_hex(6)}@example.org"
        async with self.resources.pipeline.database.begin() as db:
            user = await users.create(db, email=email, password_hash=PASSWORD_HASH, role=role)
            await users.set_password(db, user.id, PASSWORD_HASH)
            if enrolled:
                await factors.begin(db, user.id, self.resources.door.sealer.seal(ENROLLED, user.id.bytes))
                await factors.confirm(db, user.id, [totp.code_hash(user.id, RECOVERY)])
            token, session = await sessions.begin(db, user.id, lasts=timedelta(hours=1), stepped_up=stepped_up)
        return Person(id=user.id, email=email, token=token, session_id=session.id)

    @asynccontextmanager
    async def browser(self, person: Person | None = None) -> AsyncIterator[httpx.AsyncClient]:
        """A client that behaves as a page of this host does, with the person's session if one is given."""
        cookies = {"pressrun_session": person.token} if person else {}
        headers = {"Origin": self.url}
        async with httpx.AsyncClient(base_url=self.url, headers=headers, cookies=cookies, timeout=15) as client:
            yield client

    @asynccontextmanager
    async def client(self, key: str | None = None) -> AsyncIterator[httpx.AsyncClient]:
        headers = {"X-API-Key": key} if key else {}
        async with httpx.AsyncClient(base_url=self.url, headers=headers, timeout=15) as client:
            yield client

    async def work(self, functions: dict[str, NodeFunction] | None = None, *, steps: int = 1000) -> None:
        """Claim and finish steps of every stage until there are none, or this many are done."""
        runner = Runner(self.resources.pipeline, functions=NODES(self) | (functions or {}), worker="test")
        while steps > 0:
            for stage in Stage:
                if steps > 0 and await runner.on_bell(stage):
                    steps -= 1
                    break
            else:
                return

    async def finish(self, run_id: str, functions: dict[str, NodeFunction] | None = None) -> str:
        """Work until this run has ended; its status."""
        await self.work(functions)
        async with self.resources.pipeline.database.connect() as db:
            run = await runs.get(db, run_id)
        assert run is not None
        return run.status


def NODES(api: Api) -> dict[str, NodeFunction]:  # noqa: N802 - a table that needs the store
    """Node functions whose outputs have the shape of the real ones."""

    async def collect(_: Work) -> Outcome:
        asked = {"title": "T", "query": "q", "description": ""}
        return Done(outputs={"asked": asked, "passages": ["one", "two"], "sources": [], "facts": {}, "documents": []})

    async def outline(work: Work) -> Outcome:
        chosen = "report_style" in (work.inputs.get("parameters") or {})
        planned = {"style": "comparison", "style_chosen": chosen, "style_words": {"comparison": ["compare"]}}
        planned |= {"words": 900, "pad": "x" * 600}
        sections = [{"id": "a"}, {"id": "b"}]
        return Done(outputs={"outline": planned, "sections": sections, "passages": [], "sources": [], "facts": {}})

    async def write(work: Work) -> Outcome:
        return Done(outputs={"section": work.inputs["item"]})

    async def join(_: Work) -> Outcome:
        return Done(outputs={"written": [], "joined": {}})

    async def summarise(_: Work) -> Outcome:
        return Done(outputs={"summary": {}, "title": "A report"})

    async def assemble(_: Work) -> Outcome:
        return Done(outputs={"document": {"title": "A report"}})

    async def check(_: Work) -> Outcome:
        return Done(outputs={"quality": {"code": "PASS", "findings": []}})

    async def render(_: Work) -> Outcome:
        made = []
        for kind, data in FILES.items():
            sha256 = hashlib.sha256(data).hexdigest()
            key = artifact_key(sha256, kind)
            await api.resources.pipeline.store.put(key, data, MEDIA_TYPES[kind])
            pages = 3 if kind == "pdf" else None
            made.append(
                ArtifactFile(
                    format=kind,
                    media_type=MEDIA_TYPES[kind],
                    key=key,
                    size_bytes=len(data),
                    sha256=sha256,
                    pages=pages,
                )
            )
        return Done(outputs={"formats": sorted(FILES), "pages": 3}, artifacts=made)

    return {
        "report.collect": collect,
        "report.outline": outline,
        "report.write": write,
        "report.join": join,
        "report.summarise": summarise,
        "report.assemble": assemble,
        "report.check": check,
        "report.render": render,
    }


async def failing(_: Work) -> Outcome:
    """A node function that finds the input wrong."""
    return Fail("input_invalid", "parameters.context: the third document is not text")


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[Api]:
    """The application on a free port of this host, in this event loop."""
    app = create_app(settings, open_resources)
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=0,
        lifespan="on",
        log_config=None,
        access_log=False,
        timeout_keep_alive=60,
        timeout_graceful_shutdown=2,
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server._serve())
    try:
        async with asyncio.timeout(30):
            while not server.started:
                assert not task.done(), "the api did not start"
                await asyncio.sleep(0.01)
        app.state.resources.door.passwords._hasher = QUICK
        port = server.servers[0].sockets[0].getsockname()[1]
        yield Api(app, f"http://127.0.0.1:{port}", settings)
    finally:
        app.state.resources.streams.stop()
        server.should_exit = True
        await task


def told(database_url: str, redis_url: str, s3: S3, **more: Any) -> Settings:
    return Settings(
        database_url=database_url,
        redis_url=redis_url,
        s3_endpoint=s3.endpoint,
        s3_access_key=s3.access_key,
        s3_secret_key=s3.secret_key,
        s3_bucket=s3.bucket,
        secret_key=base64.b64encode(secrets.token_bytes(32)).decode(),
        **({"limits": False} | more),
    )


@pytest.fixture(scope="session")
async def shared_api(postgres: Any, migrated_template: str, redis_url: str, s3: S3) -> AsyncIterator[Api]:
    """One api for tests that need no queue of their own."""
    import asyncpg

    admin = await asyncpg.connect(postgres.url("postgres"))
    await admin.execute(f"CREATE DATABASE pressrun_api TEMPLATE {migrated_template}")
    await admin.close()
    async with serving(
        told(postgres.url("pressrun_api"), redis_url, s3, body_limit_bytes=200_000, login_attempts=100)
    ) as api:
        await api.resources.pipeline.store.check()
        yield api


@pytest.fixture(scope="session")
async def _strict_api(postgres: Any, migrated_template: str, redis_url: str, s3: S3) -> AsyncIterator[Api]:
    import asyncpg

    admin = await asyncpg.connect(postgres.url("postgres"))
    await admin.execute(f"CREATE DATABASE pressrun_people TEMPLATE {migrated_template}")
    await admin.close()
    async with serving(told(postgres.url("pressrun_people"), redis_url, s3, login_attempts=3)) as api:
        yield api


@pytest.fixture
async def strict_api(_strict_api: Api) -> Api:
    """An api without any principal, and with a low limit of attempts; quicker than one of its own."""
    async with _strict_api.resources.pipeline.database.begin() as db:
        await db.execute("TRUNCATE principals, attempts CASCADE")
    return _strict_api


@pytest.fixture
async def api(fresh_database_url: str, fresh_redis_url: str, s3: S3) -> AsyncIterator[Api]:
    """An api with an empty database and an empty queue."""
    async with serving(told(fresh_database_url, fresh_redis_url, s3, stream_limit=3)) as api:
        yield api


@pytest.fixture
async def client(shared_api: Api) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the shared api with the key of a new owner."""
    async with shared_api.client(await shared_api.key()) as client:
        yield client


def asked(**more: Any) -> dict[str, Any]:
    """A request that is accepted."""
    return {
        "template_id": CONVERSATIONAL,
        "title": "Tea and coffee",
        "parameters": {"user_query": "Compare tea and coffee."},
    } | more
