"""A language model's text while it is being written, as ``output.chunk`` events of its run."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Any, Self

from shared.db import steps
from shared.domain.errors import Unavailable
from shared.domain.outcome import Work
from shared.domain.state import Draft

from .advance import advance, lock
from .pipeline import Pipeline

FLUSH_S = 0.15
"""Pieces are gathered for this long, so that a token is not a transaction."""


class ChunkStream:
    """Appends pieces of one step's text to its run's log. What it loses is in the step's result all the same."""

    def __init__(self, pipeline: Pipeline, work: Work) -> None:
        self._pipeline = pipeline
        self._work = work
        self._pending: list[str] = []
        self._flushed = time.monotonic()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            await self._flush()

    async def add(self, piece: str) -> None:
        """One more piece, shown within ``FLUSH_S`` or with the next piece."""
        self._pending.append(piece)
        if time.monotonic() - self._flushed >= FLUSH_S:
            await self._flush()

    async def write(self, chunks: list[str], meta: dict[str, Any] | None = None) -> None:
        """Pieces that are events of their own, the last of them marked."""
        last = len(chunks) - 1
        await self._append(
            [
                {"chunk": chunk, "isLast": index == last} | ({"meta": meta} if meta and index == last else {})
                for index, chunk in enumerate(chunks)
            ]
        )

    async def _flush(self) -> None:
        text, self._pending = "".join(self._pending), []
        self._flushed = time.monotonic()
        if text:
            await self._append([{"chunk": text, "isLast": False}])

    async def _append(self, payloads: list[dict[str, Any]]) -> None:
        work = self._work
        where: dict[str, Any] = {"nodeId": work.node_id}
        if work.slice >= 0:
            where["slice"] = work.slice
        drafts = [Draft("output.chunk", where | payload, work.node_id) for payload in payloads]
        try:
            async with self._pipeline.transaction() as tx:
                locked = await lock(self._pipeline, tx, work.run_id)
                if await steps.held(tx.db, work.run_id, work.node_id, work.slice, work.attempt):
                    await advance(tx, locked, drafts)
        except Unavailable:
            return
