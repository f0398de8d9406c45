"""A small real server that speaks OpenAI's chat completions, and misbehaves as it is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any


class Endpoint:
    """Answers one request after the other as its behaviours say, the last one again and again; or as ``choose`` says."""

    def __init__(self, behaviours: list[Behaviour], choose: Choose | None = None) -> None:
        self.behaviours = list(behaviours)
        self.choose = choose
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.closed = asyncio.Event()
        """The client closed a connection in the middle of an answer."""
        self.asked = asyncio.Event()
        """A request has come."""
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                headers = {
                    name.lower(): value
                    for name, _, value in (line.partition(": ") for line in head.decode().split("\r\n")[1:])
                }
                body = await reader.readexactly(int(headers["content-length"]))
                self.requests.append(json.loads(body) | {"path": head.split()[1].decode()})
                self.keys.append(headers.get("authorization", ""))
                self.asked.set()
                behaviour = self._behaviour(self.requests[-1])
                answering = asyncio.create_task(behaviour(writer))
                gone = asyncio.create_task(reader.read(1))
                done, _ = await asyncio.wait({answering, gone}, return_when=asyncio.FIRST_COMPLETED)
                if answering not in done:
                    self.closed.set()
                    answering.cancel()
                    return
                gone.cancel()
                await asyncio.wait({gone})
                if await answering == "close":
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()

    def _behaviour(self, request: dict[str, Any]) -> Behaviour:
        if self.choose is not None:
            return self.choose(request)
        return self.behaviours.pop(0) if len(self.behaviours) > 1 else self.behaviours[0]


Behaviour = Callable[[asyncio.StreamWriter], Awaitable[str]]
Choose = Callable[[dict[str, Any]], Behaviour]
"""From a request's body to what is answered to it."""


@asynccontextmanager
async def endpoint(*behaviours: Behaviour, choose: Choose | None = None) -> AsyncIterator[Endpoint]:
    """The server on a free port of this machine."""
    speaking = Endpoint(list(behaviours), choose)
    server = await asyncio.start_server(speaking.serve, "127.0.0.1", 0)
    speaking.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield speaking
    finally:
        server.close()


def refuse(status: int, message: str = "no", **headers: str) -> Behaviour:
    """An error answer."""

    async def answer(writer: asyncio.StreamWriter) -> str:
        body = json.dumps({"error": {"message": message, "type": "error"}}).encode()
        more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        writer.write(
            f"HTTP/1.1 {status} Said\r\ncontent-type: application/json\r\n{more}content-length: {len(body)}\r\n\r\n".encode()
            + body
        )
        await writer.drain()
        return "keep"

    return answer


def say(
    *pieces: str,
    finish: str | None = "stop",
    usage: tuple[int, int] | None = (12, 34),
    model: str = "tiny-1",
    every_s: float = 0.0,
    then: str = "done",
) -> Behaviour:
    """A streamed answer. ``then``: ``done`` ends it properly, ``cut`` drops the connection, ``hang`` says no more."""

    async def answer(writer: asyncio.StreamWriter) -> str:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
        for piece in pieces:
            await _send(writer, _chunk(model, {"content": piece}, None))
            await asyncio.sleep(every_s)
        if then == "hang":
            await asyncio.sleep(60)
        if then == "cut":
            writer.transport.abort()
            return "close"
        if finish:
            await _send(writer, _chunk(model, {}, finish))
        if usage:
            counts = {"prompt_tokens": usage[0], "completion_tokens": usage[1], "total_tokens": sum(usage)}
            await _send(writer, {**_chunk(model, {}, None), "choices": [], "usage": counts})
        await _send(writer, None)
        writer.write(b"0\r\n\r\n")
        await writer.drain()
        return "keep"

    return answer


def garbage() -> Behaviour:
    """A stream that is no JSON."""

    async def answer(writer: asyncio.StreamWriter) -> str:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\ndata: {oops\n\n")
        await writer.drain()
        return "close"

    return answer


def _chunk(model: str, delta: dict[str, Any], finish: str | None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": model, "choices": [choice]}


async def _send(writer: asyncio.StreamWriter, payload: dict[str, Any] | None) -> None:
    data = b"data: " + (json.dumps(payload).encode() if payload is not None else b"[DONE]") + b"\n\n"
    writer.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
    await writer.drain()
