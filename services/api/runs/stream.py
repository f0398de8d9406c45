"""A run's events as a stream of bytes, for as long as the run goes on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from shared.contracts.records import Event, Run
from shared.contracts.workflow import Workflow
from shared.domain.fold import fold
from shared.domain.redaction import Hidden, hidden

from . import frames
from .feed import ENDS, Feed
from .snapshot import as_of, snapshot

KEEP_ALIVE_S = 10.0
"""Below the 30 s after which the protocol's reference client gives up."""


async def stream(
    feed: Feed, run: Run, workflow: Workflow, *, after: int, asked: frozenset[str], buffer_ms: int
) -> AsyncIterator[bytes]:
    """Server-sent events from behind ``after`` to the run's terminal event.

    Args:
        after: the last sequence that the client has; -1 for everything.
        asked: stream modes (``frames.modes``).
        buffer_ms: gather events for this long; 0 sends each at once.
    """
    yield frames.KEEP_ALIVE
    shape = (
        _Values(run, workflow, await feed.after(-1, wait_s=0), after)
        if "values" in asked
        else _Plain(feed, asked, hidden(workflow, run.inputs))
    )
    for doc in shape.first():
        yield frames.frame(doc)
    pending: list[dict[str, Any]] = []
    clock = asyncio.get_running_loop().time
    flush_at, alive_at = 0.0, clock() + KEEP_ALIVE_S
    while True:
        due = min(alive_at, flush_at) if pending else alive_at
        events = await feed.after(after, wait_s=max(0.0, due - clock()))
        after = events[-1].sequence if events else after
        ended = feed.ended and after >= feed.last
        if buffer_ms == 0:
            body = b"".join(map(shape.framed, events))
        else:
            body = b""
            flush_at = flush_at if pending else clock() + buffer_ms / 1000
            pending += [doc for event in events for doc in shape.docs(event)]
            if pending and (ended or clock() >= flush_at or any(frames.flushes(event) for event in events)):
                body, pending = frames.batch(pending), []
        if not body and not ended and clock() >= alive_at:
            body = frames.KEEP_ALIVE  # also where events come all the time and none of them is shown
        if body:
            yield body
            alive_at = clock() + KEEP_ALIVE_S
        if ended:
            return


class _Plain:
    """Events as they are, chosen by mode."""

    def __init__(self, feed: Feed, asked: frozenset[str], secret: Hidden) -> None:
        self._feed = feed
        self._asked = asked
        self._secret = secret

    def first(self) -> list[dict[str, Any]]:
        return []

    def docs(self, event: Event) -> list[dict[str, Any]]:
        if not frames.shown(event, self._asked):
            return []
        make = frames.message if self._is_message(event) else frames.document
        return [make(event, self._secret)]

    def framed(self, event: Event) -> bytes:
        if not frames.shown(event, self._asked):
            return b""
        return self._feed.shared((event.sequence, self._is_message(event)), lambda: frames.frame(self.docs(event)[0]))

    def _is_message(self, event: Event) -> bool:
        return event.type == "output.chunk" and "debug" not in self._asked


class _Values:
    """A snapshot after every event that shows in ``updates``, and after every node's start."""

    def __init__(self, run: Run, workflow: Workflow, log: list[Event], after: int) -> None:
        self._run = run
        self._workflow = workflow
        before = [event for event in log if event.sequence <= after]
        self._state = fold(before)
        self._last = before[-1] if before else None

    def first(self) -> list[dict[str, Any]]:
        if self._last is None or self._last.type in ENDS:
            return []
        return [frames.value(self._last, snapshot(self._run, self._state, self._workflow))]

    def docs(self, event: Event) -> list[dict[str, Any]]:
        self._state = fold([event], self._state)
        self._run = as_of(self._run, self._state, event)
        if event.type != "node.started" and not frames.shown(event, frozenset({"updates"})):
            return []
        return [frames.value(event, snapshot(self._run, self._state, self._workflow))]

    def framed(self, event: Event) -> bytes:
        return b"".join(map(frames.frame, self.docs(event)))
