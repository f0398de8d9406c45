"""Machine-learning reports: POST to PDF by kind, graphics per second, and what the largest entities take.

Run it as ``python -m tests.benchmarks ml``. The reports' rival is the sum of the bare parts, a POST that becomes one
INSERT and one print of the same page; the graphics' rival is matplotlib, drawing the same graphics as SVG. The entities
are those of ``make demo KIND=…``: real models on the data sets that come with scikit-learn.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from deploy.local.demo_ml.data import ident
from deploy.local.demo_ml.subjects import SUBJECTS
from sdk.pressrun_ml import Client
from services.renderer.page.charts.draw import draw
from shared.document.blocks import Document, Drawable
from shared.document.labels import labels

from .bench_whole import bare_parts, in_turns
from .client import Line
from .ml import large
from .system import System
from .table import Row


class Size(msgspec.Struct, frozen=True, kw_only=True):
    """How much to measure."""

    reports: int = 20
    """Of each kind, one after the other."""
    seconds: float = 40
    """Of graphics."""
    largest: int = 3
    """Reports of each of the largest entities."""


async def run(system: System, size: Size) -> list[Row]:
    """All rows; about four minutes at full size."""
    rows: list[Row] = []
    with Client(system.rig.url, system.rig.key) as client:
        made = await asyncio.to_thread(SUBJECTS["project"].make)
        for kind, entity in made:
            client.push(kind, entity)
        for kind, entity in _LARGE:
            client.push(kind, entity())
    async with system.services("worker", "renderer"), system.plain_api(1) as plain, system.lines(1) as (line,):
        documents = []
        for kind, subject in SUBJECTS.items():
            asked = _asked(kind, ident("project"), subject.entity_id)
            documents.append(await _document(line, asked))
            rows.append(
                await _compared(
                    system, line, plain, asked, documents[-1], f"POST to PDF: {kind}", size.reports, "about 0.5x"
                )
            )
        for kind, entity in _LARGE:
            rows += await _largest(system, line, plain, _asked(kind, large.PROJECT, entity()["id"]), _NAMES[kind], size)
    return [*rows, _graphics(documents, size.seconds)]


_LARGE: tuple[tuple[str, Callable[[], dict[str, Any]]], ...] = (
    ("experiment", large.experiment),
    ("deployment", large.deployment),
    ("model", large.model),
)
_NAMES = {
    "experiment": f"{large.MODELS} models",
    "deployment": f"{large.FEATURES:,} features of {large.LOG_ROWS:,} rows",
    "model": f"three curves of {large.POINTS:,} points",
}


def _asked(kind: str, project: str, entity: str) -> dict[str, Any]:
    return {"project_id": project, "kind": kind, "entity_id": entity}


async def _report(line: Line, asked: dict[str, Any]) -> str:
    """Ask for a report, follow its run's events to the end, download its PDF. Its id."""
    made = await line.post("/api/reports", asked)
    events = await line.get(f"/v1/runs/run-{UUID(made['job_id']).hex}/events")
    assert b"event: run.completed" in events, events[-500:]
    pdf = await line.get(f"/api/reports/{made['report_id']}/download")
    assert pdf.startswith(b"%PDF")
    return str(made["report_id"])


async def _document(line: Line, asked: dict[str, Any]) -> Document:
    """What is printed, after everything is warm."""
    report = [await _report(line, asked) for _ in range(2)][-1]
    return msgspec.json.decode(await line.get(f"/api/reports/{report}/download?format=json"), type=Document)


async def _compared(
    system: System,
    line: Line,
    plain: list[Line],
    asked: dict[str, Any],
    document: Document,
    name: str,
    count: int,
    expect: str,
) -> Row:
    async with bare_parts(system, document, plain) as bare:
        await bare(0)
        both = await in_turns(lambda: _report(line, asked), lambda: bare(0), count)
    return Row(name, "bare POST and print", "ms", *both, expect)


def _graphics(documents: Sequence[Document], seconds: float) -> Row:
    """All graphics of the five reports, round and round."""
    from .ml import rival

    graphics = [block for document in documents for block in document.blocks if isinstance(block, Drawable)]
    words = labels("en")
    ways = (
        lambda: [draw(one, anchor="a", labels=words) for one in graphics],
        lambda: [rival.draw(one) for one in graphics],
    )
    for way in ways:
        way()
    began = time.perf_counter()
    rates: tuple[list[float], list[float]] = ([], [])
    while not rates[1] or time.perf_counter() - began < seconds:
        for way, found in zip(ways, rates, strict=True):
            start = time.perf_counter()
            way()
            found.append(len(graphics) / (time.perf_counter() - start))
    return Row(f"the {len(graphics)} graphics of five reports", "matplotlib, SVG", "1/s", *rates, "about 70x")


async def _largest(
    system: System, line: Line, plain: list[Line], asked: dict[str, Any], name: str, size: Size
) -> list[Row]:
    """Time and memory of one of the largest entities."""
    pids = {service: system.rig.pid(service) for service in ("worker", "renderer")}
    before = {service: _status(pid, "VmRSS") for service, pid in pids.items()}
    for pid in pids.values():
        _forget_peak(pid)
    document = await _document(line, asked)
    row = await _compared(system, line, plain, asked, document, name, size.largest, "at least 0.2x")
    return [
        row,
        *(
            Row(
                f"{name}: the {service}'s peak",
                "the same before",
                "MB",
                [_status(pid, "VmHWM")],
                [before[service]],
                "about 0.9x",
            )
            for service, pid in pids.items()
        ),
    ]


def _status(pid: int, name: str) -> float:
    """Megabytes of a process, as Linux counts them."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) / 1024


def _forget_peak(pid: int) -> None:
    """From now on the peak is that of what follows."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")
