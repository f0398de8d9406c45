"""A small real HTTP server that answers as it was told and remembers what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec


class Asked(msgspec.Struct, frozen=True):
    """A request."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


Answer = tuple[int, Any] | Callable[[Asked], tuple[int, Any]]
"""A status and what becomes JSON; bytes are sent as they are."""


class Served(msgspec.Struct):
    url: str
    asked: list[Asked] = []

    def paths(self) -> list[str]:
        return [f"{one.method} {one.path}" for one in self.asked]


@contextmanager
def serve(answers: dict[str, Answer]) -> Iterator[Served]:
    """Answers by "METHOD /path"; anything else is a 404 as FastAPI says it."""
    served = Served("")

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            address = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            content = self.rfile.read(length)
            query = {name: values[0] for name, values in parse_qs(address.query).items()}
            one = Asked(self.command, address.path, query, dict(self.headers), json.loads(content) if content else None)
            served.asked.append(one)
            found = answers.get(f"{one.method} {one.path}", (404, {"detail": "Not found"}))
            status, body = found(one) if callable(found) else found
            sent = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        do_GET = do_POST = do_PUT = answer  # noqa: N815

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    served.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def nobody() -> str:
    """An address where nobody listens."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.server_close()
    return f"http://127.0.0.1:{server.server_port}"
