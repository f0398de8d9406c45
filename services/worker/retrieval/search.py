"""Finds the passages of a knowledge base that answer a question, for somebody who may read it."""

from __future__ import annotations

import asyncio
import time
from uuid import UUID

import msgspec
import numpy as np
import structlog
from msgspec.structs import replace

from services.worker.llm.embedding import Embedder, Vectors
from services.worker.privacy.vague import Vague
from shared.contracts.knowledge import Found
from shared.db import knowledge, passages
from shared.db.pool import Database
from shared.domain.errors import Forbidden, NotFound, PressrunError
from shared.domain.knowledge import may_read
from shared.domain.scripts import spaced

from .fuse import fuse

CANDIDATES = 60
"""Of each ranking, before they are fused."""
LONGEST_QUERY = 2000
GONE = "knowledge_gone"
FORBIDDEN = "knowledge_forbidden"

Key = tuple[UUID, int]

log = structlog.get_logger()


class Hits(msgspec.Struct, frozen=True, kw_only=True):
    """What a query found."""

    found: list[Found]
    mode: str
    """``hybrid``, or ``text`` where there are no vectors."""


class Retriever:
    """Full text and, where there are vectors, vectors."""

    def __init__(self, database: Database, embedder: Embedder | None) -> None:
        self._database = database
        self._embedder = embedder

    async def search(
        self, principal_id: UUID, base_id: str, query: str, *, most: int = 8, outside: str | None = None
    ) -> Hits:
        """The best passages, none of them twice.

        Args:
            outside: what an embedder elsewhere is asked in place of the query; empty: it is not asked.

        Raises:
            NotFound: the knowledge base is not there (any more), code ``knowledge_gone``.
            Forbidden: this principal may not read it (any more), code ``knowledge_forbidden``.
        """
        began = time.monotonic()
        asked = _line(query)
        base = await self._permitted(principal_id, base_id)
        async with self._database.connect() as db:
            words = await passages.by_words(db, base, spaced(asked), CANDIDATES)
        leaves = outside is not None and isinstance(self._embedder, Vague)
        near = await self._near(base, _line(outside or "") if leaves else asked)
        ranked = fuse(words, near or [])
        async with self._database.connect() as db:
            read = await passages.read(db, [key for key, _ in ranked[: 2 * most]])
            await knowledge.queried(db, base, (time.monotonic() - began) * 1000)
        hits = _scored(read, dict(ranked), words, near or [])
        return Hits(found=distinct(hits)[:most], mode="text" if near is None else "hybrid")

    async def _permitted(self, principal_id: UUID, base_id: str) -> UUID:
        async with self._database.connect() as db:
            base = await knowledge.find(db, _id(base_id))
            role = await knowledge.role(db, principal_id)
        if base is None:
            raise _gone()
        if role is None or not may_read(base, principal_id, role):
            raise Forbidden(
                "honey_jar_id: this knowledge base may not be read by the report's owner (any more)", code=FORBIDDEN
            )
        return base.id

    async def _near(self, base_id: UUID, query: str) -> list[Key] | None:
        """By vectors; None where there are none. A question without its vector is still answered by words."""
        if self._embedder is None or not query:
            return None
        async with self._database.connect() as db:
            keys, raw = await passages.vectors(db, base_id, self._embedder.model)
        if not keys:
            return None
        try:
            asked = await self._embedder.query(query)
        except PressrunError as error:
            log.warning("retrieval.without_vectors", error=error.message)
            return None
        return await asyncio.to_thread(nearest, keys, raw, asked, CANDIDATES)


def nearest(keys: list[Key], raw: bytes, asked: Vectors, most: int) -> list[Key]:
    """The keys whose vectors are nearest, exactly. Pure."""
    matrix = np.frombuffer(raw, dtype=np.float16)
    if matrix.size != len(keys) * asked.shape[0]:
        return []  # of a model with this name, but another length: they will be made again
    scores = matrix.reshape(len(keys), -1).astype(np.float32) @ asked
    best = np.argsort(-scores, kind="stable")[:most]
    return [keys[int(place)] for place in best]


def pack(vector: Vectors) -> bytes:
    """As it is stored."""
    return vector.astype(np.float16).tobytes()


def _scored(read: list[Found], scores: dict[Key, float], words: list[Key], near: list[Key]) -> list[Found]:
    by_words = {key: place for place, key in enumerate(words, 1)}
    by_vector = {key: place for place, key in enumerate(near, 1)}
    return [
        replace(
            one,
            score=round(scores[one.document_id, one.number], 6),
            text_rank=by_words.get((one.document_id, one.number)),
            vector_rank=by_vector.get((one.document_id, one.number)),
        )
        for one in read
    ]


def distinct(found: list[Found]) -> list[Found]:
    """Without passages that say the same as a better one: the same document may be there twice."""
    seen: set[str] = set()
    kept = []
    for one in found:
        said = bare_words(one.text)
        if said not in seen:
            seen.add(said)
            kept.append(one)
    return kept


def bare_words(text: str) -> str:
    """What passages that say the same have in common."""
    return " ".join(text.lower().split())


def _line(query: str) -> str:
    return " ".join(query.replace("\0", " ").split())[:LONGEST_QUERY]


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise _gone() from None


def _gone() -> NotFound:
    return NotFound("honey_jar_id: the knowledge base was deleted; ask for the report with another one", code=GONE)
