"""Child processes: each leads its own process group and is stopped as one."""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import IO

import msgspec

PR_SET_CHILD_SUBREAPER = 36


class Process:
    """One running program in a session of its own.

    If this process dies without stopping it, the kernel sends it ``orphan_signal``, by default ``stop_signal``.
    Start processes from the main thread: that signal follows the thread, not the process.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        env: Mapping[str, str],
        cwd: Path,
        output: IO[bytes] | int,
        prefix: Sequence[str] = (),
        stop_signal: signal.Signals = signal.SIGTERM,
        orphan_signal: signal.Signals | None = None,
    ) -> None:
        self.name = name
        self.stop_signal = stop_signal
        self._asked = False
        self.popen = subprocess.Popen(
            [*prefix, *_dies_with_parent(orphan_signal or stop_signal), *map(str, command)],
            env=dict(env),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        return self.popen.pid

    @property
    def running(self) -> bool:
        return self.popen.poll() is None

    def ask_to_stop(self) -> None:
        """Send the signal that ends it gracefully, once; returns at once."""
        if self.running and not self._asked:
            self._asked = True
            self.popen.send_signal(self.stop_signal)

    def stop(self, grace_s: float = 10.0) -> None:
        """End it: gracefully if it manages within the grace, and every process it left behind by force."""
        self.ask_to_stop()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.popen.wait(grace_s)
        kill_group(self.pid)
        self.popen.wait()


def kill_group(leader: int) -> None:
    """Kill what is left of a process group, also when its leader has ended already."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


class Running(msgspec.Struct, frozen=True):
    """A process by its id and its start: the id alone could be another's by now."""

    pid: int
    started: int

    @classmethod
    def of(cls, pid: int) -> Running | None:
        """The process with this id, if there is one."""
        started = _start_time(pid)
        return None if started is None else cls(pid, started)

    @property
    def alive(self) -> bool:
        return _start_time(self.pid) == self.started

    def send(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            if self.alive:
                os.kill(self.pid, number)

    def wait_until_gone(self, seconds: float) -> bool:
        """Wait for its end, as one who is not its parent; false when it still runs."""
        deadline = time.monotonic() + seconds
        while self.alive:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True


def adopt_orphans() -> None:
    """Become the parent of every process whose parent, a descendant of ours, dies: so none can slip away."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end_orphans(ours: Collection[int]) -> None:
    """Kill the children of this process that it did not start itself."""
    for pid in _children():
        if pid not in ours:
            with contextlib.suppress(ProcessLookupError, ChildProcessError):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)


def plain_environment(home: Path) -> dict[str, str]:
    """An environment for outside programs: nothing of ours, so no secret and no setting reaches them."""
    return {"PATH": os.defpath, "HOME": str(home), "LANG": "C.UTF-8", "TZ": "UTC"}


def _children() -> list[int]:
    lists = Path("/proc/self/task").glob("*/children")
    return [int(pid) for children in lists for pid in children.read_text().split()]


def _dies_with_parent(orphan_signal: signal.Signals) -> list[str]:
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", orphan_signal.name.removeprefix("SIG")] if setpriv else []


def _start_time(pid: int) -> int | None:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    state, *fields = stat.rpartition(")")[2].split()
    return None if state == "Z" else int(fields[18])
