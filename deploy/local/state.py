"""The state file: what runs, where it can be reached, and how to end it when its supervisor is gone."""

from __future__ import annotations

import contextlib
import signal
from pathlib import Path

import msgspec

from deploy.local.addresses import S3
from deploy.local.private import write_private
from deploy.local.processes import Running, kill_group


class State(msgspec.Struct, kw_only=True):
    """``.pressrun/state.json``. It holds secrets: only its owner may read it."""

    supervisor: Running | None
    api_url: str
    dashboard_url: str
    database_url: str
    redis_url: str
    s3: S3
    ready: bool = False
    processes: dict[str, Running] = msgspec.field(default_factory=dict)

    def write(self, path: Path) -> None:
        write_private(path, msgspec.json.format(msgspec.json.encode(self), indent=2))


def read(path: Path) -> State | None:
    """What the file says, or None when there is none that can be read."""
    with contextlib.suppress(FileNotFoundError, msgspec.MsgspecError):
        return msgspec.json.decode(path.read_bytes(), type=State)
    return None


def end_left_overs(state: State, grace_s: float = 10.0) -> list[str]:
    """End the processes of a supervisor that was killed. Returns the names of those that still ran."""
    left = {name: process for name, process in state.processes.items() if process.alive}
    for process in left.values():
        process.send(signal.SIGTERM)
    for process in left.values():
        if not process.wait_until_gone(grace_s):
            kill_group(process.pid)
            process.wait_until_gone(grace_s)
    return sorted(left)
