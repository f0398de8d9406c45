"""When a run's time is up: on the wall, and while it runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from shared.contracts.records import Event, Run
from shared.contracts.states import RunStatus
from shared.domain.deadlines import WAITING_MS, Over, first, look
from shared.domain.definition import read
from shared.domain.ids import new_id
from shared.domain.stages import MAX_RUN_DURATION_MS
from tests.unit.domain.workflows import node

BEGUN = datetime(2026, 5, 1, 12, tzinfo=UTC)
STARTED = ("node.started", {"nodeId": "a"})
WAITS = ("node.suspended", {"nodeId": "a", "interruptId": "a:0", "kind": "approval"})
WOKEN = ("node.resumed", {"nodeId": "a", "interruptId": "a:0"})


def at(seconds: float) -> datetime:
    return BEGUN + timedelta(seconds=seconds)


def workflow(timeout_s: float = 0) -> Any:
    raw = {"id": "w", "name": "W", "version": "1", "nodes": [node("a")], "edges": []}
    return read(raw | {"settings": {"timeout": int(timeout_s * 1000)}})


def run(**configurable: Any) -> Run:
    return Run(
        id="run-1", principal_id=new_id(), workflow_id="w", workflow_digest="d", status=RunStatus.RUNNING,
        configurable=configurable, root_run_id="run-1", trace_id="0" * 32, created_at=BEGUN,
    )  # fmt: skip


def log(*told: tuple[float, tuple[str, dict[str, Any]]]) -> list[Event]:
    entries = [(0.0, ("run.started", {})), *told]
    return [
        Event(
            event_id=new_id(), run_id="run-1", type=kind, sequence=index, timestamp=at(seconds), payload=payload,
            node_id=payload.get("nodeId"),
        )
        for index, (seconds, (kind, payload)) in enumerate(entries)
    ]  # fmt: skip


def test_the_shortest_limit_is_looked_at_first():
    assert first(workflow(), {}, BEGUN) == BEGUN + timedelta(milliseconds=MAX_RUN_DURATION_MS)
    assert first(workflow(60), {}, BEGUN) == at(60)
    assert first(workflow(60), {"runTimeoutMs": 5000}, BEGUN) == at(5)
    assert first(workflow(60), {"runTimeoutMs": 5000}, BEGUN, mode="replay") > at(60)


def test_the_client_s_limit_is_on_the_wall():
    """Waiting counts: it is the client's own to choose."""
    waits = log((1, STARTED), (2, WAITS))
    assert look(run(runTimeoutMs=10_000), workflow(), waits, at(10)) == Over(10_000, 10_001)
    assert look(run(runTimeoutMs=10_000), workflow(), waits, at(4)) == at(10)


def test_running_time_is_without_the_queue_and_without_waiting():
    told = log((100, STARTED), (103, WAITS), (5000, WOKEN))
    assert look(run(), workflow(10), told, at(5002)) == at(5007)
    assert look(run(), workflow(10), told, at(5008)) == Over(10_000, 11_000)


def test_a_run_that_waits_is_looked_at_now_and_then():
    told = log((1, STARTED), (11, WAITS))
    assert look(run(), workflow(10), told, at(99)) == at(99) + timedelta(milliseconds=WAITING_MS)
    assert look(run(), workflow(500), told, at(99)) == at(99 + 490)


def test_a_replay_is_not_measured_by_its_own_time():
    replayed = replace(run(runTimeoutMs=1), mode="replay")
    assert isinstance(look(replayed, workflow(1), log((0, STARTED)), at(50)), datetime)
