"""The examples of the long-form API's documentation, run as they are printed there.

Only the host and the key are replaced, and the header in one of the ways. Their pauses are shortened.
"""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from shared.contracts.scopes import OWNER_SCOPES
from shared.db import principals
from shared.db.pool import Database
from tests.e2e.rig import DOCUMENT, Rig

PUBLISHED = Path(__file__).parent / "published"
HOST, KEY = "https://your-sting.com", "sk_your_api_key_here"
TIMEOUT = 20
WAYS = [("", "X-API-Key"), ("/sting", "X-API-Key"), ("", "Authorization"), ("/sting", "Authorization")]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody sleep for ten seconds."""
    sleep = time.sleep
    monkeypatch.setattr(time, "sleep", lambda seconds: sleep(min(seconds, 0.2)))


def published(name: str, base_url: str, key: str) -> str:
    return (PUBLISHED / f"{name}.txt").read_text().replace(HOST, base_url).replace(KEY, key)


def run_python(name: str, base_url: str, key: str, header: str = "X-API-Key") -> dict[str, Any]:
    """The names that the example leaves behind."""
    text = published(name, base_url, key)
    if header == "Authorization":
        text = text.replace('"X-API-Key": api_key', '"Authorization": f"Bearer {api_key}"')
        assert "X-API-Key" not in text
    names: dict[str, Any] = {}
    exec(compile(text, name, "exec"), names)  # noqa: S102 - it is one of our own files
    return names


def run_curl(text: str, directory: Path) -> str:
    done = subprocess.run(["/bin/bash", "-ec", text], cwd=directory, capture_output=True, check=True, timeout=60)
    return done.stdout.decode()


@pytest.mark.parametrize(("mount", "header"), WAYS)
def test_create_wait_and_download_in_python(stack: Rig, mount: str, header: str):
    """At the root and below the mount, by either header; the link leads back through the same mount."""
    base_url = f"{stack.url}{mount}"
    report_id = run_python("create.py", base_url, stack.key, header)["report_id"]
    url = run_python("poll.py", base_url, stack.key, header)["wait_for_report"](report_id, stack.key, timeout=120)
    assert url == f"{mount}/api/reports/{report_id}/download"
    value = stack.key if header == "X-API-Key" else f"Bearer {stack.key}"
    file = requests.get(f"{stack.url}{url}", headers={header: value}, timeout=TIMEOUT)
    assert file.headers["content-type"] == "application/pdf"
    assert file.content.startswith(b"%PDF-")


@pytest.mark.parametrize("mount", ["", "/sting"])
def test_create_and_download_with_curl(stack: Rig, tmp_path: Path, mount: str):
    base_url = f"{stack.url}{mount}"
    said = requests.models.complexjson.loads(run_curl(published("create.sh", base_url, stack.key), tmp_path))
    assert said["success"] is True
    report_id = said["data"]["report"]["id"]
    run_python("poll.py", base_url, stack.key)["wait_for_report"](report_id, stack.key, timeout=120)
    run_curl(published("download.sh", base_url, stack.key).replace("{report_id}", report_id), tmp_path)
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF-")


def test_a_failed_report_ends_the_polling_with_its_reason(stack: Rig):
    """And is made again three times at most."""
    report_id = stack.post(parameters={"conversation_id": _silence(stack)})
    wait = run_python("poll.py", stack.url, stack.key)["wait_for_report"]
    for retry in range(4):
        with pytest.raises(Exception, match=r"Report failed: parameters\.context"):
            wait(report_id, stack.key, timeout=60)
        answer = requests.post(
            f"{stack.url}/api/reports/{report_id}/retry", headers={"X-API-Key": stack.key}, timeout=TIMEOUT
        )
        if retry < 3:
            assert answer.json() == answer.json() | {
                "success": True,
                "report_id": report_id,
                "status": "queued",
                "message": "Report requeued for processing",
            }
    assert answer.status_code == 400
    assert answer.json()["error"] == "Report cannot be retried: that was done 3 times"
    assert stack.report(report_id)["retry_count"] == 3


def _silence(stack: Rig) -> str:
    """A conversation in which nothing was said: a document cannot be made of it."""
    answer = requests.post(f"{stack.url}/api/conversations", json={}, headers={"X-API-Key": stack.key}, timeout=TIMEOUT)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["data"]["conversation"]["id"])


@pytest.fixture
def without_renderer(stack: Rig) -> Iterator[Rig]:
    """Reports stop before they are printed."""
    stack.kill("renderer")
    yield stack
    if not stack.running("renderer"):
        stack.start("renderer")


def test_a_report_that_is_cancelled_while_it_is_processing_never_becomes_completed(without_renderer: Rig):
    """Not even when all that was left to do could be done."""
    stack = without_renderer
    report_id = stack.post()
    stack.wait_for(lambda: stack.report(report_id)["status"] == "processing")
    answer = requests.post(
        f"{stack.url}/api/reports/{report_id}/cancel", headers={"X-API-Key": stack.key}, timeout=TIMEOUT
    )
    assert answer.json() == {"success": True, "message": "Report cancelled successfully"}
    stack.start("renderer")
    assert list(stack.ended([stack.post()]).values()) == ["completed"]
    assert stack.report(report_id)["status"] == "cancelled"


async def test_the_public_queue_status_is_a_recount(without_renderer: Rig):
    """Of what waits, is made, was completed and failed today; without a key, at both paths."""
    stack = without_renderer
    stack.kill("worker")
    try:
        for priority in ("urgent", "low", "normal"):
            stack.post(priority=priority)
        (row,) = await stack.sql(
            """SELECT count(*) FILTER (WHERE status = 'pending') AS pending_reports,
                      count(*) FILTER (WHERE status = 'running') AS processing_reports,
                      count(*) FILTER (WHERE status = 'completed') AS completed_today,
                      count(*) FILTER (WHERE status = 'failed') AS failed_today
                 FROM runs WHERE report_id IS NOT NULL"""
        )
        counted = dict(row)
        assert counted["pending_reports"] == 3
        for path in (
            "/api/reports/public/queue/status",
            "/api/reports/queue/status",
            "/sting/api/reports/queue/status",
        ):
            data = (await asyncio.to_thread(requests.get, f"{stack.url}{path}", timeout=TIMEOUT)).json()["data"]
            assert {name: data[name] for name in counted} == counted
    finally:
        stack.start("worker")


def test_a_template_that_an_administrator_made_shapes_the_report(stack: Rig):
    """Its sections, with the parameters in their titles, and no other; its looks are the report's."""
    admin = {"X-API-Key": asyncio.run(_administrator(stack))}
    body = {
        "name": "Two sides",
        "parameters": [{"name": "drink", "type": "select", "options": ["tea", "coffee"], "required": True}],
        "template_config": {"sections": ["The water of {{drink}}", "The time of {{drink}}"], "watermark": "Draft"},
    }
    made = requests.post(f"{stack.url}/api/reports/templates", json=body, headers=admin, timeout=TIMEOUT).json()
    text = "Green tea must not be brewed above 80 degrees, because hotter water is bitter.\n\nIt needs two minutes."
    report_id = stack.post(
        template_id=made["data"]["template"]["id"],
        title="What drinks need",
        parameters={"user_query": "Water and time?", "drink": "tea", "context": [{"title": "Tea", "text": text}]},
    )
    assert stack.ended([report_id]) == {report_id: "completed"}
    headings = [line for line in stack.download(report_id, "md").text.splitlines() if line.startswith("## ")]
    titles = [heading.lstrip("# 0123456789.") for heading in headings]
    assert [title for title in titles if title.endswith(" of tea")] == ["The water of tea", "The time of tea"]
    assert '"watermark":"Draft"' in stack.download(report_id, "json").text.replace('": "', '":"')


async def _administrator(stack: Rig) -> str:
    database = await Database.open(stack.postgres.url())
    async with database.begin() as db:
        owner = await principals.create_principal(db, "administrator", "admin")
        key = await principals.create_key(db, owner.id, name="test", scopes=[*OWNER_SCOPES, "admin"])
    await database.close()
    return key


def test_the_documents_of_a_report_are_in_every_format_that_it_is_asked_for(stack: Rig):
    """Each with its content type."""
    types = {"pdf": "application/pdf", "html": "text/html; charset=utf-8", "md": "text/markdown; charset=utf-8"}
    made = {name: stack.post(template_id=DOCUMENT, output_format=name) for name in types}
    assert set(stack.ended(list(made.values())).values()) == {"completed"}
    for name, report_id in made.items():
        file = requests.get(
            f"{stack.url}/api/reports/{report_id}/download", headers={"X-API-Key": stack.key}, timeout=TIMEOUT
        )
        assert file.headers["content-type"] == types[name]
        assert (
            file.headers["content-disposition"].endswith(f'.{name}"')
            or f".{name}" in file.headers["content-disposition"]
        )
