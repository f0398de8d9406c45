"""The supervisor: starts the parts and the services, keeps them running, stops them in the right order."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from deploy.local import state, terminal
from deploy.local.errors import PartFailedError
from deploy.local.folder import ROOT, Folder
from deploy.local.journal import Journal
from deploy.local.keeper import Keeper
from deploy.local.part import Part
from deploy.local.parts import Parts
from deploy.local.ports import free_port
from deploy.local.processes import Running, end_orphans
from deploy.local.service import Service
from deploy.local.services import MODEL, Services
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
        self._journal = journal
        self._chromium = chromium
        self._parts = Parts(folder, settings)
        self._ports = {"api": settings.api_port or free_port(folder.ports().get("api", API_PORT))}
        if model:
            self._ports[MODEL] = free_port(folder.ports().get(MODEL))
        self._services = Services(settings, journal, ports=self._ports, environment=environment)
        self._running: list[Part | Service] = []
        self._keepers: list[Keeper] = []

    @property
    def known(self) -> state.State:
        """What the state file says."""
        addresses = self._parts.addresses()
        processes = {each.name: Running.of(each.process.pid) for each in self._running if each.process}
        return state.State(
            supervisor=Running.of(os.getpid()),
            ready=bool(self._keepers),
            api_url=self._services.api_url,
            dashboard_url=f"{self._services.api_url}/queue",
            database_url=addresses.database_url,
            redis_url=addresses.redis_url,
            s3=addresses.s3,
            processes={name: running for name, running in processes.items() if running},
        )

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
        environment = self._services.environment(self._parts.addresses(), self._folder.secrets(), self._chromium)
        self._migrate(environment)
        services = self._services.to_start(environment)
        for service in services:
            self._start(service)
        for service in services:
            service.wait(READY_S)
        self._keepers = [Keeper(each, self._journal) for each in self._running]
        self._record()

    def watch(self) -> None:
        """Keep everything running, for ever."""
        while True:
            self.look()
            time.sleep(LOOK_EVERY_S)

    def look(self) -> None:
        """Start again what ended since the last look.

        Raises:
            KeyboardInterrupt: nobody can stop it any more, because its terminal was closed.
        """
        if terminal.is_closed():
            raise KeyboardInterrupt
        restarted = [keeper for keeper in self._keepers if keeper.look()]
        if restarted:
            self._record()

    def stop(self) -> None:
        """Stop everything: the services first, so that they can hand back their work, then the parts."""
        parts = [each for each in self._running if isinstance(each, Part) or each.name == MODEL]
        services = [each for each in self._running if each not in parts]
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

    def _record(self) -> None:
        self.known.write(self._folder.state)

    def _migrate(self, environment: Mapping[str, str]) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "shared.db.migrate"],
            env=environment,
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
