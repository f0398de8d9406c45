"""The run protocol: creating under load, events through the engine, live streams for many.

Run it as ``python -m tests.benchmarks protocol``. Each rival is a bare loop over the same part: the machine's limit.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import msgspec

from tests.e2e.rig import DOCUMENT

from .client import Line, request, subscribers
from .system import ROOT, System, WriterProcess
from .table import Row
from .writer import CHANNEL, Order, Wrote

CONTEXT = (ROOT / "deploy/local/corpus/MPL-2.0.txt").read_text()


class Size(msgspec.Struct, frozen=True, kw_only=True):
    """How much to measure."""

    seconds: float = 4
    """Of each side in each round."""
    rounds: int = 4
    per_second: int = 200
    subscribers: int = 1000
    few: int = 10
    at_once: int = 8
    backlog: int = 60
    """Reports that wait for the renderer while runs are created."""


async def run(system: System, size: Size) -> list[Row]:
    """All rows; two to three minutes at full size."""
    await system.know_workflow()
    rows = await _events(system, size)
    await system.clear()
    return [await _creating(system, size), *rows]


async def _creating(system: System, size: Size) -> Row:
    """From the moment a request is due to its answer, while two reports are printed all the time."""
    sides: list[list[float]] = [[], []]
    async with system.services("worker", "renderer"), system.plain_api(64) as plain, system.lines(64) as own:
        targets = ((own, "/v1/runs"), (plain, "/posts"))
        for _ in range(size.rounds):
            for (free, path), samples in zip(targets, sides, strict=True):
                await keep_printing(system, size.backlog)
                samples.extend(await steady(free, _creation(path), size.per_second, size.seconds))
    await system.clear()
    name = f"create a run, {size.per_second}/s, printing"
    return Row(name, "bare POST and INSERT", "ms", *sides, "at least 0.2x")


async def keep_printing(system: System, backlog: int) -> None:
    """Have at least so many reports wait for the renderer."""
    body = {"template_id": DOCUMENT, "title": "Backlog", "parameters": {"context": CONTEXT}}
    missing = backlog - await system.waiting("render")
    async with system.lines(4) as own:
        for first in range(0, max(0, missing), len(own)):
            await asyncio.gather(*(line.post("/api/reports/", body) for line in own[: missing - first]))
    while await system.waiting("template"):
        await asyncio.sleep(0.2)


async def steady(
    free: list[Line], call: Callable[[Line], Awaitable[Any]], per_second: float, seconds: float
) -> list[float]:
    """Milliseconds of calls that are due at a fixed rate, however long the earlier ones take."""
    idle: asyncio.Queue[Line] = asyncio.Queue()
    for line in free:
        idle.put_nowait(line)
    samples: list[float] = []

    async def one(due: float) -> None:
        line = await idle.get()
        await call(line)
        samples.append((time.monotonic() - due) * 1000)
        idle.put_nowait(line)

    began = time.monotonic()
    async with asyncio.TaskGroup() as calls:
        for number in range(int(per_second * seconds)):
            due = began + number / per_second
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            calls.create_task(one(due))
    return samples


async def _events(system: System, size: Size) -> list[Row]:
    """Everything about events, on one set of open runs."""
    many = size.subscribers
    async with system.lines(8) as own:
        ids: list[str] = []
        for first in range(0, many, len(own)):
            made = await asyncio.gather(
                *(line.post("/v1/runs", {"workflowId": "bench"}) for line in own[: many - first])
            )
            ids += [one["runId"] for one in made]
    with system.writer() as writer:
        assert writer.held == many
        live = _Live(system, writer, sorted(ids), size)
        return [
            await live.row(f"event to {size.few} streams, idle", runs=1, streams=size.few, per_second=10),
            await live.row(f"event to {many:,} streams of one run", runs=1, streams=many, per_second=2),
            await live.row(f"event to {many:,} streams of as many runs", runs=many, streams=many, per_second=100),
            await _throughput(writer, size, "events through one run", runs=1, at_once=1),
            await _throughput(writer, size, f"events through {many:,} runs", runs=many, at_once=size.at_once),
        ]


class _Live:
    """Committed to received, over server-sent events and over bare pub/sub."""

    def __init__(self, system: System, writer: WriterProcess, ids: list[str], size: Size) -> None:
        self._system = system
        self._writer = writer
        self._ids = ids
        self._size = size

    async def row(self, name: str, *, runs: int, streams: int, per_second: float) -> Row:
        rig = self._system.rig
        sse = [
            request("GET", f"/v1/runs/{self._ids[place % runs]}/events?streamMode=messages", self._system.headers)
            for place in range(streams)
        ]
        bare = [_subscribe(rig.valkey.url, place % runs) for place in range(streams)]
        sides: list[list[float]] = [[], []]
        for way, url, requests, samples in (
            ("engine", rig.url, sse, sides[0]),
            ("publish", rig.valkey.url, bare, sides[1]),
        ):
            seconds = self._size.seconds * self._size.rounds / 2
            order = Order(way=way, runs=runs, seconds=seconds, at_once=4, per_second=per_second)
            samples.extend(await self._received(url, requests, order))
        return Row(name, "bare pub/sub", "ms", *sides, "at least 0.1x")

    async def _received(self, url: str, requests: list[bytes], order: Order) -> list[float]:
        async with subscribers(url, requests) as listening:
            wrote = await asyncio.to_thread(self._writer.carry_out, order)
            wanted = [(one, number, at) for place, number, at in wrote.stamps for one in listening[place :: order.runs]]
            deadline = time.monotonic() + 10
            while any(number not in one.received for one, number, _ in wanted):
                if time.monotonic() > deadline:
                    raise AssertionError("a subscriber missed an event")
                await asyncio.sleep(0.1)
        return [(one.received[number] - at) / 1e6 for one, number, at in wanted]


async def _throughput(writer: WriterProcess, size: Size, name: str, *, runs: int, at_once: int) -> Row:
    sides: list[list[float]] = [[], []]
    for _ in range(size.rounds):
        for way, samples in zip(("engine", "insert"), sides, strict=True):
            order = Order(way=way, runs=runs, seconds=size.seconds / 2, at_once=at_once)
            wrote: Wrote = await asyncio.to_thread(writer.carry_out, order)
            samples.append(len(wrote.stamps) / wrote.seconds)
    return Row(name, "bare INSERTs", "1/s", *sides, "at least 0.15x")


def _creation(path: str) -> Callable[[Line], Awaitable[Any]]:
    return lambda line: line.post(path, {"workflowId": "bench"})


def _subscribe(redis_url: str, place: int) -> bytes:
    return f"AUTH {urlsplit(redis_url).password}\r\nSUBSCRIBE {CHANNEL}{place}\r\n".encode()
