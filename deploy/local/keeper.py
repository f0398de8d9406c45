"""Starts again what ended by itself."""

from __future__ import annotations

import time
from typing import Protocol

from deploy.local.journal import Journal
from deploy.local.processes import Process, kill_group

SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
LONG_ENOUGH_S = 60.0


class Startable(Protocol):
    """A part or a service."""

    @property
    def name(self) -> str: ...

    @property
    def process(self) -> Process | None: ...

    @property
    def running(self) -> bool: ...

    def start(self) -> None: ...


class Keeper:
    """Watches one part or service that runs now."""

    def __init__(self, kept: Startable, journal: Journal) -> None:
        self._kept = kept
        self._journal = journal
        self._pauses = Pauses()
        self._started_at = time.monotonic()
        self._next_start: float | None = None

    def look(self) -> bool:
        """Start it again if it ended and its pause is over. Returns whether it was started."""
        if self._kept.running:
            return False
        now = time.monotonic()
        if self._next_start is None:
            self._next_start = now + self._bury(ran_s=now - self._started_at)
        if now < self._next_start:
            return False
        self._kept.start()
        self._started_at = now
        self._next_start = None
        return True

    def _bury(self, *, ran_s: float) -> float:
        pause = self._pauses.after(ran_s)
        process = self._kept.process
        if process:
            kill_group(process.pid)
            self._journal.say(f"{self._kept.name} ended ({_how(process)}); it starts again in {pause:g} s")
        return pause


class Pauses:
    """How long to wait before starting something again."""

    def __init__(self) -> None:
        self._next = SHORTEST_PAUSE_S

    def after(self, ran_s: float) -> float:
        """The pause after it ran this long: double the last one, or the shortest when it ran well."""
        if ran_s >= LONG_ENOUGH_S:
            self._next = SHORTEST_PAUSE_S
        pause, self._next = self._next, min(self._next * 2, LONGEST_PAUSE_S)
        return pause


def _how(process: Process) -> str:
    code = process.popen.returncode
    return f"signal {-code}" if code < 0 else f"exit code {code}"
