"""Holds a response back until its answer is kept."""

from __future__ import annotations

from collections.abc import Iterable

from litestar.datastructures import MutableScopeHeaders
from litestar.types import HTTPResponseBodyEvent, HTTPResponseStartEvent, Message, Scope, Send

from shared.db.idempotency import Answer

from .execution import Execution

REPLAY = "openwop-Idempotent-Replay"
"""``true`` on an answer from the record, ``false`` on one that was executed with a key."""
LARGEST = 8 * 1024 * 1024
"""A larger answer, or a stream of events, is passed on as it comes and not kept."""
EXECUTION = "idempotency_execution"
"""Where a request's state has its execution."""

_PASSING = frozenset({"set-cookie", "content-length", "traceparent", "tracestate", REPLAY.lower()})
"""Headers of one response that are no part of the answer."""


class Outgoing:
    """One response under way; without an execution it goes straight through."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope = scope
        self._send = send
        self._start: HTTPResponseStartEvent | None = None
        self._body: list[HTTPResponseBodyEvent] = []
        self._bytes = 0

    async def send(self, message: Message) -> None:
        execution: Execution | None = self._scope["state"].get(EXECUTION)
        if execution is None:
            await self._send(message)
        elif message["type"] == "http.response.start":
            headers = MutableScopeHeaders.from_message(message)
            headers[REPLAY] = "false"
            self._start = message
            if headers.get("content-type", "").startswith("text/event-stream"):
                await self._pass()
        elif message["type"] == "http.response.body" and self._start is not None:
            await self._hold(execution, self._start, message)
        else:
            await self._send(message)

    async def _hold(self, execution: Execution, start: HTTPResponseStartEvent, part: HTTPResponseBodyEvent) -> None:
        self._body.append(part)
        self._bytes += len(part.get("body", b""))
        if self._bytes > LARGEST:
            await self._pass()
        elif not part.get("more_body", False):
            body = b"".join(each.get("body", b"") for each in self._body)
            await execution.settle(answer_of(start["status"], start["headers"], body))
            await self._pass()

    async def _pass(self) -> None:
        """Send what was held; whatever follows goes straight through."""
        if self._start is not None:
            await self._send(self._start)
        self._start = None
        for part in self._body:
            await self._send(part)


def answer_of(status: int, headers: Iterable[tuple[bytes, bytes]], body: bytes) -> Answer:
    """A response as it is kept."""
    pairs = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in headers]
    return Answer(status=status, headers=[pair for pair in pairs if pair[0] not in _PASSING], body=body)
