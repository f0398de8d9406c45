"""Killed between any two commits: of a run with a fan-out and an approval, of its fork, and of the api."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from deploy.local.demo_request import demo_request
from deploy.local.folder import ROOT
from tests.e2e.rig import TERMINAL, Rig

ACCEPT = {"resumeValue": {"action": "accept"}}
ALONE = {"PRESSRUN_WORKER_THREADS": "1", "PRESSRUN_RENDER_SLOTS": "1"}
"""A step that loses its worker several times is given up: nobody dies with many steps of others in his hands."""
SMALL = {
    "priority": "normal",
    "parameters": {
        "user_query": "Compare tea and coffee in 300 words",
        "review": True,
        "context": [
            {"title": "Tea", "type": "markdown", "text": "# Tea\n\nTea is brewed at 80 degrees. It holds 45 mg."},
            {
                "title": "Coffee",
                "type": "markdown",
                "text": "# Coffee\n\nCoffee is brewed at 93 degrees. It holds 95 mg.",
            },
        ],
    },
}


class Mortals:
    """Services that die behind commits, and that come back until told to stop."""

    def __init__(self, rig: Rig, folder: Path) -> None:
        self._rig = rig
        self.folder = folder
        self._alive: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, *names: str) -> None:
        for name in names:
            with self._rig.log(f"mortal-{name}").open("ab") as log:
                self._alive[name] = subprocess.Popen(
                    [sys.executable, "-m", "tests.e2e.dying", name.partition("-")[0], str(self.folder)],
                    cwd=ROOT, env=self._rig.environment() | ALONE, stdout=log, stderr=log, start_new_session=True,
                )  # fmt: skip

    def until(self, true: Callable[[], bool], what: str, *, within_s: float = 400) -> None:
        deadline = time.monotonic() + within_s
        while not true():
            for name, process in self._alive.items():
                assert process.poll() is None, self._rig.log(f"mortal-{name}").read_text()[-3000:]
            assert time.monotonic() < deadline, f"waited in vain for {what}"
            time.sleep(0.1)

    def stop(self) -> None:
        while self._alive:
            _, process = self._alive.popitem()
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(30)

    def aim(self, run_id: str, sequence: int) -> None:
        (self.folder / run_id).write_text(str(sequence))

    def missed(self) -> dict[int, list[int]]:
        """The places that killed nobody, each with where its run was committed."""
        left = [path for path in self.folder.glob("run-*") if path.suffix != ".killed"]
        return {int(path.read_text()): self.boundaries(path.name) for path in left}

    def boundaries(self, run_id: str) -> list[int]:
        """Where a run's log was committed."""
        lines = (line.split() for line in (self.folder / "commits").read_text().splitlines())
        return sorted({int(sequence) for run, sequence in lines if run == run_id})


@pytest.fixture
def mortals(rig: Rig, tmp_path: Path) -> Iterator[Mortals]:
    found = Mortals(rig, tmp_path)
    yield found
    found.stop()


def ask(rig: Rig, title: str) -> str:
    """The run of a new report."""
    return rig.report(rig.post(**(demo_request() | SMALL | {"title": title})))["run_id"]


def v1(rig: Rig, method: str, path: str, *, key: str = "", body: Any = None) -> httpx.Response:
    headers = {"Authorization": f"Bearer {rig.key}"} | ({"Idempotency-Key": key} if key else {})
    return httpx.request(method, f"{rig.url}/v1/{path}", headers=headers, json=body, timeout=20)


def approved(rig: Rig, run_ids: list[str]) -> Callable[[], bool]:
    """Whether all runs have ended; answers those that wait on the way."""
    left = list(run_ids)

    def look() -> bool:
        for run_id in list(left):
            snapshot = v1(rig, "GET", f"runs/{run_id}").json()
            status = snapshot["status"]
            assert status not in {"failed", "cancelled"}, snapshot.get("error")
            if status == "waiting-approval":
                v1(rig, "POST", f"runs/{run_id}/interrupts/review", key=f"yes-{run_id}", body=ACCEPT)
            elif status == "completed":
                left.remove(run_id)
        return not left

    return look


