"""Child processes end when they are told to, and when nobody is left to tell them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from deploy.local.addresses import S3
from deploy.local.errors import PartFailedError
from deploy.local.folder import ROOT
from deploy.local.journal import Journal
from deploy.local.keeper import Keeper
from deploy.local.processes import Process, Running
from deploy.local.service import Service
from deploy.local.state import State, end_left_overs

STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(60)"
)
WITH_CHILD = "import subprocess; child = subprocess.Popen(['sleep', '60']); print(child.pid, flush=True); child.wait()"
PARENT = """
import subprocess, sys, time
from pathlib import Path
from deploy.local.processes import Process
child = Process("child", ["sleep", "60"], env={"PATH": "/usr/bin:/bin"}, cwd=Path("/"), output=subprocess.DEVNULL)
print(child.pid, flush=True)
time.sleep(60)
"""


def start(tmp_path, code: str) -> Process:
    return Process("child", [sys.executable, "-c", code], env={}, cwd=tmp_path, output=subprocess.PIPE)


def gone(pid: int, seconds: float = 5) -> bool:
    process = Running.of(pid)
    return process is None or process.wait_until_gone(seconds)


def test_a_process_and_its_children_end_together(tmp_path):
    process = start(tmp_path, WITH_CHILD)
    assert process.popen.stdout
    child = int(process.popen.stdout.readline())
    process.stop(grace_s=5)
    process.popen.stdout.close()
    assert not process.running
    assert gone(child)


def test_a_stubborn_process_is_killed_after_its_grace(tmp_path):
    process = start(tmp_path, STUBBORN)
    assert process.popen.stdout
    process.popen.stdout.readline()
    process.stop(grace_s=0.3)
    process.popen.stdout.close()
    assert process.popen.returncode == -signal.SIGKILL


def test_a_process_does_not_outlive_who_started_it():
    """The supervisor may be killed without a chance to stop anything."""
    with subprocess.Popen([sys.executable, "-c", PARENT], cwd=ROOT, stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        child = int(parent.stdout.readline())
        assert Running.of(child)
        parent.kill()
    assert gone(child)


def test_left_overs_are_ended_and_strangers_are_not(tmp_path):
    """A process id may belong to another program by now: its start must be the same too."""
    ours, stranger = start(tmp_path, STUBBORN), start(tmp_path, STUBBORN)
    for each in (ours, stranger):
        assert each.popen.stdout
        each.popen.stdout.readline()
    known = Running.of(ours.pid)
    assert known
    state = State(
        supervisor=None,
        api_url="",
        dashboard_url="",
        database_url="",
        redis_url="",
        s3=S3(endpoint="", access_key="", secret_key="", bucket=""),
        processes={"ours": known, "gone": Running(stranger.pid, 1)},
    )
    try:
        assert end_left_overs(state, grace_s=0.3) == ["ours"]
        ours.popen.wait(5)
        assert stranger.running
    finally:
        for each in (ours, stranger):
            each.stop(0)
            each.popen.stdout.close()


@pytest.fixture
def journal(tmp_path):
    made = Journal(tmp_path / "logs", None)
    (tmp_path / "logs").mkdir()
    yield made
    made.close()


def service(tmp_path, journal: Journal, code: str) -> Service:
    return Service(
        "worker",
        [sys.executable, "-c", code],
        env={"PYTHONUNBUFFERED": "1"},
        cwd=tmp_path,
        journal=journal,
        says_ready="worker.ready",
    )


def test_a_service_that_dies_is_started_again(tmp_path, journal):
    """And says so in the log, with how it ended."""
    kept = service(tmp_path, journal, "import time; print('worker.ready'); time.sleep(60)")
    kept.start()
    kept.wait(10)
    keeper = Keeper(kept, journal)
    assert kept.process
    first = kept.process.pid
    os.kill(first, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while not keeper.look():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    kept.wait(10)
    assert kept.process.pid != first
    kept.stop()
    assert "worker ended (signal 9); it starts again in 0.5 s" in journal.last_words("stack")


def test_a_service_that_cannot_start_says_why(tmp_path, journal):
    kept = service(tmp_path, journal, "raise SystemExit('bad configuration (PRESSRUN_*): no colour')")
    kept.start()
    with pytest.raises(PartFailedError, match="worker ended while starting:\nbad configuration"):
        kept.wait(10)
    kept.stop()


def test_a_service_that_is_never_ready_is_not_waited_for_for_ever(tmp_path, journal):
    kept = service(tmp_path, journal, "import time; print('hello'); time.sleep(60)")
    kept.start()
    with pytest.raises(PartFailedError, match="not ready within 1 s:\nhello"):
        kept.wait(1)
    kept.stop()
