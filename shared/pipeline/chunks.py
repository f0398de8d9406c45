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
        self._open = False
        self._meta: dict[str, Any] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None and self._open:
            await self._flush(last=True)

    async def add(self, piece: str) -> None:
        """One more piece, shown within ``FLUSH_S`` or with the next piece. The last one is marked at the end."""
        self._pending.append(piece)
        self._open = True
        if time.monotonic() - self._flushed >= FLUSH_S:
            await self._flush(last=False)

    def describe(self, meta: dict[str, Any]) -> None:
        """What the last piece is to say of the whole text."""
        self._meta = meta

    async def write(self, chunks: list[str], meta: dict[str, Any] | None = None, *, last: bool = True) -> None:
        """Pieces that are events of their own, the last of them marked unless more are to come."""
        self._meta = meta
        self._open = not last
        end = len(chunks) - 1
        await self._append([self._piece(chunk, last=last and index == end) for index, chunk in enumerate(chunks)])

    async def _flush(self, *, last: bool) -> None:
        text, self._pending = "".join(self._pending), []
        self._flushed = time.monotonic()
        if text or last:
            await self._append([self._piece(text, last=last)])

    def _piece(self, text: str, *, last: bool) -> dict[str, Any]:
        return {"chunk": text, "isLast": last} | ({"meta": self._meta} if last and self._meta else {})

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
