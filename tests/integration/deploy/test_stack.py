"""The whole local stack as a newcomer runs it: one command up, one signal down."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from deploy.local import state
from deploy.local.folder import ROOT
from deploy.local.processes import Running

UP_S = 90
DOWN_S = 60


class Up:
    """``make up`` in a folder of its own."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.environment = {**os.environ, **environment}  # noqa: TID251
        self.log = folder / "up.log"
        self._start()

    def known(self) -> state.State:
        """What the state file says."""
        found = state.read(self.folder / "state.json")
        assert found, self.log.read_text()
        return found

    def run(self, command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Another command beside it."""
        return subprocess.run(
            [*_command(self.folder, command), *arguments],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=DOWN_S,
            check=False,
        )

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.process.wait(DOWN_S)

    def _start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                _command(self.folder, "up"),
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + UP_S
        while not ((found := state.read(self.folder / "state.json")) and found.ready):
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.1)

    again = _start


def _command(folder: Path, command: str) -> list[str]:
    return [sys.executable, "-m", "deploy.local", "--folder", str(folder), command]


def descendants(pid: int) -> list[Running]:
    """Every process below this one, now."""
    found = []
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, children.read_text().split()):
            process = Running.of(child)
            found += ([process] if process else []) + descendants(child)
    return found


def wait_for(true, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.fixture(scope="module")
def up(tmp_path_factory) -> Iterator[Up]:
    empty = {"PRESSRUN_SECRET_KEY": "", "PRESSRUN_AUDIT_KEY": "", "PRESSRUN_DATABASE_URL": ""}
    made = Up(tmp_path_factory.mktemp("stack with space"), PRESSRUN_WORKERS="2", **empty)
    yield made
    if made.process.poll() is None:
        made.end(signal.SIGTERM)


def test_the_state_file_holds_every_address_and_is_private(up):
    known = up.known()
    assert known.supervisor == Running.of(up.process.pid)
    assert known.dashboard_url == f"{known.api_url}/queue"
    assert known.database_url.startswith("postgresql://")
    assert known.redis_url.startswith("redis://")
    assert known.s3.bucket == "pressrun"
    assert set(known.processes) == {"postgres", "valkey", "seaweedfs", "api", "worker-1", "worker-2", "renderer"}
    assert all(process.alive for process in known.processes.values())
    assert (up.folder / "state.json").stat().st_mode & 0o077 == 0


def test_everything_answers(up):
    known = up.known()
    assert httpx.get(f"{known.api_url}/health/ready").status_code == 200
    assert httpx.get(known.dashboard_url).status_code == 200


def test_the_key_command_prints_a_key_and_nothing_else(up):
    """So that it can be used as it is: ``KEY=$(make -s key)``."""
    done = up.run("key")
    key = done.stdout.removesuffix("\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert key.startswith("sk_")
    assert key.split() == [key]
    reports = f"{up.known().api_url}/api/reports/"
    assert httpx.get(reports, headers={"X-API-Key": key}).status_code == 200
    assert httpx.get(reports).status_code == 401


@pytest.fixture
def tree(up: Up, tmp_path: Path) -> Path:
    """This repository as its reader has it, with the stack up in it; what is written into it is gone afterwards."""
    for path in ROOT.iterdir():
        if path.name not in {".pressrun", ".venv", ".env"}:
            (tmp_path / path.name).symlink_to(path)
    (tmp_path / ".venv").symlink_to(sys.prefix)
    (tmp_path / ".pressrun").symlink_to(up.folder)
    return tmp_path


def examples() -> dict[str, tuple[str, str]]:
    """The README's examples against a running stack, by their heading and language."""
    sections = re.findall(
        r"^## (.*?)\n(.*?)(?=^## |\Z)", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    blocks = re.compile(r"^```(sh|python)\n(.*?)^```", re.MULTILINE | re.DOTALL)
    return {
        f"{heading}, {language}": (language, text)
        for heading, section in sections
        for language, text in blocks.findall(section)
        if "make -s key" in text or '"make", "-s", "key"' in text
    }


def test_the_readme_has_examples():
    """Should the pattern above ever match nothing, that would prove nothing."""
    assert set(examples()) == {"Ask for a report, sh", "Ask for a report, python", "Follow it as a run, python"}


@pytest.mark.parametrize("name", examples())
def test_the_readme_s_examples_work_as_pasted(tree: Path, name: str):
    language, text = examples()[name]
    command = ["bash", "-eu", "-o", "pipefail"] if language == "sh" else [".venv/bin/python", "-"]
    done = subprocess.run(command, cwd=tree, input=text, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stderr
    if "Follow" in name:
        assert done.stdout.splitlines()[0].startswith("protocol ")
        assert [line for line in done.stdout.splitlines() if line == "completed"] == ["completed"] * 2
        return
    made = {path.name: path.read_bytes() for path in tree.iterdir() if not path.is_symlink()}
    assert set(made) == {"tea.pdf"} if language == "sh" else {f"architecture.{form}" for form in ("pdf", "html", "md")}
    assert all(data.startswith(b"%PDF-") for file, data in made.items() if file.endswith(".pdf"))


def test_the_key_command_prints_keys_for_the_conformance_suite(up):
    for arguments, status in (((), 200), (("--scopes", "runs:create"), 403)):
        key = up.run("key", "--test", *arguments).stdout.strip()
        assert key.startswith("hk_test_")
        keyed = {"Authorization": f"Bearer {key}"}
        assert httpx.get(f"{up.known().api_url}/v1/workflows/report-document", headers=keyed).status_code == status
    assert up.run("key", "--scopes", "everything").returncode == 2


def test_a_second_stack_in_the_same_folder_is_refused(up):
    done = up.run("up")
    assert done.returncode == 1
    assert f"already runs at {up.known().api_url}" in done.stderr
    assert up.known().supervisor == Running.of(up.process.pid)


def test_no_secret_is_printed(up):
    """Neither on the terminal nor on a command line that everybody can see."""
    known = up.known()
    secrets = [
        known.s3.secret_key,
        *(url.split("@")[0].rpartition(":")[2] for url in (known.database_url, known.redis_url)),
    ]
    lines = [Path(f"/proc/{each.pid}/cmdline").read_text() for each in descendants(up.process.pid)]
    for text in (*lines, *(log.read_text() for log in (up.log, *up.folder.glob("logs/*.log")))):
        assert not any(secret in text for secret in secrets)


def test_a_killed_service_comes_back(up):
    first = up.known().processes["worker-1"]
    os.kill(first.pid, signal.SIGKILL)
    wait_for(lambda: up.known().processes["worker-1"] != first)
    assert up.known().processes["worker-1"].alive
    assert "worker-1 ended (signal 9)" in up.log.read_text()


def test_a_killed_database_comes_back_and_the_services_with_it(up):
    first = up.known().processes["postgres"]
    os.kill(first.pid, signal.SIGKILL)
    wait_for(lambda: up.known().processes["postgres"] != first)
    wait_for(lambda: httpx.get(f"{up.known().api_url}/health/ready", timeout=10).status_code == 200)


def test_it_stops_without_a_trace_and_starts_again_with_its_data(up):
    """Ctrl-C ends every process; the keys that were made still open the door the next time."""
    key = up.run("key").stdout.strip()
    processes = descendants(up.process.pid)
    assert len(processes) > 7
    assert up.end(signal.SIGINT) == 0
    assert [process for process in processes if process.alive] == []
    assert not (up.folder / "state.json").exists()
    assert up.run("key").returncode == 1
    up.again()
    answer = httpx.get(f"{up.known().api_url}/api/reports/", headers={"X-API-Key": key})
    assert answer.status_code == 200


def test_what_a_killed_supervisor_leaves_is_ended(up):
    """Nothing goes on without its supervisor, and the next start is not in its way."""
    if up.process.poll() is not None:
        up.again()
    processes = list(up.known().processes.values())
    up.process.kill()
    up.process.wait()
    done = up.run("down")
    assert done.returncode == 0
    wait_for(lambda: not any(process.alive for process in processes))
    up.again()
    stopped = up.run("down")
    assert (stopped.returncode, stopped.stderr) == (0, "stopped\n")
    assert up.process.wait(DOWN_S) == 0


def test_parts_that_run_elsewhere_are_used_and_not_started(tmp_path, fresh_database_url, redis_url, s3):
    """An address in the environment is an order, and what it leads to is left running."""
    up = Up(
        tmp_path,
        PRESSRUN_DATABASE_URL=fresh_database_url,
        PRESSRUN_REDIS_URL=redis_url,
        PRESSRUN_S3_ENDPOINT=s3.endpoint,
        PRESSRUN_S3_ACCESS_KEY=s3.access_key,
        PRESSRUN_S3_SECRET_KEY=s3.secret_key,
        PRESSRUN_S3_BUCKET="another-bucket",
    )
    try:
        known = up.known()
        assert set(known.processes) == {"api", "worker", "renderer"}
        assert (known.database_url, known.redis_url, known.s3.endpoint) == (fresh_database_url, redis_url, s3.endpoint)
        assert known.s3.bucket == "another-bucket"
        assert httpx.get(f"{known.api_url}/health/ready").status_code == 200
    finally:
        assert up.end(signal.SIGTERM) == 0
    assert httpx.get(s3.endpoint).status_code == 403
