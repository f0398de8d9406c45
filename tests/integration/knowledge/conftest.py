"""An api with a database of its own, and the worker's functions for knowledge bases over the same parts."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import httpx
import numpy as np
import pytest

from deploy.local.seaweedfs import S3
from services.worker.llm.embedding import Embedder, Vectors
from services.worker.nodes.knowledge import Library
from services.worker.reading import terms
from services.worker.retrieval.search import Retriever
from shared.contracts.states import Stage
from shared.pipeline.runner import Runner
from tests.integration.api.conftest import Api, serving, told

JARS = "/api/knowledge/honey-jars"
LIMIT = 400_000


class Bag:
    """Vectors at the door that tests understand: two texts are near if they share words' stems."""

    def __init__(self, model: str = "bag-1") -> None:
        self.model = model
        self.asked: list[str] = []

    async def passages(self, texts: Sequence[str]) -> Vectors:
        self.asked.extend(texts)
        return np.stack([self._one(text) for text in texts])

    async def query(self, text: str) -> Vectors:
        self.asked.append(text)
        return self._one(text)

    async def close(self) -> None:
        """There is nothing to let go of."""

    def _one(self, text: str) -> Vectors:
        vector = np.full(64, 1e-3, dtype=np.float32)
        for stem in terms.stems(text):
            vector[hashlib.sha256(stem.encode()).digest()[0] % 64] += 1
        return (vector / np.linalg.norm(vector)).astype(np.float32)


class Keeper:
    """A caller with a jar or several, and a worker that reads what is sent."""

    def __init__(self, api: Api, client: httpx.AsyncClient, key: str) -> None:
        self.api = api
        self.client = client
        self.key = key

    async def jar(self, name: str = "Papers", **more: Any) -> str:
        answer = await self.client.post(f"{JARS}/", json={"name": name} | more)
        assert answer.status_code == 201, answer.text
        return answer.json()["data"]["honey_jar"]["id"]

    async def send(self, jar: str, name: str, data: bytes, media: str = "", **fields: str) -> httpx.Response:
        files = {"file": (name, data, media)} if media else {"file": (name, data)}
        return await self.client.post(f"{JARS}/{jar}/documents", files=files, data=fields)

    async def text(self, jar: str, title: str, text: str, **more: Any) -> str:
        answer = await self.client.post(f"{JARS}/{jar}/documents", json={"title": title, "text": text} | more)
        assert answer.status_code == 201, answer.text
        return answer.json()["data"]["document"]["id"]

    async def document(self, jar: str, document: str) -> dict[str, Any]:
        return (await self.client.get(f"{JARS}/{jar}/documents/{document}")).json()["data"]["document"]

    async def search(self, jar: str, query: str, **more: Any) -> dict[str, Any]:
        answer = await self.client.post(f"{JARS}/{jar}/search", json={"query": query} | more)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    async def read(self, embedder: Embedder | None = None) -> None:
        """Work on what waits, until nothing does."""
        runner = Runner(self.api.resources.pipeline, functions=library(self.api, embedder).functions(), worker="test")
        while await runner.on_bell(Stage.TEMPLATE):
            pass

    @asynccontextmanager
    async def working(self, embedder: Embedder | None = None) -> AsyncIterator[None]:
        """A worker beside the caller."""

        async def work() -> None:
            while True:
                if not await runner.on_bell(Stage.TEMPLATE):
                    await asyncio.sleep(0.02)

        runner = Runner(self.api.resources.pipeline, functions=library(self.api, embedder).functions(), worker="test")
        task = asyncio.create_task(work())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def library(api: Api, embedder: Embedder | None = None) -> Library:
    pipeline = api.resources.pipeline
    return Library(pipeline.database, pipeline.store, embedder, Retriever(pipeline.database, embedder))


@pytest.fixture(scope="session")
async def knowing_api(postgres: Any, migrated_template: str, redis_url: str, s3: S3) -> AsyncIterator[Api]:
    admin = await asyncpg.connect(postgres.url("postgres"))
    await admin.execute(f"CREATE DATABASE pressrun_knowing TEMPLATE {migrated_template}")
    await admin.close()
    settings = told(postgres.url("pressrun_knowing"), redis_url, s3, upload_limit_bytes=LIMIT, limits=False)
    async with serving(settings) as api:
        await api.resources.pipeline.store.check()
        yield api


@pytest.fixture
async def keeper(knowing_api: Api) -> AsyncIterator[Keeper]:
    """A new owner."""
    key = await knowing_api.key()
    async with knowing_api.client(key) as client:
        yield Keeper(knowing_api, client, key)


@pytest.fixture
async def stranger(knowing_api: Api) -> AsyncIterator[Keeper]:
    """Another owner."""
    key = await knowing_api.key("stranger")
    async with knowing_api.client(key) as client:
        yield Keeper(knowing_api, client, key)
