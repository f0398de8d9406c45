"""A client that costs little: the load must not slow what it measures on the same two processors."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import msgspec

AT_ONCE = 50
"""Connections that are opened side by side."""
_NUMBER = re.compile(rb"id: (\d+)\n")


class Line:
    """One kept-alive HTTP connection, one request at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, headers: Mapping[str, str]) -> None:
        self._reader = reader
        self._writer = writer
        self._headers = headers

    async def post(self, path: str, body: Any) -> Any:
        """The answer's JSON, which must be a 201."""
        return msgspec.json.decode(await self._ask("POST", path, msgspec.json.encode(body), wanted=201))

    async def get(self, path: str) -> bytes:
        """The answer's body, to its end, which must be a 200."""
        return await self._ask("GET", path, b"", wanted=200)

    async def close(self) -> None:
        self._writer.close()
        await self._writer.wait_closed()

    async def _ask(self, method: str, path: str, body: bytes, *, wanted: int) -> bytes:
        self._writer.write(request(method, path, self._headers, body))
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        content = await self._body(head)
        if int(head[9:12]) != wanted:
            raise AssertionError(f"{method} {path}: {head[9:12]!r} {content[:300]!r}")
        return content

    async def _body(self, head: bytes) -> bytes:
        if b"transfer-encoding: chunked" not in head:
            length = head.partition(b"content-length: ")[2].partition(b"\r\n")[0]
            return await self._reader.readexactly(int(length))
        pieces = []
        while size := int(await self._reader.readline(), 16):
            pieces.append(await self._reader.readexactly(size))
            await self._reader.readexactly(2)
        await self._reader.readline()
        return b"".join(pieces)


@asynccontextmanager
async def lines(url: str, count: int, headers: Mapping[str, str]) -> AsyncIterator[list[Line]]:
    """Connections to one server."""
    address = urlsplit(url)
    opened = [Line(*await asyncio.open_connection(address.hostname, address.port), headers) for _ in range(count)]
    try:
        yield opened
    finally:
        await asyncio.gather(*(line.close() for line in opened), return_exceptions=True)


class Subscriber(asyncio.Protocol):
    """Sends one request and notes when each numbered frame of the endless answer arrives first."""

    def __init__(self, request: bytes) -> None:
        self.received: dict[int, int] = {}
        self.answered = asyncio.Event()
        self._request = request
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        now = time.monotonic_ns()
        self.answered.set()
        text = self._rest + data
        for found in _NUMBER.finditer(text):
            self.received.setdefault(int(found[1]), now)
        self._rest = text[-30:]  # a frame's head may be cut in two


@asynccontextmanager
async def subscribers(url: str, requests: Sequence[bytes]) -> AsyncIterator[list[Subscriber]]:
    """A subscriber per request, each answered."""
    address, loop = urlsplit(url), asyncio.get_running_loop()
    made, transports = [], []
    try:
        for first in range(0, len(requests), AT_ONCE):
            some = [
                await loop.create_connection(lambda one=one: Subscriber(one), address.hostname, address.port)
                for one in requests[first : first + AT_ONCE]
            ]
            transports += [transport for transport, _ in some]
            made += [subscriber for _, subscriber in some]
            await asyncio.gather(*(asyncio.wait_for(subscriber.answered.wait(), 30) for _, subscriber in some))
        yield made
    finally:
        for transport in transports:
            transport.close()


def request(method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> bytes:
    """An HTTP request as bytes."""
    head = {"Host": "127.0.0.1", "Content-Length": str(len(body)), **headers}
    if body:
        head["Content-Type"] = "application/json"
    said = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    return f"{method} {path} HTTP/1.1\r\n{said}\r\n".encode() + body
