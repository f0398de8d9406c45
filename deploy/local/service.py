"""One of our own services as a child process: its log, its readiness, its end."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from deploy.local.errors import PartFailedError
from deploy.local.journal import Journal
from deploy.local.processes import Process

LAST_LINES_S = 2.0
"""How long to wait for the rest of the log of a service that ended."""


class Service:
    """A command of ours that runs until it is stopped."""

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        env: Mapping[str, str],
        cwd: Path,
        journal: Journal,
        says_ready: str = "",
        is_ready: Callable[[], bool] | None = None,
        grace_s: float = 15.0,
    ) -> None:
        """It is ready when its log holds ``says_ready``, or when ``is_ready`` finds it so."""
        self.name = name
        self.grace_s = grace_s
        self._command = command
        self._env = env
        self._cwd = cwd
        self._journal = journal
        self._says_ready = says_ready
        self._is_ready = is_ready
        self._said = threading.Event()
        self._reader: threading.Thread | None = None
        self.process: Process | None = None

    def start(self) -> None:
        self._said.clear()
        self.process = Process(self.name, self._command, env=self._env, cwd=self._cwd, output=subprocess.PIPE)
        self._reader = threading.Thread(
            target=self._read, args=(self.process,), daemon=True, name=f"log of {self.name}"
        )
        self._reader.start()

    def wait(self, seconds: float) -> None:
        """Return when the service is ready.

        Raises:
            PartFailedError: it ended, or was not ready in time; with the end of its log.
        """
        deadline = time.monotonic() + seconds
        while not self.ready:
            if not self.running:
                self.stop()
                raise PartFailedError(f"{self.name} ended while starting:\n{self._journal.last_words(self.name)}")
            if time.monotonic() > deadline:
                raise PartFailedError(
                    f"{self.name} was not ready within {seconds:.0f} s:\n{self._journal.last_words(self.name)}"
                )
            time.sleep(0.02)

    def ask_to_stop(self) -> None:
        if self.process:
            self.process.ask_to_stop()

    def stop(self) -> None:
        """Stop it gracefully, and by force when it takes longer than its grace."""
        if self.process:
            self.process.stop(self.grace_s)
        if self._reader:
            self._reader.join(LAST_LINES_S)

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.running

    @property
    def ready(self) -> bool:
        if not self.running:
            return False
        return self._is_ready() if self._is_ready else self._said.is_set()

    def _read(self, process: Process) -> None:
        output = process.popen.stdout
        if output is None:
            return
        for raw in output:
            text = raw.decode(errors="replace").rstrip()
            self._journal.line(self.name, text)
            if self._says_ready and self._says_ready in text:
                self._said.set()
        output.close()
