"""Makes one kind's demo report over HTTP with the client package, as anybody would."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

from deploy.local.demo_ml.data import ident
from deploy.local.demo_ml.subjects import SUBJECTS
from deploy.local.errors import DemoFailedError
from sdk.pressrun_ml import Client, PressrunError, Report


def make_ml_report(
    api_url: str,
    key: str,
    kind: str,
    out: Path,
    *,
    console: Console,
    insights: bool = False,
    meanwhile: Callable[[], None] = lambda: None,
) -> list[Path]:
    """Train, measure, push, have the report made and downloaded. Returns the files.

    Args:
        insights: whether a language model comments.

    Raises:
        DemoFailedError: with what went wrong.
    """
    subject = SUBJECTS[kind]
    columns = (SpinnerColumn(finished_text="[green]✓"), TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[said]}"))  # fmt: skip
    options = {"llm_insights": insights} | ({"comments": subject.comments} if subject.comments else {})
    try:
        with Client(api_url, key) as client, Progress(*columns, console=console) as progress:
            measured = _step(progress, f"{subject.doing[:1].upper()}{subject.doing[1:]}", subject.make)
            _step(
                progress, "Pushing what was measured", lambda: [client.push(each, entity) for each, entity in measured]
            )
            report = _made(client, progress, kind, options, meanwhile)
            name = re.sub(r"[^a-z0-9]+", "-", report.title.lower()).strip("-")[:60].rstrip("-")
            return list(client.download(report.id, out, name=name).values())
    except PressrunError as error:
        raise DemoFailedError(str(error)) from error


def _step(progress: Progress, name: str, work: Callable[[], Any]) -> Any:
    bar, began = progress.add_task(name, total=1, said=""), time.monotonic()
    found = work()
    progress.update(bar, completed=1, said=f"{time.monotonic() - began:.1f} s")
    return found


def _made(
    client: Client, progress: Progress, kind: str, options: dict[str, Any], meanwhile: Callable[[], None]
) -> Report:
    bar, began = progress.add_task("Making the report", total=100, said=""), time.monotonic()

    def look(report: Mapping[str, Any]) -> None:
        meanwhile()
        progress.update(bar, completed=int(report.get("progress") or 0), said=str(report["status"]))

    report = client.report(kind, SUBJECTS[kind].entity_id, project_id=ident("project"), options=options, meanwhile=look)
    progress.update(bar, completed=100, said=f"{time.monotonic() - began:.1f} s")
    return report
