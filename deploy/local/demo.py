"""The demo: one real report over HTTP, watched while it is made, and put into ``out/``."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn

from deploy.local.errors import DemoFailedError

FORMATS = ("pdf", "html", "md")
ENDINGS = frozenset({"completed", "failed", "cancelled"})
STATES = {"started": "working"}
LOOK_EVERY_S = 0.25
PATIENCE_S = 3600.0


def make_report(
    api_url: str,
    key: str,
    request: dict[str, Any],
    out: Path,
    *,
    console: Console,
    meanwhile: Callable[[], None] = lambda: None,
) -> list[Path]:
    """Have a report made and download it in every format. Returns the files.

    Args:
        meanwhile: called again and again while the report is made.

    Raises:
        DemoFailedError: the API refused it, or it failed.
    """
    with httpx.Client(base_url=api_url, headers={"X-API-Key": key}, timeout=30) as client:
        report_id = str(_answer(client.post("/api/reports/", json=request))["data"]["report"]["id"])
        try:
            _watch(client, report_id, console, meanwhile)
        except (KeyboardInterrupt, DemoFailedError):
            client.post(f"/api/reports/{report_id}/cancel")
            raise
        out.mkdir(parents=True, exist_ok=True)
        return [
            _download(client, report_id, format_, out / _file_name(request["title"], format_)) for format_ in FORMATS
        ]


def _watch(client: httpx.Client, report_id: str, console: Console, meanwhile: Callable[[], None]) -> None:
    columns = (
        SpinnerColumn(finished_text="[green]✓"),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[state]}"),
        TextColumn("{task.fields[seconds]}", justify="right"),
    )
    with Progress(*columns, console=console) as progress:
        bars: dict[str, TaskID] = {}
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            report = _answer(client.get(f"/api/reports/{report_id}"))["report"]
            for node in report["progress"]["nodes"]:
                _show(progress, bars, node)
            if report["status"] in ENDINGS:
                break
            meanwhile()
            time.sleep(LOOK_EVERY_S)
    if report["status"] not in ENDINGS:
        raise DemoFailedError(f"the report was not finished within {PATIENCE_S / 60:.0f} minutes")
    if report["status"] != "completed":
        reason = report.get("error_message") or "no reason is given"
        raise DemoFailedError(f"the report is {report['status']}: {reason}")


def _show(progress: Progress, bars: dict[str, TaskID], node: dict[str, Any]) -> None:
    if node["id"] not in bars:
        bars[node["id"]] = progress.add_task(node["name"], total=1, state="", seconds="", start=False)
    bar, status, done, total = bars[node["id"]], node["status"], node["done"], max(node["total"], 1)
    task = progress.tasks[bar]
    if status == "pending" or task.finished:
        return
    if not task.started:
        progress.start_task(bar)
    state = f"{done} of {total}" if total > 1 else STATES.get(status, status)
    progress.update(bar, completed=done, total=total, state=state, seconds=f"{task.elapsed or 0:.1f} s")


def _download(client: httpx.Client, report_id: str, format_: str, path: Path) -> Path:
    with client.stream("GET", f"/api/reports/{report_id}/download", params={"format": format_}) as response:
        if response.is_error:
            response.read()
        _refuse(response)
        with path.open("wb") as file:
            for chunk in response.iter_bytes():
                file.write(chunk)
    return path


def _answer(response: httpx.Response) -> dict[str, Any]:
    _refuse(response)
    body: dict[str, Any] = response.json()
    return body


def _refuse(response: httpx.Response) -> None:
    if response.is_error:
        request = response.request
        raise DemoFailedError(
            f"{request.method} {request.url.path} answers {response.status_code}: {response.text[:500]}"
        )


def _file_name(title: str, format_: str) -> str:
    words = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    return f"{words[:60].rstrip('-')}.{format_}"
