"""The debug bundle of a run: what happened, without what it was about. Pure. OpenWOP v1, section 7.4."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from shared.contracts.records import Event, Run
from shared.domain.state import RunState

from .snapshot import time

MOST_BYTES = 8 * 1024 * 1024


def bundle(run: Run, state: RunState, events: list[Event], *, version: str, now: datetime) -> dict[str, Any]:
    """Every event without its payload; inputs and variables are left out."""
    shown: dict[str, Any] = {"runId": run.id, "workflowId": run.workflow_id, "status": state.status}
    shown |= {"startedAt": time(run.started_at or run.created_at), "inputs": {}, "variables": {}}
    if run.completed_at is not None:
        shown["endedAt"] = time(run.completed_at)
    if state.error is not None:
        shown["error"] = {"code": state.error["code"], "message": state.error["message"]}
    made: dict[str, Any] = {
        "bundleVersion": "1.0",
        "generatedAt": time(now),
        "host": {"name": "pressrun", "version": version, "vendor": "Pressrun"},
        "run": shown,
        "events": [_event(event) for event in events],
        "spans": _spans(run, events),
        "metrics": {"nodeCount": len(state.nodes), "eventCount": len(events)},
        "redactionApplied": True,
        "redactionMode": "omit",
    }
    if len(msgspec.json.encode(made)) > MOST_BYTES:
        kept = made["events"][: len(events) // 4]
        made |= {"events": kept, "truncated": True, "truncatedReason": "the bundle would be larger than 8 MB"}
        made["metrics"]["eventCount"] = len(kept)
    return made


def _event(event: Event) -> dict[str, Any]:
    doc = {
        "eventId": str(event.event_id),
        "runId": event.run_id,
        "type": event.type,
        "payload": {},
        "timestamp": time(event.timestamp),
        "sequence": event.sequence,
    }
    return doc | ({"nodeId": event.node_id} if event.node_id else {})


def _spans(run: Run, events: list[Event]) -> list[dict[str, Any]]:
    """One span per node that ended, from its start to its end."""
    started = {event.node_id: event for event in events if event.type == "node.started"}
    ended = {"node.completed": "OK", "node.failed": "ERROR", "node.cancelled": "UNSET"}
    return [
        {
            "traceId": run.trace_id,
            "spanId": started[event.node_id].event_id.hex[:16],
            "name": event.node_id,
            "kind": "internal",
            "startTime": time(started[event.node_id].timestamp),
            "endTime": time(event.timestamp),
            "status": {"code": ended[event.type]},
        }
        for event in events
        if event.type in ended and event.node_id in started
    ]
