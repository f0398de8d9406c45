"""The logs of all services: one file each, and merged on the terminal with each line's source before it."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import IO, TextIO

KEEP_BYTES = 5_000_000
COLOURS = (36, 35, 32, 33, 34, 96, 95, 92)


class Journal:
    """Takes lines from many threads and never mixes them."""

    def __init__(self, directory: Path, terminal: TextIO | None, *, width: int = 11) -> None:
        self._directory = directory
        self._terminal = terminal
        self._coloured = terminal is not None and terminal.isatty()
        self._width = width
        self._files: dict[str, IO[bytes]] = {}
        self._lock = threading.Lock()

    def line(self, source: str, text: str) -> None:
        """One line of a service's log."""
        with self._lock:
            file = self._files.get(source) or self._open(source)
            file.write(f"{text}\n".encode())
            file.flush()
            self._show(source, text)

    def say(self, text: str) -> None:
        """One line of the supervisor's own."""
        self.line("stack", text)

    def path(self, source: str) -> Path:
        return self._directory / f"{source}.log"

    def last_words(self, source: str, lines: int = 15) -> str:
        """The end of a service's log."""
        path = self.path(source)
        text = path.read_text(errors="replace") if path.exists() else ""
        return "\n".join(text.splitlines()[-lines:])

    def close(self) -> None:
        with self._lock:
            for file in self._files.values():
                file.close()
            self._files.clear()

    def _open(self, source: str) -> IO[bytes]:
        path = self.path(source)
        trim(path)
        self._files[source] = path.open("ab")
        return self._files[source]

    def _show(self, source: str, text: str) -> None:
        if self._terminal is None:
            return
        label = source.ljust(self._width)
        if self._coloured:
            label = f"\033[{COLOURS[sum(source.encode()) % len(COLOURS)]}m{label}\033[0m"
        try:
            print(f"{label} | {text}", file=self._terminal, flush=True)
        except OSError:
            self._terminal = None  # nobody reads any more; the services must go on all the same


def trim(path: Path) -> None:
    """Begin a new log when the old one is long; one old one is kept."""
    if path.exists() and path.stat().st_size > KEEP_BYTES:
        path.replace(path.with_suffix(".old.log"))
