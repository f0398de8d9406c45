"""Around every request, errors included: trace context, one line of log, metrics, headers of safety."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import structlog
from litestar.datastructures import MutableScopeHeaders
from litestar.types import HTTPScope, Message, Send

from shared.observability import metrics, tracing

if TYPE_CHECKING:
    from .auth.caller import Caller

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
QUIET = frozenset({"/health/live", "/health/ready", "/metrics"})
"""Asked every few seconds by machines: logged only when they fail."""

log = structlog.get_logger()


class Observed:
    """One request under way. ``send`` stands between the application and the server."""

    def __init__(self, scope: HTTPScope, send: Send) -> None:
        self._scope = scope
        self._send = send
        self._began = time.perf_counter()
        self._status = 0
        self._sent_bytes = 0
        self._streams = False
        self.trace = tracing.begin(_header(scope, b"traceparent"))

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableScopeHeaders.from_message(message)
            headers["traceparent"] = str(self.trace)
            headers.setdefault("X-Content-Type-Options", "nosniff")
            self._status = message["status"]
            self._streams = headers.get("content-type", "").startswith("text/event-stream")
        elif message["type"] == "http.response.body":
            self._sent_bytes += len(message.get("body", b""))
        await self._send(message)

    def end(self) -> None:
        """Count and log. A status of 499 means that the client left before there was an answer."""
        status = self._status or 499
        seconds = time.perf_counter() - self._began
        template = self._scope.get("path_template") or "unmatched"
        method = self._scope["method"] if self._scope["method"] in METHODS else "OTHER"
        metrics.HTTP_REQUESTS.labels(method, template, status).inc()
        if not self._streams:
            metrics.HTTP_SECONDS.labels(template).observe(seconds)
        if template in QUIET and status < 500:
            return
        write = log.warning if status >= 500 else log.info
        write("request.answered", **self._fields(), route=template, status=status, ms=round(seconds * 1000, 1))

    def _fields(self) -> dict[str, Any]:
        caller: Caller | None = self._scope.get("user")
        client = self._scope.get("client")
        return {
            "method": self._scope["method"],
            "path": self._scope["path"],
            "bytes": self._sent_bytes,
            "client": client[0] if client else None,
            "principal_id": str(caller.id) if caller else None,
        }


def _header(scope: HTTPScope, name: bytes) -> str | None:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), None)
