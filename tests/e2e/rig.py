"""The whole system as processes over parts of its own, to be killed, stopped and restarted at will."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import secrets
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import httpx
import redis
from minio import Minio

from deploy.local.folder import ROOT
from deploy.local.part import Part
from deploy.local.ports import free_port
from deploy.local.postgres import Postgres
from deploy.local.seaweedfs import Seaweedfs
from deploy.local.valkey import Valkey

CONVERSATIONAL = "cc030440-0005-470f-8341-6ec798d00445"
DOCUMENT = "8f0c4d52-6f3b-4b5e-9a41-2d7c1e90b3f6"
TERMINAL = ("run.completed", "run.failed", "run.cancelled")
FORMATS = {"pdf", "html", "md", "json"}


class Rig:
    """Parts and services of one test module."""

    def __init__(self, directory: Path, chromium: Path) -> None:
        self.directory = directory
        self.postgres = Postgres(directory / "postgres", directory / "postgres.log", password=secrets.token_hex(16))
        self.valkey = Valkey(directory / "valkey", directory / "valkey.log", password=secrets.token_hex(16))
        self.seaweedfs = Seaweedfs(
            directory / "seaweedfs",
            directory / "seaweedfs.log",
            access_key=secrets.token_hex(10),
            secret_key=secrets.token_hex(20),
        )
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.key = ""
        self._chromium = chromium
        self._secret = base64.b64encode(secrets.token_bytes(32)).decode()
        self._services: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def parts(self) -> list[Part]:
        return [self.postgres, self.valkey, self.seaweedfs]

    def up(self) -> None:
        for part in self.parts:
            part.start()
        for part in self.parts:
            part.wait()
        subprocess.run([sys.executable, "-m", "shared.db.migrate"], cwd=ROOT, env=self.environment(), check=True)
        self.start("api")
        self.wait_for(self.ready)
        made = subprocess.run(
            [sys.executable, "-c", _MAKE_KEY], cwd=ROOT, env=self.environment(), check=True, capture_output=True
        )
        self.key = made.stdout.decode().strip()

    def mend(self) -> None:
        """Start what a test has left stopped."""
        for part in self.parts:
            if not part.running:
                part.start()
                part.wait()
        if not self.running("api"):
            self.start("api")
        self.wait_for(self.ready)

    async def empty(self) -> None:
        """Forget every report and run, and everything in Redis."""
        await self.sql("TRUNCATE reports, runs CASCADE")
        redis.Redis.from_url(self.valkey.url).flushall()

    def rest(self) -> None:
        """Kill every worker and renderer."""
        for name in list(self._services):
            if name != "api":
                self.kill(name)

    def down(self) -> None:
        for name in list(self._services):
            self.kill(name)
        for part in self.parts:
            part.stop()

    def start(self, name: str, **settings: str) -> None:
        """Start a service: ``api``, ``worker``, ``renderer``, or one of these with ``-2`` and so on."""
        kind = name.partition("-")[0]
        log = self.log(name).open("ab")
        said = self.log(name).stat().st_size
        self._services[name] = subprocess.Popen(
            [sys.executable, "-m", f"services.{kind}.main"],
            cwd=ROOT,
            env=self.environment() | settings,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        log.close()
        if kind != "api":
            self.wait_for(lambda: f"{kind}.ready" in self.log(name).read_text()[said:], what=f"{name} to be ready")

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Kill a service with everything that it started."""
        process = self._services.pop(name)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        process.wait(30)

    def stop(self, *names: str, within_s: float = 60) -> list[int]:
        """Ask services to stop, all of them at the same moment; their exit statuses."""
        processes = [self._services.pop(name) for name in names]
        for process in processes:
            process.send_signal(signal.SIGTERM)
        statuses = [process.wait(within_s) for process in processes]
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # nothing may be left of its group
        return statuses

    def running(self, name: str) -> bool:
        return name in self._services and self._services[name].poll() is None

    def pid(self, name: str) -> int:
        return self._services[name].pid

    def named(self, worker: str) -> str:
        """The service that a step's ``worker`` is."""
        return next(name for name, process in self._services.items() if worker.endswith(f"-{process.pid}"))

    def log(self, name: str) -> Path:
        return self.directory / f"{name}.log"

    def ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/health/live", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False

    def post(self, **more: Any) -> str:
        """Ask for a report; its id."""
        body = {"template_id": DOCUMENT, "title": "A report", "parameters": {"context": "# One\n\nText."}} | more
        answer = httpx.post(f"{self.url}/api/reports/", json=body, headers={"X-API-Key": self.key}, timeout=20)
        assert answer.status_code == 201, answer.text
        return answer.json()["data"]["report"]["id"]

    def report(self, report_id: str) -> dict[str, Any]:
        answer = httpx.get(f"{self.url}/api/reports/{report_id}", headers={"X-API-Key": self.key}, timeout=20)
        assert answer.status_code == 200, answer.text
        return answer.json()["report"]

    def download(self, report_id: str, form: str = "pdf") -> httpx.Response:
        address = f"{self.url}/api/reports/{report_id}/download?format={form}"
        return httpx.get(address, headers={"X-API-Key": self.key}, timeout=20)

    def ended(self, report_ids: list[str], *, within_s: float = 180) -> dict[str, str]:
        """The reports' final statuses."""
        left, statuses = list(report_ids), {}
        deadline = time.monotonic() + within_s
        while left:
            status = self.report(left[0])["status"]
            if status in {"completed", "failed", "cancelled"}:
                statuses[left.pop(0)] = status
                continue
            assert time.monotonic() < deadline, f"{len(left)} reports did not end; the first is {status}"
            time.sleep(0.1)
        return statuses

    async def sql(self, query: str, *values: Any) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(self.postgres.url())
        try:
            return await connection.fetch(query, *values)
        finally:
            await connection.close()

    async def now(self) -> datetime:
        """By the clock that leases and claims are told by."""
        return (await self.sql("SELECT clock_timestamp()"))[0][0]

    async def check_logs(self, *, accepted: int) -> None:
        """Every accepted report: gapless log, one terminal event and it is last, one whole file per format."""
        reports = await self.sql("SELECT r.id, r.run_id, runs.status FROM reports AS r JOIN runs ON runs.id = r.run_id")
        assert len(reports) == accepted
        for report in reports:
            events = await self.sql(
                "SELECT sequence, type, node_id, payload FROM events WHERE run_id = $1 ORDER BY sequence",
                report["run_id"],
            )
            types = [event["type"] for event in events]
            assert [event["sequence"] for event in events] == list(range(len(events)))
            assert [place for place, one in enumerate(types) if one in TERMINAL] == [len(types) - 1]
            ends = Counter((event["type"], event["node_id"]) for event in events if event["type"] == "node.completed")
            assert set(ends.values()) <= {1}
            made = await self.sql(
                "SELECT format, key, size_bytes, sha256 FROM artifacts WHERE run_id = $1", report["run_id"]
            )
            wanted = FORMATS if report["status"] == "completed" else set()
            assert sorted(row["format"] for row in made) == sorted(wanted)
            for row in made:
                file = self.stored(row["key"])
                assert (len(file), hashlib.sha256(file).hexdigest()) == (row["size_bytes"], row["sha256"]), row
        assert not await self.sql("SELECT 1 FROM steps WHERE status IN ('queued', 'running')")

    def stored(self, key: str) -> bytes:
        """An object of the store, as it lies there."""
        s3 = self.seaweedfs.s3
        client = Minio(urlsplit(s3.endpoint).netloc, access_key=s3.access_key, secret_key=s3.secret_key, secure=False)
        with client.get_object(s3.bucket, key) as answer:
            return bytes(answer.read())

    def wait_for(self, true: Callable[[], bool], *, within_s: float = 120, what: str = "it") -> None:
        deadline = time.monotonic() + within_s
        while not true():
            for name, process in self._services.items():
                assert process.poll() is None, f"{name} ended:\n{self.log(name).read_text()[-3000:]}"
            assert time.monotonic() < deadline, f"waited in vain for {what}"
            time.sleep(0.05)

    async def until(self, query: str, *values: Any, within_s: float = 120) -> list[asyncpg.Record]:
        """The rows of a query as soon as there are any."""
        deadline = time.monotonic() + within_s
        while not (rows := await self.sql(query, *values)):
            assert time.monotonic() < deadline, f"waited in vain for: {query}"
            time.sleep(0.03)
        return rows

    def restart(self, part: Part) -> None:
        """Stop a part and start it again where it was."""
        part.stop()
        part.start()
        part.wait()

    def environment(self) -> dict[str, str]:
        return {
            **os.environ,  # noqa: TID251 - what the tests were started with
            "PRESSRUN_DATABASE_URL": self.postgres.url(),
            "PRESSRUN_REDIS_URL": self.valkey.url,
            "PRESSRUN_S3_ENDPOINT": self.seaweedfs.s3.endpoint,
            "PRESSRUN_S3_ACCESS_KEY": self.seaweedfs.s3.access_key,
            "PRESSRUN_S3_SECRET_KEY": self.seaweedfs.s3.secret_key,
            "PRESSRUN_S3_BUCKET": self.seaweedfs.s3.bucket,
            "PRESSRUN_SECRET_KEY": self._secret,
            "PRESSRUN_API_PORT": str(self.port),
            "PRESSRUN_CHROMIUM": str(self._chromium),
            "PRESSRUN_LOG_FORMAT": "json",
            "PRESSRUN_LIMITS": "false",
            "PYTHONUNBUFFERED": "1",
        }


_MAKE_KEY = """
import asyncio, os
from shared.contracts.scopes import OWNER_SCOPES
from shared.db import principals
from shared.db.pool import Database

async def main():
    database = await Database.open(os.environ["PRESSRUN_DATABASE_URL"])
    async with database.begin() as db:
        owner = await principals.create_principal(db, "owner")
        print(await principals.create_key(db, owner.id, name="test", scopes=OWNER_SCOPES))
    await database.close()

asyncio.run(main())
"""
