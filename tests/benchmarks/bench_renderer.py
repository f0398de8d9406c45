"""Printing: our pool beside the other ways of turning one document into PDFs, two in flight each.

Run it as ``python -m tests.benchmarks.bench_renderer``. All ways print the same HTML with the same
fonts. They take turns, so that whatever else the machine does hits all of them alike.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from importlib.util import find_spec
from pathlib import Path

from playwright.async_api import BrowserType, Page, async_playwright

from deploy.local import browser
from services.renderer.chromium import Chromium
from services.renderer.contents import placeholders
from services.renderer.disguise import choose
from services.renderer.page import anchors, fonts, page
from services.renderer.pdf import OPTIONS, pdf
from services.renderer.pool import Limits, Pool
from services.renderer.render import Bounds, renditions
from shared.config import environment
from shared.observability.logging import configure
from tests.unit.page.sample import bench_document

from .table import Row, keep, table

ROUNDS = 9
IN_FLIGHT = 2
LIMIT_S = 120
"""For one way's turn: a browser that hangs is no figure."""
BOUNDS = Bounds(deadline_s=60, max_pages=100, max_html_bytes=10_000_000)

Way = Callable[[int], Awaitable[object]]
"""Print the document once, as one of the two that are in flight."""


async def run(chromium: str, full_chromium: str | None, seconds: float) -> list[Row]:
    """All rows. ``seconds`` is each way's time in each of the rounds; full Chromium's rows need its path."""
    document = bench_document()
    html = page(document, contents=placeholders(anchors(document)), fonts="system")
    async with AsyncExitStack() as opened:
        fontconfig = opened.enter_context(installed_fonts())
        pool = await opened.enter_async_context(_pool(Path(chromium), fontconfig))
        engine = (await opened.enter_async_context(async_playwright())).chromium
        ways: dict[str, Way] = {
            "pool": lambda _: pool.run(lambda tab: pdf(tab, html), deadline_s=60),
            "reports": lambda _: renditions(document, pool=pool, bounds=BOUNDS),
            "bare": await opened.enter_async_context(bare(engine, chromium, fontconfig, html)),
        }
        if find_spec("weasyprint"):
            ways["weasyprint"] = opened.enter_context(_WeasyPrint(fontconfig, html))
        for name, program in (("shell", chromium), ("full", full_chromium)):
            if program is not None:
                ways[f"launch {name}"] = _launching(engine, program, fontconfig, html)
                ways[f"context {name}"] = await opened.enter_async_context(_fresh(engine, program, fontconfig, html))
        samples = await _in_turns(ways, seconds)
    return list(_rows(samples))


@contextmanager
def installed_fonts() -> Iterator[Path]:
    """Our fonts for any browser: the file to name in ``FONTCONFIG_FILE``."""
    with tempfile.TemporaryDirectory(prefix="pressrun-bench-") as folder:
        Path(folder).chmod(0o755)
        yield fonts.install(Path(folder))


def _rows(samples: dict[str, list[float]]) -> list[Row]:
    rivals = [
        ("launch full", "full Chromium launched per document", "about 12x"),
        ("context full", "warm full Chromium, a context per document", "about 6x"),
        ("launch shell", "the same shell launched per document", "about 5x"),
        ("context shell", "the same shell warm, a context per document", "about 2.5x"),
        ("weasyprint", "WeasyPrint, two processes", "about 3x"),
        ("bare", "bare loop over two reused pages", "at least 0.85x"),
    ]
    rows = [
        Row(
            "PDFs through the pool",
            rival,
            "1/s",
            samples["pool"],
            samples.get(name, []),
            expect,
            _missing(name, samples),
        )
        for name, rival, expect in rivals
    ]
    whole = Row(
        "reports in four formats", "bare loop, PDFs only", "1/s", samples["reports"], samples["bare"], "about 0.6x"
    )
    return [*rows, whole]


def _missing(name: str, samples: dict[str, list[float]]) -> str:
    if name in samples:
        return ""
    return f"not installed: {'pip install weasyprint' if name == 'weasyprint' else 'apt-get install chromium'}"


