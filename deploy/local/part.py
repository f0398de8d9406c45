"""What every embedded part of the stack has in common: start, wait for readiness, stop."""

from __future__ import annotations

import time
from pathlib import Path
from typing import IO

from deploy.local.errors import PartFailedError
from deploy.local.journal import trim
from deploy.local.processes import Process

RESTARTS = 3
STILL_STARTING = 0.02


class Part:
    """A server with its data in one directory and its output in one log file.

    ``start`` returns at once, so that several parts can come up side by side; ``wait`` returns when
    the part does its work. A part that lost its port to another program between the two is started
    again on another.
    """

    name: str

    def __init__(self, directory: Path, log: Path) -> None:
        self.directory = directory
        self.log = log
        self.process: Process | None = None
        self._output: IO[bytes] | None = None

    def start(self) -> None:
        """Prepare the data directory and start the server."""
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.prepare()
        self.process = self.launch(self.output())

    def wait(self, seconds: float = 60.0) -> None:
        """Return when the part is ready.

        Raises:
            PartFailedError: it ended, or was not ready in time; with the end of its log.
        """
        deadline = time.monotonic() + seconds
        restarts = RESTARTS
        while not self.ready():
            if not self.running:
                if not restarts or "ddress already in use" not in self.last_words():
                    raise PartFailedError(f"{self.name} ended while starting:\n{self.last_words()}")
                restarts -= 1
                self.move()
                self.process = self.launch(self.output())
            elif time.monotonic() > deadline:
                self.stop()
                raise PartFailedError(f"{self.name} was not ready within {seconds:.0f} s:\n{self.last_words()}")
            time.sleep(STILL_STARTING)

    def stop(self) -> None:
        """Stop the server gracefully; harmless when it does not run."""
        if self.process:
            self.process.stop(self.grace_s)
        if self._output:
            self._output.close()
            self._output = None

    def ask_to_stop(self) -> None:
        """Begin stopping without waiting, so that several parts go down side by side."""
        if self.process:
            self.process.ask_to_stop()

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.running

    def last_words(self, lines: int = 15) -> str:
        """The end of the log."""
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])

    grace_s: float = 10.0

    def output(self) -> IO[bytes]:
        """The open log file."""
        if self._output is None:
            trim(self.log)
            self._output = self.log.open("ab")
        return self._output

    def prepare(self) -> None:
        """Make the data directory what the server needs; runs before every start."""

    def launch(self, output: IO[bytes]) -> Process:
        """Start the server's process."""
        raise NotImplementedError

    def ready(self) -> bool:
        """Whether the server does its work, by asking it to."""
        raise NotImplementedError

    def move(self) -> None:
        """Choose other ports."""
        raise NotImplementedError
