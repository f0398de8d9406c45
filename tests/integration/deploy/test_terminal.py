"""The stack notices that its terminal was closed, also when nobody tells it."""

from __future__ import annotations

import os
import subprocess
import sys
import time

from deploy.local.folder import ROOT

LOOK = """
import signal, sys, time
from pathlib import Path
from deploy.local.terminal import is_closed
signal.signal(signal.SIGHUP, signal.SIG_IGN)
open_at_first = not is_closed()
Path(sys.argv[1]).touch()
deadline = time.monotonic() + 10
while not is_closed() and time.monotonic() < deadline:
    time.sleep(0.05)
sys.exit(7 if open_at_first and is_closed() else 1)
"""


def test_a_closed_terminal_is_noticed(tmp_path):
    master, slave = os.openpty()
    command = ["setsid", "--ctty", "--wait", sys.executable, "-c", LOOK, tmp_path / "looked"]
    with subprocess.Popen(command, cwd=ROOT, stdin=slave, stdout=slave, stderr=slave) as process:
        os.close(slave)
        while not (tmp_path / "looked").exists():
            assert process.poll() is None
            time.sleep(0.05)
        os.close(master)
        assert process.wait(20) == 7


def test_no_terminal_is_not_a_closed_one():
    """In CI and under a service manager there never was one."""
    code = "import sys; from deploy.local.terminal import is_closed; sys.exit(is_closed())"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, stderr=subprocess.DEVNULL, check=False)
    assert done.returncode == 0
