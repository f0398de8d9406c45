"""A host with the conformance workflows: the real application and a real worker over the real parts."""

from __future__ import annotations

import asyncio
import base64
import secrets
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest
import uvicorn
from openwop_client import OpenwopClient

from deploy.local.seaweedfs import S3
from deploy.local.valkey import Valkey
from services.api.app import create_app
from services.api.resources import Resources, open_resources
from services.api.settings import Settings
from services.worker.main import STAGES
from services.worker.nodes import node_functions
from services.worker.resources import open_resources as open_worker
from services.worker.settings import Settings as WorkerSettings
from shared.contracts.scopes import OWNER_SCOPES
from shared.contracts.states import Stage
from shared.db import principals
from shared.domain.audit import signing_key
from shared.pipeline.audit import Auditor
from shared.pipeline.resources import open_pipeline
from shared.pipeline.runner import Runner
from shared.pipeline.sweeper import Chore, Sweeper
from shared.queue.consumer import Consumers


class Host:
    """The running host: its address, and keys of principals."""

    def __init__(self, url: str, resources: Resources, settings: dict[str, Any]) -> None:
        self.url = url
        self.resources = resources
        self.settings = settings

    async def key(
        self, *, scopes: Sequence[str] = tuple(OWNER_SCOPES), test: bool = True, owner: UUID | None = None
    ) -> str:
        async with self.resources.pipeline.database.begin() as db:
            owner = owner or (await principals.create_principal(db, "conformance")).id
            return await principals.create_key(db, owner, name="test", scopes=list(scopes), test=test)

    def http(self, key: str | None) -> httpx.AsyncClient:
        """Plain HTTP with this key, for what the client cannot say."""
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return httpx.AsyncClient(base_url=self.url, headers=headers, timeout=20)


@asynccontextmanager
async def listening(settings: Settings) -> AsyncIterator[Host]:
    """The real application behind a real server."""
    app = create_app(settings, open_resources)
    config = uvicorn.Config(
        app, lifespan="on", log_config=None, access_log=False, timeout_keep_alive=60, timeout_graceful_shutdown=2
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        serving = asyncio.create_task(server._serve([listening]))
        async with asyncio.timeout(30):
            while not server.started:
                assert not serving.done(), "the host did not start"
                await asyncio.sleep(0.01)
        try:
            url = f"http://127.0.0.1:{listening.getsockname()[1]}"
            yield Host(url, app.state.resources, msgspec.structs.asdict(settings))
        finally:
            app.state.resources.streams.stop()
            server.should_exit = True
            await serving


@asynccontextmanager
async def working(settings: WorkerSettings) -> AsyncIterator[None]:
    """A real worker, with its sweeper, its deliveries and its auditor."""
    async with open_pipeline(settings) as pipeline, open_worker(settings, pipeline) as resources:
        await pipeline.store.check()
        runner = Runner(pipeline, functions=node_functions(resources), worker="test")
        deliveries = resources.deliveries
        auditor = Auditor(pipeline.database, signing_key(settings.audit_key))

        async def on_bell(stage: Stage) -> None:
            await runner.on_bell(stage)
            while stage is Stage.DELIVER and await deliveries.on_bell():
                pass

        consumers = Consumers(pipeline.broker, STAGES, 4, on_bell)
        chores = [Chore("deliveries.due", deliveries.due), Chore("audit.chain", auditor.round)]
        tasks = [asyncio.create_task(one) for one in (runner.keep_leases(), Sweeper(pipeline, chores).run())]
        consumers.start()
        try:
            yield
        finally:
            await runner.drain(0.2)
            await consumers.stop(0.5)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture(scope="package")
async def host(postgres: Any, migrated_template: str, host_valkey: Valkey, s3: S3) -> AsyncIterator[Host]:
    import asyncpg

    admin = await asyncpg.connect(postgres.url("postgres"))
    await admin.execute(f"CREATE DATABASE pressrun_openwop TEMPLATE {migrated_template}")
    await admin.close()
    common: dict[str, Any] = {
        "database_url": postgres.url("pressrun_openwop"),
        "redis_url": host_valkey.url,
        "s3_endpoint": s3.endpoint,
        "s3_access_key": s3.access_key,
        "s3_secret_key": s3.secret_key,
        "s3_bucket": s3.bucket,
        "secret_key": base64.b64encode(secrets.token_bytes(32)).decode(),
        "audit_key": base64.b64encode(secrets.token_bytes(32)).decode(),
        "conformance": True,
    }
    async with (
        listening(Settings(**common, limits=False)) as host,
        working(WorkerSettings(**common, webhook_allow_private=True)),
    ):
        yield host


@pytest.fixture(scope="package")
async def lenient(host: Host) -> AsyncIterator[Host]:
    """A second process of the same host that lets webhooks go to loopback, where the tests' receivers are."""
    async with listening(Settings(**{**host.settings, "webhook_allow_private": True})) as found:
        yield found


class Client:
    """The unmodified client; its calls block, so each runs in a thread."""

    def __init__(self, url: str, key: str) -> None:
        self.raw = OpenwopClient(base_url=url, api_key=key)

    async def __call__(self, method: str, *args: Any, **more: Any) -> Any:
        return await asyncio.to_thread(getattr(self.raw, method), *args, **more)

    async def collect(self, method: str, *args: Any, **more: Any) -> list[Any]:
        """Everything that a generator method yields."""
        return await asyncio.to_thread(lambda: list(getattr(self.raw, method)(*args, **more)))

    async def until(self, run_id: str, wanted: Callable[[Any], bool] | str, *, within_s: float = 15) -> Any:
        """The run's snapshot once it is as wanted."""
        test = (lambda snap: snap.status == wanted) if isinstance(wanted, str) else wanted
        async with asyncio.timeout(within_s):
            while True:
                snap = await self("runs_get", run_id)
                if test(snap):
                    return snap
                await asyncio.sleep(0.03)

    async def ended(self, run_id: str, *, within_s: float = 15) -> Any:
        return await self.until(
            run_id, lambda snap: snap.status in {"completed", "failed", "cancelled"}, within_s=within_s
        )


@pytest.fixture(scope="package")
async def key(host: Host) -> str:
    return await host.key()


@pytest.fixture(scope="package")
async def client(host: Host, key: str) -> Client:
    return Client(host.url, key)


@pytest.fixture(scope="package")
async def http(host: Host, key: str) -> AsyncIterator[httpx.AsyncClient]:
    """Plain HTTP with the same key, for what the client cannot say."""
    async with host.http(key) as opened:
        yield opened


@pytest.fixture(scope="package")
async def stranger(host: Host) -> AsyncIterator[httpx.AsyncClient]:
    """Another owner."""
    async with host.http(await host.key()) as opened:
        yield opened


@pytest.fixture(scope="package")
async def nobody(host: Host) -> AsyncIterator[httpx.AsyncClient]:
    """No credential at all."""
    async with host.http(None) as opened:
        yield opened