async def whole(rig: Rig, run_ids: list[str]) -> None:
    """Each run completed, its log gapless with one end, each outcome said once, every file there."""
    for run_id in run_ids:
        log = await rig.sql("SELECT sequence, type, node_id FROM events WHERE run_id = $1 ORDER BY sequence", run_id)
        types = [event["type"] for event in log]
        assert [event["sequence"] for event in log] == list(range(len(log)))
        assert [place for place, one in enumerate(types) if one in TERMINAL] == [len(log) - 1]
        assert types[-1] == "run.completed"
        done = [event["node_id"] for event in log if event["type"] == "node.completed"]
        assert sorted(done) == sorted(set(done))
        assert types.count("approval.received") == 1
        made = await rig.sql("SELECT format FROM artifacts WHERE run_id = $1", run_id)
        assert sorted(row["format"] for row in made) == ["html", "json", "md", "pdf"]
    assert not await rig.sql("SELECT 1 FROM steps WHERE status IN ('queued', 'running') AND run_id = ANY($1)", run_ids)


async def test_killed_behind_every_commit_of_a_run_and_of_its_fork(rig: Rig, mortals: Mortals) -> None:
    pattern = ask(rig, "A run to learn the commits of")
    mortals.start("worker-1", "renderer-1")
    mortals.until(approved(rig, [pattern]), "the first run")
    mortals.stop()
    places = mortals.boundaries(pattern)
    assert len(places) > 15, places

    runs = [ask(rig, f"To be killed at {place}") for place in places[:-1]]
    for run_id, place in zip(runs, places, strict=False):
        mortals.aim(run_id, place)
    mortals.start("worker-1", "worker-2", "worker-3", "renderer-1", "renderer-2")
    mortals.until(approved(rig, runs), "every killed run")
    assert mortals.missed() == {}
    mortals.stop()
    await whole(rig, runs)

    gate = await rig.sql("SELECT sequence FROM events WHERE run_id = $1 AND node_id = 'review' LIMIT 1", pattern)
    at = gate[0]["sequence"]
    body = {"mode": "branch", "fromSeq": at}
    behind = [place for place in places[:-1] if place > at]
    forks = [v1(rig, "POST", f"runs/{pattern}:fork", body=body).json()["runId"] for _ in behind]
    for run_id, place in zip(forks, behind, strict=True):
        mortals.aim(run_id, place)
    mortals.start("worker-1", "worker-2", "worker-3", "renderer-1", "renderer-2")
    mortals.until(approved(rig, forks), "every killed fork")
    assert mortals.missed() == {}
    await whole(rig, forks)


async def test_an_api_killed_behind_its_commit_says_the_same_when_asked_again(rig: Rig, mortals: Mortals) -> None:
    """The client that got no answer repeats its request with the same key: nothing happens twice."""
    rig.kill("api")
    mortals.start("api")
    mortals.until(rig.ready, "the api")
    begin = {
        "workflowId": "report-document",
        "inputs": {"title": "Once", "parameters": {"review": True, "context": "Text."}},
    }
    run_id = twice(rig, mortals, "runs", begin)["runId"]
    rig.start("worker")
    waits = "SELECT 1 FROM runs WHERE id = $1 AND status = 'waiting-approval'"
    await rig.until(waits, run_id)
    fork = twice(rig, mortals, f"runs/{run_id}:fork", {"mode": "branch", "fromSeq": 1})["runId"]
    await rig.until(waits, fork)
    twice(rig, mortals, f"runs/{run_id}/interrupts/review", ACCEPT)
    rig.kill("worker")
    other = twice(rig, mortals, "runs", begin | {"tags": ["other"]})["runId"]
    paused = twice(rig, mortals, f"runs/{other}:pause", {"drainPolicy": "immediate"})
    assert paused["status"] == "paused"
    assert twice(rig, mortals, f"runs/{other}:resume", {})["status"] in {"pending", "running"}
    assert twice(rig, mortals, f"runs/{other}/cancel", {}) == {"runId": other, "status": "cancelled"}
    log = await rig.sql("SELECT type FROM events WHERE run_id = $1 ORDER BY sequence", other)
    moves = [event["type"] for event in log if event["type"].startswith("run.")]
    assert moves == ["run.started", "run.paused", "run.resumed", "run.cancelled"]
    assert len(await rig.sql("SELECT 1 FROM runs")) == 3
    received = await rig.sql("SELECT 1 FROM events WHERE run_id = $1 AND type = 'approval.received'", run_id)
    assert len(received) == 1


def twice(rig: Rig, mortals: Mortals, path: str, body: Any) -> Any:
    """The answer to a request that was carried out by a process that died of it."""
    (mortals.folder / "armed").touch()
    key = f"once-{path}-{uuid4()}"
    with pytest.raises(httpx.TransportError):
        v1(rig, "POST", path, key=key, body=body)
    mortals.until(rig.ready, "the api to be back")
    answer = v1(rig, "POST", path, key=key, body=body)
    assert answer.status_code in {200, 201, 202}, answer.text
    return answer.json()
