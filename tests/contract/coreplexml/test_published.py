"""The examples of the machine-learning API's documentation, run as they are printed there.

Only the host, the key and the report's id are replaced.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.rig import Rig

from .conftest import MOUNTS
from .entities import Family

PUBLISHED = Path(__file__).parent / "published"
KEY, REPORT = "YOUR_API_KEY", "e1f2a3b4-c5d6-7890-1234-ef5678901234"


def published(name: str, key: str, report_id: str = REPORT) -> str:
    return (PUBLISHED / f"{name}.txt").read_text().replace(KEY, key).replace(REPORT, report_id)


def run_curl(text: str, base_url: str, directory: Path) -> dict[str, Any]:
    """What curl has printed, as JSON; nothing when it has written a file."""
    environment = {**os.environ, "BASE_URL": base_url}  # noqa: TID251 - the PATH that curl is found by
    command = ["/bin/bash", "-ec", text]
    done = subprocess.run(command, cwd=directory, env=environment, capture_output=True, check=True, timeout=60)
    return json.loads(done.stdout) if done.stdout else {}


@pytest.mark.parametrize("mount", MOUNTS, ids=["root", "ml"])
def test_create_poll_and_download_in_python(
    stack: Rig, family: Family, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mount: str
) -> None:
    """It polls until the literal ``succeeded`` and saves a PDF."""
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"BASE_URL": f"{stack.url}{mount}"}
    text = published("create_poll_download.py", stack.key)
    exec(compile(text, "create_poll_download.py", "exec"), names)  # noqa: S102 - it is one of our own files
    assert names["resp"].status_code == 201
    assert names["status"] == "succeeded"
    assert names["dl"].headers["content-disposition"].startswith("attachment; ")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF-")


@pytest.mark.parametrize("mount", MOUNTS, ids=["root", "ml"])
def test_create_list_view_and_download_with_curl(stack: Rig, family: Family, tmp_path: Path, mount: str) -> None:
    base_url = f"{stack.url}{mount}"
    made = run_curl(published("create.sh", stack.key), base_url, tmp_path)
    assert made.keys() == {"report_id", "job_id", "status"}
    listed = run_curl(published("list.sh", stack.key), base_url, tmp_path)
    assert listed.keys() == {"items", "total", "limit", "offset"}
    assert made["report_id"] in [item["id"] for item in listed["items"]]
    stack.wait_for(lambda: _succeeded(stack, made["report_id"]), within_s=120, what="the report")
    for name in ("view.sh", "download.sh"):
        run_curl(published(name, stack.key, made["report_id"]), base_url, tmp_path)
    page = (tmp_path / "report_preview.html").read_text()
    assert page.startswith("<!doctype html>")
    assert "Fraud Detection Model Report" in page
    assert "Q4 quarterly review" in page
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF-")


def _succeeded(stack: Rig, report_id: str) -> bool:
    status = stack.report(report_id)["status"]
    assert status != "failed"
    return bool(status == "succeeded")
