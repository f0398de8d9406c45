"""A debug bundle keeps to its size, and says what it left out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import msgspec

from services.api.runs.bundle import MOST_BYTES, bundle
from shared.contracts.records import Event, Run
from shared.contracts.states import Priority, RunStatus
from shared.domain.ids import new_id
from shared.domain.redaction import NOTHING, Hidden
from shared.domain.state import RunState

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def run() -> Run:
    return Run(
        id="run-1",
        principal_id=uuid4(),
        workflow_id="big",
        workflow_digest="d",
        status=RunStatus.FAILED,
        priority=Priority.NORMAL,
        root_run_id="run-1",
        trace_id="a" * 32,
        created_at=NOW,
    )


def log(nodes: int) -> list[Event]:
    """Nodes that start and complete one after the other, all in one millisecond."""
    return [
        Event(
            event_id=new_id(),
            run_id="run-1",
            type=("node.started", "node.completed")[place % 2],
            sequence=place,
            timestamp=NOW + timedelta(microseconds=place),
            payload={"big": "x" * 1000},
            node_id=f"node-{place // 2}",
        )
        for place in range(2 * nodes)
    ]


def made(events: list[Event], *, secret: Hidden = NOTHING, **more: Any) -> dict[str, Any]:
    state = RunState(
        status=RunStatus.FAILED, next_sequence=len(events), error={"code": "c", "message": "the pin is 4711-4711"}
    )
    return bundle(run(), state, events, secret=secret, version="1", now=NOW, **more)


def test_a_log_that_does_not_fit_is_cut_to_what_fits_and_counted_whole():
    events = log(24_000)
    found = made(events)
    assert len(msgspec.json.encode(found)) <= MOST_BYTES
    assert len(msgspec.json.encode(found)) > MOST_BYTES * 0.99
    assert found["truncated"] is True
    assert str(MOST_BYTES) in found["truncatedReason"]
    assert found["metrics"]["eventCount"] == 48_000
    kept = [one["sequence"] for one in found["events"]]
    assert kept == list(range(len(kept)))
    assert len(found["spans"]) == len(kept) // 2


def test_a_client_may_ask_for_fewer_events():
    found = made(log(5), most_events=3)
    assert [one["sequence"] for one in found["events"]] == [0, 1, 2]
    assert [span["name"] for span in found["spans"]] == ["node-0"]
    assert (found["truncated"], found["metrics"]["eventCount"]) == (True, 10)
    assert "3" in found["truncatedReason"]
    for enough in (10, 11):
        assert "truncated" not in made(log(5), most_events=enough)


def test_nodes_of_one_millisecond_have_spans_of_their_own():
    spans = made(log(500))["spans"]
    assert len({span["spanId"] for span in spans}) == 500
    assert all(len(span["spanId"]) == 16 for span in spans)
    assert {span["status"]["code"] for span in spans} == {"ok"}


def test_a_sensitive_value_is_not_in_the_error():
    found = made(log(1), secret=Hidden(["4711-4711"]))
    assert found["run"]["error"]["message"] == "the pin is [REDACTED]"
