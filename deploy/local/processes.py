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

PR_SET_CHILD_SUBREAPER = 36


class PartFailedError(Exception):
    """A part of the stack did not start, with what it said."""


class Process:
    """One running program in a session of its own.

    If this process dies without stopping it, the kernel sends it ``stop_signal``.
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
    ) -> None:
        self.name = name
        self.stop_signal = stop_signal
        self.popen = subprocess.Popen(
            [*prefix, *_dies_with_parent(stop_signal), *map(str, command)],
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
        """Send the signal that ends it gracefully; returns at once."""
        if self.running:
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


def start_time(pid: int) -> int | None:
    """When the process started, in the kernel's ticks: with its id it names one process for good."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    state, *fields = stat.rpartition(")")[2].split()
    return None if state == "Z" else int(fields[18])


def wait_until_gone(pid: int, started: int, seconds: float) -> bool:
    """Wait for a process that is not our child; false when it is still there at the end."""
    deadline = time.monotonic() + seconds
    while start_time(pid) == started:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def plain_environment(home: Path) -> dict[str, str]:
    """An environment for outside programs: nothing of ours, so no secret and no setting reaches them."""
    return {"PATH": os.defpath, "HOME": str(home), "LANG": "C.UTF-8", "TZ": "UTC"}


def _children() -> list[int]:
    lists = Path("/proc/self/task").glob("*/children")
    return [int(pid) for children in lists for pid in children.read_text().split()]


def _dies_with_parent(stop_signal: signal.Signals) -> list[str]:
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", stop_signal.name.removeprefix("SIG")] if setpriv else []
