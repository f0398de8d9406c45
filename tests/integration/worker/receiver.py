"""A real HTTP server on loopback that keeps what it is sent and answers as it is told to."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections import deque
from typing import Any, Self

import msgspec


class Received(msgspec.Struct, frozen=True):
    """One request, as its bytes came in. ``at`` is the loop's time."""

    line: str
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes
    at: float
    server_name: str | None

    @property
    def sequence(self) -> int:
        return json.loads(self.body)["event"]["sequence"]

    @property
    def run_id(self) -> str:
        return json.loads(self.body)["runId"]


class Receiver:
    """Answers with ``statuses``, first to last, and then with 204."""

    def __init__(self, *, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> None:
        self.received: list[Received] = []
        self.connections = 0
        self.statuses: deque[int] = deque()
        self.location = ""
        self.delay_s = 0.0
        self.gate = asyncio.Event()
        """Cleared: requests are taken, and answered when it is set again."""
        self.gate.set()
        self.body = b""
        self.under_way = 0
        self.most_under_way = 0
        self._host = host
        self._tls = tls
        self._server_name: str | None = None
        if tls:
            tls.sni_callback = self._named

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, self._host, 0, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    @property
    def url(self) -> str:
        return f"http://{self._host}:{self.port}/hook"

    def _named(self, _socket: Any, name: str | None, _context: Any) -> None:
        self._server_name = name

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            await self._answer(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers["content-length"]))
        self.received.append(Received(head[0], headers, body, asyncio.get_running_loop().time(), self._server_name))
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            await self.gate.wait()
            await asyncio.sleep(self.delay_s)
        finally:
            self.under_way -= 1
        status = self.statuses.popleft() if self.statuses else 204
        where = f"Location: {self.location}\r\n" if self.location else ""
        writer.write(
            f"HTTP/1.1 {status} Whatever\r\n{where}Content-Length: {len(self.body)}\r\n\r\n".encode() + self.body
        )
        await writer.drain()
