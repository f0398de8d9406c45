"""The supervisor: starts the parts and the services, keeps them running, stops them in the right order."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import httpx

from deploy.local import state
from deploy.local.folder import ROOT, Folder
from deploy.local.journal import Journal
from deploy.local.keeper import Keeper
from deploy.local.part import Part
from deploy.local.parts import Parts
from deploy.local.ports import LOOPBACK, free_port
from deploy.local.processes import PartFailedError, end_orphans
from deploy.local.service import Service
from deploy.local.settings import Settings

API_PORT = 8600
READY_S = 60.0
LOOK_EVERY_S = 0.2


class Stack:
    """Everything that one machine needs to make reports."""

    def __init__(
        self,
        folder: Folder,
        settings: Settings,
        journal: Journal,
        *,
        chromium: Path,
        environment: Mapping[str, str],
        model: bool = False,
    ) -> None:
        self._folder = folder
        self._settings = settings
        self._journal = journal
        self._chromium = chromium
        self._environment = environment
        self._parts = Parts(folder, settings)
        self._ports = {"api": settings.api_port or free_port(folder.ports().get("api", API_PORT))}
        if model:
            self._ports["model"] = free_port(folder.ports().get("model"))
        self._running: list[Part | Service] = []
        self._keepers: list[Keeper] = []

    @property
    def api_url(self) -> str:
        return f"http://{LOOPBACK}:{self._ports['api']}"

    def start(self) -> None:
        """Return when every part and service does its work.

        Raises:
            PartFailedError: one does not, with what it said last.
        """
        parts = self._parts.to_start()
        for part in parts:
            self._start(part)
        for part in parts:
            part.wait(READY_S)
        self._folder.keep_ports({**self._parts.ports(), **self._ports})
        self._record()
        self._migrate()
        services = self._services()
        for service in services:
            self._start(service)
        for service in services:
            service.wait(READY_S)
        self._keepers = [Keeper(each, self._journal) for each in self._running]
        self._record(ready=True)

    def watch(self) -> None:
        """Keep everything running, for ever."""
        while True:
            self.look()
            time.sleep(LOOK_EVERY_S)

    def look(self) -> None:
        """Start again what ended since the last look."""
        restarted = [keeper for keeper in self._keepers if keeper.look()]
        if restarted:
            self._record(ready=True)

    def stop(self) -> None:
        """Stop everything: the services first, so that they can hand back their work, then the parts."""
        services = [each for each in self._running if isinstance(each, Service)]
        parts = [each for each in self._running if isinstance(each, Part)]
        for kind in (services, parts):
            for each in kind:
                each.ask_to_stop()
            for each in kind:
                each.stop()
        end_orphans(())
        self._folder.state.unlink(missing_ok=True)

    def _start(self, each: Part | Service) -> None:
        self._running.append(each)
        each.start()
        self._record()

    def _record(self, *, ready: bool = False) -> None:
        addresses = self._parts.addresses()
        supervisor = state.Running.of(os.getpid())
        processes = {each.name: state.Running.of(each.process.pid) for each in self._running if each.process}
        if supervisor is None:
            raise PartFailedError("/proc does not show this process: the local stack needs Linux's /proc")
        state.State(
            supervisor=supervisor,
            ready=ready,
            api_url=self.api_url,
            dashboard_url=f"{self.api_url}/queue",
            database_url=addresses.database_url,
            redis_url=addresses.redis_url,
            s3=addresses.s3,
            processes={name: running for name, running in processes.items() if running},
        ).write(self._folder.state)

    def _migrate(self) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "shared.db.migrate"],
            env=self._service_environment(),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        for line in done.stdout.splitlines():
            self._journal.line("migrate", line)
        if done.returncode:
            raise PartFailedError(f"the database could not be migrated:\n{self._journal.last_words('migrate')}")

    def _services(self) -> list[Service]:
        model = [self._model()] if "model" in self._ports else []
        return [
            *model,
            self._service("api", "services.api.main"),
            *(
                self._service(_numbered(kind, number, of), f"services.{kind}.main", says_ready=f"{kind}.ready")
                for kind, of in (("worker", self._settings.workers), ("renderer", self._settings.renderers))
                for number in range(1, of + 1)
            ),
        ]

    def _service(self, name: str, module: str, *, says_ready: str = "") -> Service:
        return Service(
            name,
            [sys.executable, "-m", module],
            env=self._service_environment(),
            cwd=ROOT,
            journal=self._journal,
            says_ready=says_ready,
            is_ready=None if says_ready else self._api_is_ready,
        )

    def _model(self) -> Service:
        url = self._model_url()
        return Service(
            "model",
            [sys.executable, "-m", "deploy.local.model", str(self._ports["model"])],
            env=dict(self._environment),
            cwd=ROOT,
            journal=self._journal,
            is_ready=lambda: _answers(f"{url}/models"),
        )

    def _model_url(self) -> str:
        return f"http://{LOOPBACK}:{self._ports['model']}/v1"

    def _api_is_ready(self) -> bool:
        return _answers(f"{self.api_url}/health/ready")

    def _service_environment(self) -> dict[str, str]:
        model = {
            "PRESSRUN_LLM_BASE_URL": self._model_url(),
            "PRESSRUN_LLM_MODEL": "local",
            "PRESSRUN_LLM_API_KEY": "local",
        }
        return {
            "PRESSRUN_LOG_FORMAT": "console",
            **self._environment,
            **self._parts.addresses().environment(),
            **(model if "model" in self._ports else {}),
            "PRESSRUN_API_HOST": self._settings.api_host,
            "PRESSRUN_API_PORT": str(self._ports["api"]),
            "PRESSRUN_CHROMIUM": str(self._chromium),
            "PYTHONUNBUFFERED": "1",
        }


def _numbered(kind: str, number: int, of: int) -> str:
    return kind if of == 1 else f"{kind}-{number}"


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).is_success
    except httpx.HTTPError:
        return False
