"""The whole system as processes, as ``make up`` lays it out: one api, one worker, one renderer."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import msgspec

from deploy.local.ports import LOOPBACK, free_port
from shared.db import runs
from shared.db.pool import Database
from shared.domain.definition import digest
from tests.e2e.rig import Rig

from .client import Line, lines
from .writer import Order, Wrote

ROOT = Path(__file__).parents[2]
WORKFLOW = {
    "id": "bench",
    "name": "Bench",
    "version": "1",
    "nodes": [{"id": "step", "typeId": "core.noop"}],
    "edges": [],
}
"""One step that does nothing."""


class System:
    """Parts, services and ways to load them."""

    def __init__(self, rig: Rig, chromium: Path) -> None:
        self.rig = rig
        self.chromium = chromium

    @property
    def headers(self) -> dict[str, str]:
        return {"X-API-Key": self.rig.key}

    def lines(self, count: int) -> Any:
        """Connections to the api."""
        return lines(self.rig.url, count, self.headers)

    @asynccontextmanager
    async def plain_api(self, count: int) -> AsyncIterator[list[Line]]:
        """Connections to an api that does nothing but INSERT."""
        port = free_port()
        url = f"http://{LOOPBACK}:{port}"
        process = _module("tests.benchmarks.bare_api", str(port), environment=self.rig.environment())
        try:
            self.rig.wait_for(lambda: _accepts(url), what="the bare api")
            async with lines(url, count, {}) as opened:
                yield opened
        finally:
            process.kill()
            process.communicate()

    async def know_workflow(self) -> None:
        """Make ``WORKFLOW`` known to the api."""
        database = await Database.open(self.rig.postgres.url())
        async with database.begin() as db:
            await runs.store_workflow(db, digest(WORKFLOW), "bench", WORKFLOW)
        await database.close()

    async def clear(self) -> None:
        """Forget all reports and runs."""
        connection = await asyncpg.connect(self.rig.postgres.url())
        await connection.execute("TRUNCATE runs, reports, idempotency CASCADE")
        await connection.close()

    async def waiting(self, stage: str) -> int:
        """Steps that wait in a stage."""
        rows = await self.rig.sql("SELECT count(*) FROM steps WHERE stage = $1 AND status = 'queued'", stage)
        return rows[0][0]

    @asynccontextmanager
    async def services(self, *names: str) -> AsyncIterator[None]:
        """Services beside the api."""
        for name in names:
            self.rig.start(name)
        try:
            yield
        finally:
            for name in names:
                self.rig.kill(name)

    @contextmanager
    def writer(self) -> Iterator[WriterProcess]:
        """A process that commits events to every run that waits now."""
        process = WriterProcess(self.rig.environment())
        try:
            yield process
        finally:
            process.kill()


class WriterProcess:
    """``tests.benchmarks.writer`` at the other end of a pipe."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._process = _module("tests.benchmarks.writer", environment=environment)
        self.held: int = msgspec.json.decode(self._answer())["held"]

    def carry_out(self, order: Order) -> Wrote:
        """Blocks until it is done: call it in a thread while something listens."""
        assert self._process.stdin is not None
        self._process.stdin.write(msgspec.json.encode(order) + b"\n")
        self._process.stdin.flush()
        return msgspec.json.decode(self._answer(), type=Wrote)

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()

    def _answer(self) -> bytes:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise AssertionError("the writer's process ended")
        return line


def _module(name: str, *arguments: str, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", name, *arguments]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def _accepts(url: str) -> bool:
    try:
        return httpx.post(url, json={}, timeout=2).status_code == 201
    except httpx.HTTPError:
        return False


@contextmanager
def system(chromium: Path) -> Iterator[System]:
    """A system of its own, with an api; its files and processes are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="pressrun-bench-") as folder:
        Path(folder).chmod(0o755)
        rig = Rig(Path(folder), chromium)
        try:
            rig.up()
            yield System(rig, chromium)
        finally:
            rig.down()