async def _in_turns(ways: dict[str, Way], seconds: float) -> dict[str, list[float]]:
    samples: dict[str, list[float]] = {name: [] for name in ways}
    for way in ways.values():
        async with asyncio.timeout(LIMIT_S):
            await asyncio.gather(*(way(place) for place in range(IN_FLIGHT)))
    for _ in range(ROUNDS):
        for name, way in ways.items():
            async with asyncio.timeout(LIMIT_S + seconds):
                samples[name].append(await _rate(way, seconds))
    return samples


async def _rate(way: Way, seconds: float) -> float:
    """Documents a second, the last ones' own ends counted."""
    began = time.perf_counter()

    async def line(place: int) -> int:
        done = 0
        while time.perf_counter() - began < seconds:
            await way(place)
            done += 1
        return done

    done = sum(await asyncio.gather(*map(line, range(IN_FLIGHT))))
    return done / (time.perf_counter() - began)


@asynccontextmanager
async def _pool(chromium: Path, fontconfig: Path) -> AsyncIterator[Pool]:
    disguise = choose(chromium, root=os.geteuid() == 0, allow_root=False)
    pool = Pool(lambda: Chromium(chromium, disguise, fontconfig=fontconfig), Limits(slots=IN_FLIGHT))
    try:
        yield pool
    finally:
        await pool.close()


@asynccontextmanager
async def bare(engine: BrowserType, program: str, fontconfig: Path, html: str) -> AsyncIterator[Way]:
    """A loop over reused pages, and nothing else: the machine's limit."""
    launched = await engine.launch(executable_path=program, env=_env(fontconfig))
    context = await launched.new_context(java_script_enabled=False, bypass_csp=True)
    pages = [await context.new_page() for _ in range(IN_FLIGHT)]
    yield lambda place: _print(pages[place], html)
    await launched.close()


@asynccontextmanager
async def _fresh(engine: BrowserType, program: str, fontconfig: Path, html: str) -> AsyncIterator[Way]:
    launched = await engine.launch(executable_path=program, env=_env(fontconfig))

    async def once(_place: int) -> None:
        context = await launched.new_context()
        await _print(await context.new_page(), html)
        await context.close()

    yield once
    await launched.close()


def _launching(engine: BrowserType, program: str, fontconfig: Path, html: str) -> Way:
    async def once(_place: int) -> None:
        launched = await engine.launch(executable_path=program, env=_env(fontconfig))
        await _print(await launched.new_page(), html)
        await launched.close()

    return once


async def _print(tab: Page, html: str) -> bytes:
    await tab.set_content(html)
    return await tab.pdf(**OPTIONS)


class _WeasyPrint:
    """Two processes that stay warm."""

    def __init__(self, fontconfig: Path, html: str) -> None:
        self._html = html
        spawn = multiprocessing.get_context("spawn")
        self._processes = ProcessPoolExecutor(IN_FLIGHT, spawn, _use_fonts, (str(fontconfig),))

    def __enter__(self) -> Way:
        def once(_place: int) -> Awaitable[object]:
            return asyncio.get_running_loop().run_in_executor(self._processes, _weasyprint, self._html)

        return once

    def __exit__(self, *_: object) -> None:
        self._processes.shutdown()


def _use_fonts(fontconfig: str) -> None:
    os.environ["FONTCONFIG_FILE"] = fontconfig  # noqa: TID251 - it is this process's fontconfig that reads it


def _weasyprint(html: str) -> int:
    import weasyprint

    return len(weasyprint.HTML(string=html).write_pdf())


def _env(fontconfig: Path) -> dict[str, str | float | bool]:
    return {**environment(), "FONTCONFIG_FILE": str(fontconfig)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0, help="for each way in each round")
    seconds = parser.parse_args().seconds
    found = browser.installed(environment())
    if found is None:
        sys.exit("Chromium is missing: run `make setup`")
    configure("warning", "console", "bench")  # a line for each print would be measured too
    rows = asyncio.run(run(str(found), shutil.which("chromium"), seconds))
    print(table(rows))  # noqa: T201
    print(f"raw samples: {keep('renderer', rows)}")  # noqa: T201


if __name__ == "__main__":
    main()
