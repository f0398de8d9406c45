"""The people of the local stack: its first administrator, and the command that manages all others."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

from deploy.local.errors import StackError
from deploy.local.folder import ROOT
from deploy.local.processes import plain_environment

COMMAND = [sys.executable, "-m", "services.api.admin"]


def run(database_url: str, arguments: Sequence[str]) -> int:
    """Run one command at this terminal. Returns its exit code."""
    done = subprocess.run([*COMMAND, *arguments], env=_environment(database_url), cwd=ROOT, check=False)
    return done.returncode


def first(database_url: str) -> str:
    """Make the first administrator. Returns what to tell, once; empty when there was one before.

    It is for the terminal alone: the password is in no log and in no file.

    Raises:
        StackError: that did not work.
    """
    done = subprocess.run(
        [*COMMAND, "first"],
        env=_environment(database_url),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise StackError(f"the first administrator could not be made:\n{done.stderr.strip()}")
    password = done.stdout.strip()
    if not password:
        return ""
    return (
        "  the first administrator, to log in with at /login:\n"
        f"    e-mail             {done.stderr.split(maxsplit=1)[0]}\n"
        f'    one-time password  {password}   (shown only now; `make admin ARGS="reset-password …"` makes another)'
    )


def _environment(database_url: str) -> dict[str, str]:
    return {**plain_environment(ROOT), "PRESSRUN_DATABASE_URL": database_url}
