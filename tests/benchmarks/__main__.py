"""Everything that is measured, as one table: ``make bench``, or ``make bench ARGS="queue whole"`` for some of it."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import structlog

from deploy.local import browser
from shared.config import environment

from . import bench_protocol, bench_queue, bench_renderer, bench_retrieval, bench_whole
from .system import System, system
from .table import Row, keep, table

PARTS = ("renderer", "queue", "protocol", "retrieval", "whole", "ml", "privacy")


class Bench:
    """Runs the parts; the system is started when the first of them needs it."""

    def __init__(self, chromium: Path, opened: ExitStack, *, quick: bool) -> None:
        self._chromium = chromium
        self._opened = opened
        self._quick = quick
        self._system: System | None = None

    def rows(self, part: str) -> list[Row]:
        """One part's rows."""
        return asyncio.run(getattr(self, f"_{part}")())

    async def _renderer(self) -> list[Row]:
        full = shutil.which("chromium")
        return await bench_renderer.run(str(self._chromium), full, 0.5 if self._quick else 2.0)

    async def _queue(self) -> list[Row]:
        rig = self._up.rig
        return await bench_queue.run(rig.postgres.url(), rig.valkey.url, 20 if self._quick else 90)

    async def _protocol(self) -> list[Row]:
        size = bench_protocol.Size(seconds=2, rounds=2) if self._quick else bench_protocol.Size()
        return await bench_protocol.run(self._up, size)

    async def _whole(self) -> list[Row]:
        size = bench_whole.Size(reports=20, seconds=15) if self._quick else bench_whole.Size()
        return await bench_whole.run(self._up, size)

    async def _ml(self) -> list[Row]:
        from . import bench_ml  # it trains what it reports on

        size = bench_ml.Size(reports=5, seconds=3, largest=1) if self._quick else bench_ml.Size()
        return await bench_ml.run(self._up, size)

    async def _retrieval(self) -> list[Row]:
        return await bench_retrieval.run(self._up.rig)

    async def _privacy(self) -> list[Row]:
        from . import bench_privacy  # its rival is heavy

        return await bench_privacy.run(1 if self._quick else 3)

    @property
    def _up(self) -> System:
        if self._system is None:
            self._system = self._opened.enter_context(system(self._chromium))
        return self._system


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; all of them if none is named")
    parser.add_argument("--quick", action="store_true", help="fewer samples: a look, not a measurement")
    asked = parser.parse_args()
    if unknown := set(asked.parts) - set(PARTS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    chromium = browser.installed(environment())
    if chromium is None:
        sys.exit("Chromium is missing: run `make setup`")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    parts = asked.parts or PARTS
    with ExitStack() as opened:
        rows = list(_measured(Bench(chromium, opened, quick=asked.quick), parts))
    print(table(rows))  # noqa: T201
    print(f"raw samples: {keep('-'.join(parts), rows)}")  # noqa: T201


def _measured(bench: Bench, parts: Sequence[str]) -> Iterator[Row]:
    for part in parts:
        began, before = time.monotonic(), os.getloadavg()[0]
        yield from bench.rows(part)
        took = time.monotonic() - began
        _say(f"{part}: {took:.0f} s; load {before:.1f} before, {os.getloadavg()[0]:.1f} after")


def _say(what: str) -> None:
    print(what, file=sys.stderr)  # noqa: T201


if __name__ == "__main__":
    main()
