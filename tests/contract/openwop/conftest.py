"""A host with the conformance workflows: the real application and a real worker over the real parts."""

from __future__ import annotations

import asyncio
import base64
import secrets
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar

import httpx
import pytest
import uvicorn
from openwop_client import OpenwopClient

from deploy.local.seaweedfs import S3
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
from shared.pipeline.resources import open_pipeline
from shared.pipeline.runner import Runner
from shared.pipeline.sweeper import Chore, Sweeper
from shared.queue.consumer import Consumers

T = TypeVar("T")


class Host:
    """The running host: its address, and keys of principals."""

    def __init__(self, url: str, resources: Resources) -> None:
        self.url = url
        self.resources = resources

    async def key(self, *, scopes: list[str] = list(OWNER_SCOPES), test: bool = True) -> str:  # noqa: B006
        async with self.resources.pipeline.database.begin() as db:
            owner = await principals.create_principal(db, "conformance")
            return await principals.create_key(db, owner.id, name="test", scopes=scopes, test=test)


@pytest.fixture(scope="session")
async def host(postgres: Any, migrated_template: str, redis_url: str, s3: S3) -> AsyncIterator[Host]:
    import asyncpg

    admin = await asyncpg.connect(postgres.url("postgres"))
    await admin.execute(f"CREATE DATABASE pressrun_openwop TEMPLATE {migrated_template}")
    await admin.close()
    common: dict[str, Any] = {
        "database_url": postgres.url("pressrun_openwop"),
        "redis_url": redis_url,
        "s3_endpoint": s3.endpoint,
        "s3_access_key": s3.access_key,
        "s3_secret_key": s3.secret_key,
        "s3_bucket": s3.bucket,
        "secret_key": base64.b64encode(secrets.token_bytes(32)).decode(),
        "audit_key": base64.b64encode(secrets.token_bytes(32)).decode(),
        "conformance": True,
    }
    app = create_app(Settings(**common), open_resources)
    config = uvicorn.Config(app, lifespan="on", log_config=None, access_log=False, timeout_graceful_shutdown=2)
    server = uvicorn.Server(config)
    settings = WorkerSettings(**common)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        serving = asyncio.create_task(server._serve([listening]))
        async with asyncio.timeout(30):
            while not server.started:
                assert not serving.done(), "the host did not start"
                await asyncio.sleep(0.01)
        async with open_pipeline(settings) as pipeline, open_worker(settings, pipeline) as resources:
            await pipeline.store.check()
            runner = Runner(pipeline, functions=node_functions(resources), worker="test")

            async def on_bell(stage: Stage) -> None:
                await runner.on_bell(stage)
                while stage is Stage.DELIVER and await resources.deliveries.on_bell():
                    pass

            consumers = Consumers(pipeline.broker, STAGES, 4, on_bell)
            beside = [runner.keep_leases(), Sweeper(pipeline, [Chore(resources.deliveries.due)]).run()]
            tasks = [asyncio.create_task(one) for one in beside]
            consumers.start()
            try:
                yield Host(f"http://127.0.0.1:{listening.getsockname()[1]}", app.state.resources)
            finally:
                await runner.drain(0.2)
                await consumers.stop(0.5)
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                app.state.resources.streams.stop()
                server.should_exit = True
                await serving


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


@pytest.fixture(scope="session")
async def key(host: Host) -> str:
    return await host.key()


@pytest.fixture(scope="session")
async def client(host: Host, key: str) -> Client:
    return Client(host.url, key)


@pytest.fixture(scope="session")
async def http(host: Host, key: str) -> AsyncIterator[httpx.AsyncClient]:
    """Plain HTTP with the same key, for what the client cannot say."""
    async with httpx.AsyncClient(base_url=host.url, headers={"Authorization": f"Bearer {key}"}, timeout=20) as opened:
        yield opened


@pytest.fixture(scope="session")
async def stranger(host: Host) -> AsyncIterator[httpx.AsyncClient]:
    """Another owner."""
    headers = {"Authorization": f"Bearer {await host.key()}"}
    async with httpx.AsyncClient(base_url=host.url, headers=headers, timeout=20) as opened:
        yield opened


@pytest.fixture(scope="session")
async def nobody(host: Host) -> AsyncIterator[httpx.AsyncClient]:
    """No credential at all."""
    async with httpx.AsyncClient(base_url=host.url, timeout=20) as opened:
        yield opened
