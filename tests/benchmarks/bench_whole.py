"""The whole way of a report, from POST to the last byte of its PDF, warm.

Run it as ``python -m tests.benchmarks whole``. The rival is the sum of the bare parts and nothing between them: a
POST that becomes one INSERT, and one print of the same page on a reused tab of the same browser.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import msgspec
from playwright.async_api import async_playwright

from services.renderer.contents import placeholders
from services.renderer.page import anchors, page
from shared.document.blocks import Document
from tests.e2e.rig import DOCUMENT

from .bench_renderer import IN_FLIGHT, installed_fonts
from .bench_renderer import bare as bare_loop
from .client import Line
from .system import ROOT, System
from .table import Row

REPORT = {
    "template_id": DOCUMENT,
    "title": "A licence, printed",
    "parameters": {"context": (ROOT / "deploy/local/corpus/Apache-2.0.txt").read_text()},
}
WINDOW_S = 5.0


class Size(msgspec.Struct, frozen=True, kw_only=True):
    """How much to measure."""

    reports: int = 40
    """One after the other, for the latency."""
    seconds: float = 60
    """Of reports without a pause."""
    at_once: int = 12
    """Reports under way then."""


async def run(system: System, size: Size) -> list[Row]:
    """All rows; about two minutes at full size."""
    async with system.services("worker", "renderer"), system.plain_api(IN_FLIGHT) as plain, system.lines(1) as (own,):
        warm = [await _report(own) for _ in range(3)][-1]
        document = msgspec.json.decode(await own.get(f"/api/reports/{warm}/download?format=json"), type=Document)
        async with bare_parts(system, document, plain) as bare:
            await bare(0)
            alone = await in_turns(lambda: _report(own), lambda: bare(0), size.reports)
            async with system.lines(size.at_once) as many:
                flow = await _rates(many, _report, size.seconds)
            rival = await _rates(range(IN_FLIGHT), bare, size.seconds / 3)
    return [
        Row("POST to PDF, warm", "bare POST and print", "ms", *alone, "at least 0.4x"),
        Row("reports per second, sustained", "bare POSTs and prints", "1/s", flow, rival, "at least 0.4x"),
    ]


async def _report(line: Line) -> str:
    """Ask for a report, follow its events to the end, download its PDF. Its id."""
    made = (await line.post("/api/reports/", REPORT))["data"]["report"]
    events = await line.get(f"/v1/runs/{made['run_id']}/events")
    assert b"event: run.completed" in events, events[-500:]
    pdf = await line.get(f"/api/reports/{made['id']}/download")
    assert pdf.startswith(b"%PDF")
    return made["id"]


@asynccontextmanager
async def bare_parts(
    system: System, document: Document, plain: list[Line]
) -> AsyncIterator[Callable[[int], Awaitable[object]]]:
    """A bare POST and one print of the document's page, as one of those that are in flight."""
    html = page(document, contents=placeholders(anchors(document)), fonts="system")
    with installed_fonts() as fontconfig:
        async with (
            async_playwright() as driver,
            bare_loop(driver.chromium, str(system.chromium), fontconfig, html) as way,
        ):

            async def once(place: int) -> None:
                await plain[place].post("/posts", REPORT)
                await way(place)

            yield once


async def in_turns(
    ours: Callable[[], Awaitable[object]], theirs: Callable[[], Awaitable[object]], count: int
) -> tuple[list[float], list[float]]:
    """Milliseconds of each side, in turns."""
    sides: tuple[list[float], list[float]] = ([], [])
    for _ in range(count):
        for way, samples in zip((ours, theirs), sides, strict=True):
            began = time.perf_counter()
            await way()
            samples.append((time.perf_counter() - began) * 1000)
    return sides


async def _rates(lanes, way: Callable[..., Awaitable[object]], seconds: float) -> list[float]:
    """How many were finished per second in each window of some seconds, with one in each lane all the time."""
    began, ends = time.perf_counter(), []

    async def lane(place) -> None:
        while time.perf_counter() - began < seconds:
            await way(place)
            ends.append(time.perf_counter() - began)

    await asyncio.gather(*map(lane, lanes))
    window = min(WINDOW_S, seconds)
    return [
        sum(first * window <= end < (first + 1) * window for end in ends) / window
        for first in range(round(seconds / window))
    ]
