"""Every benchmark with tiny counts: that it measures, not what."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import pytest

from tests.benchmarks import bench_protocol, bench_queue, bench_renderer, bench_retrieval, bench_whole
from tests.benchmarks.system import System, system
from tests.benchmarks.table import Row, keep, table


@pytest.fixture(scope="module")
def started(chromium: Path) -> Iterator[System]:
    with system(chromium) as opened:
        yield opened


def check(rows: Sequence[Row], names: int) -> None:
    """So many rows, and something measured on both sides of each, or said why not."""
    assert len({row.name for row in rows}) == names
    assert all(sample > 0 for row in rows for sample in (*row.ours, *row.theirs))
    assert all(row.ours and (row.theirs or row.missing) for row in rows)
    shown = table(rows)
    assert all(row.name in shown and row.rival in shown for row in rows)


async def test_the_whole_way_is_measured(started: System) -> None:
    """A report's way and the bare parts', one at a time and without a pause."""
    size = bench_whole.Size(reports=1, seconds=3, at_once=2)
    check(await bench_whole.run(started, size), names=2)


async def test_the_protocol_is_measured(started: System) -> None:
    """Creating, appending and streaming; no subscriber misses an event."""
    size = bench_protocol.Size(seconds=0.5, rounds=1, per_second=20, subscribers=12, few=3, at_once=2, backlog=2)
    check(await bench_protocol.run(started, size), names=6)


async def test_the_queue_is_measured(started: System, monkeypatch: pytest.MonkeyPatch) -> None:
    """Waking up, throughput, urgency and fairness."""
    for name, tiny in {"NO_OPS": 1_500, "LOW": 8, "BACKLOG": 12, "AT_ONCE": 125, "ROUNDS": 1}.items():
        monkeypatch.setattr(bench_queue, name, tiny)
    rig = started.rig
    check(await bench_queue.run(rig.postgres.url(), rig.valkey.url, 0.1), names=5)


async def test_printing_is_measured(chromium: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Our pool and every other way that is installed here; how to install the others is said in their rows."""
    monkeypatch.setattr(bench_renderer, "ROUNDS", 1)
    rows = await bench_renderer.run(str(chromium), None, 0.01)
    check(rows, names=2)
    lines = [line for line in table(rows).splitlines() if "full Chromium" in line]
    assert len(lines) == 2
    assert all(line.endswith("not installed: apt-get install chromium") for line in lines)


async def test_retrieval_is_measured(started: System) -> None:
    """On three short documents: shares between nothing and all, the words' ranking at its best."""
    texts = {name: bench_retrieval.corpus()[name] for name in ("python-lambda", "python-truth", "python-del")}
    rows = await bench_retrieval.run(started.rig, texts)
    assert all(0 <= sample <= 1 for row in rows if row.unit == "share" for sample in (*row.ours, *row.theirs))
    best = next(row for row in rows if "BM25" in row.name and "recall" in row.name and "English" in row.name)
    assert best.ours == [1.0]
    assert all(row.name in table(rows) for row in rows)


def test_every_question_has_its_answer_in_the_corpus() -> None:
    """A gold answer that is nowhere would count against every way alike; there are enough, and no twins."""
    texts = {name: " ".join(re.sub(r"-\n\s*", "-", text).split()) for name, text in bench_retrieval.corpus().items()}
    asked = bench_retrieval.questions()
    assert len(asked) >= 60
    assert len({one.question for one in asked}) == len(asked)
    missing = [one.question for one in asked if one.answer not in texts[one.document]]
    assert len(missing) <= len(asked) // 20, missing  # another Python's reference may word some of it differently


def test_raw_samples_are_kept(tmp_path: Path) -> None:
    """The file has every sample of every row."""
    row = Row("what", "a rival", "ms", [1.0, 2.0], [4.0], "2x")
    found = msgspec.json.decode(keep("some", [row], tmp_path).read_bytes())
    assert found["rows"] == [msgspec.to_builtins(row)]
    assert found["python"]


def test_a_ratio_says_how_many_times_better_ours_is() -> None:
    """Less is better, but for what is counted per second."""
    assert Row("what", "a rival", "ms", [2.0], [6.0], "").ratio == 3
    assert Row("what", "a rival", "1/s", [6.0], [2.0], "").ratio == 3
