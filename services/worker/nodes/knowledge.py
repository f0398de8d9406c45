"""``knowledge.index``, ``knowledge.embed`` and ``knowledge.search``: from an uploaded document to passages that are found."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

import msgspec
import structlog

from services.worker.llm.embedding import Embedder
from services.worker.retrieval.content import Ask, Reading, Unfit
from services.worker.retrieval.gather import Gathering
from services.worker.retrieval.sandbox import Sandbox
from services.worker.retrieval.search import Retriever, pack
from services.worker.retrieval.web import Web
from shared.contracts.knowledge import Document
from shared.db import knowledge, passages, runs
from shared.db.pool import Connection, Database
from shared.domain.errors import NotFound, PressrunError, Rejected
from shared.domain.outcome import Done, Fail, NodeFunction, Outcome, Wait, Work
from shared.domain.scripts import spaced
from shared.storage.store import Store

BATCH = 16
TURN_S = 10.0
"""A document of many passages is embedded in turns, so that none comes near the stage's limit."""
READING, EMBEDDING = 2, 1
"""Documents at once in one process: they must not take every slot of the stage, which reports wait for too."""
_AGAIN = Wait(delay_s=0.5)
_SAMPLE = 6000
GONE = Done(outputs={"status": "gone"})
"""The document was deleted meanwhile: there is nothing to do, and nothing wrong."""

T = TypeVar("T")
log = structlog.get_logger()


class Library:
    """The three node functions over their parts."""

    def __init__(
        self,
        database: Database,
        store: Store,
        embedder: Embedder | None,
        retriever: Retriever,
        web: Web | None = None,
    ) -> None:
        self._database = database
        self._store = store
        self._embedder = embedder
        self._retriever = retriever
        self._sandbox = Sandbox()
        self._reading = asyncio.Semaphore(READING)
        self._embedding = asyncio.Semaphore(EMBEDDING)
        self.gathering = Gathering(retriever, web, self.owner)

    def functions(self) -> dict[str, NodeFunction]:
        """What each of their node types does."""
        return {"knowledge.index": self.index, "knowledge.embed": self.embed, "knowledge.search": self.search}

    async def index(self, work: Work) -> Outcome:
        """Read a document and store its passages. Outputs: ``documentId``, ``status`` and, if it failed, ``code``.

        A document that cannot be read fails, not the run: nothing went wrong here.
        """
        if self._reading.locked():
            return _AGAIN
        async with self._reading:
            document = await self._own(work)
            return GONE if document is None else await self._indexed(document)

    async def _indexed(self, document: Document) -> Outcome:
        await self._in_one(lambda db: knowledge.processing(db, document.id))
        try:
            data = await self._original(document)
            reading = await self._sandbox.read(Ask(kind=document.kind), data)
        except Unfit as unfit:
            return await self._failed(document, unfit)
        if not await self._stored(document, reading):
            return GONE
        log.info("document.read", document_id=str(document.id), kind=document.kind, passages=len(reading.chunks))
        return Done(outputs={"documentId": str(document.id), "status": "read", "passages": len(reading.chunks)})

    async def embed(self, work: Work) -> Outcome:
        """Give every passage of a document its vector. Without them it is found by its words, and later tried again."""
        if self._embedding.locked():
            return _AGAIN
        async with self._embedding:
            document = await self._own(work)
            if document is None:
                return GONE
            if self._embedder is None or document.status == "failed":
                return Done(outputs={"documentId": str(document.id), "status": document.status})
            return await self._turn(document, self._embedder)

    async def _turn(self, document: Document, embedder: Embedder) -> Outcome:
        until = time.monotonic() + TURN_S
        while await self._embedded(document, embedder):
            if time.monotonic() > until:
                return Wait(delay_s=0)
        await self._in_one(lambda db: knowledge.embedded(db, document.id, embedder.model))
        return Done(outputs={"documentId": str(document.id), "status": "completed"})

    async def search(self, work: Work) -> Outcome:
        """Answer a query for the run's owner. Outputs: ``found`` and ``mode``."""
        most = work.inputs.get("limit")
        try:
            hits = await self._retriever.search(
                await self.owner(work),
                str(work.inputs.get("honeyJarId") or ""),
                str(work.inputs.get("query") or ""),
                most=most if isinstance(most, int) and 0 < most <= 50 else 8,
            )
        except PressrunError as error:
            return Fail(error.code, error.message)
        return Done(outputs={"found": msgspec.to_builtins(hits.found), "mode": hits.mode})

    async def owner(self, work: Work) -> UUID:
        """The principal whose run this is."""
        async with self._database.connect() as db:
            run = await runs.get(db, work.run_id)
        if run is None:
            raise NotFound(f"there is no run '{work.run_id}'")
        return run.principal_id

    async def _own(self, work: Work) -> Document | None:
        """The document that this very run is there for: another's cannot be named in a run's inputs."""
        try:
            document_id = UUID(str(work.inputs.get("documentId")))
        except ValueError:
            raise Rejected("documentId: must be the id of a document") from None
        async with self._database.connect() as db:
            found = await knowledge.by_run(db, document_id, [work.run_id])
        return found[0] if found else None

    async def _original(self, document: Document) -> bytes:
        data = await self._store.get(document.key)
        if hashlib.sha256(data).hexdigest() != document.sha256:
            raise Unfit("document_damaged", "the stored file is not what was sent; send it again")
        return data

    async def _stored(self, document: Document, reading: Reading) -> bool:
        rows = [
            passages.Row(
                number=chunk.number,
                path=chunk.path,
                place=chunk.place,
                text=chunk.text,
                words=chunk.words,
                indexed=spaced(chunk.text),
            )
            for chunk in reading.chunks
        ]
        async with self._database.begin() as db:
            language = document.language or await passages.language(db, _sample(reading))
            await knowledge.analysed(db, document.id, reading.private)
            return await passages.replace(
                db,
                document.id,
                rows,
                title=reading.title if reading.title and document.title == document.filename else document.title,
                language=language,
                pages=reading.pages,
                notices=reading.notices,
            )

    async def _embedded(self, document: Document, embedder: Embedder) -> bool:
        """Some more passages; False when all have their vectors. Nothing is held while the vectors are made."""
        async with self._database.connect() as db:
            waiting = await passages.without_vectors(db, document.id, embedder.model, BATCH)
        if not waiting:
            return False
        made = await embedder.passages([f"{document.title}\n{text}" for _, text in waiting])
        vectors = [(number, pack(vector)) for (number, _), vector in zip(waiting, made, strict=True)]
        await self._in_one(lambda db: passages.store_vectors(db, document.id, embedder.model, vectors))
        return True

    async def _failed(self, document: Document, unfit: Unfit) -> Outcome:
        log.info("document.failed", document_id=str(document.id), kind=document.kind, code=unfit.code)
        await self._in_one(lambda db: knowledge.failed(db, document.id, unfit.code, unfit.message))
        return Done(outputs={"documentId": str(document.id), "status": "failed", "code": unfit.code})

    async def _in_one(self, call: Callable[[Connection], Awaitable[T]]) -> T:
        async with self._database.begin() as db:
            return await call(db)


def _sample(reading: Reading) -> str:
    """Some of the middle: the beginning may be a title page."""
    texts = [chunk.text for chunk in reading.chunks]
    start = len(texts) // 3
    return "\n".join([*texts[start:], *texts[:start]])[:_SAMPLE]
