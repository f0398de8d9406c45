"""The debug bundle of a run: what happened, without what it was about. Pure. OpenWOP v1, section 7.4."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

from shared.contracts.records import Event, Run
from shared.domain.redaction import Hidden, redact
from shared.domain.state import RunState

from .snapshot import time

MOST_BYTES = 8 * 1024 * 1024
MOST_EVENTS = 50_000
"""More do not fit into the bytes, however small they are."""

_ENDED = {"node.completed": "ok", "node.failed": "error", "node.cancelled": "unset"}


def bundle(
    run: Run,
    state: RunState,
    events: list[Event],
    *,
    secret: Hidden,
    version: str,
    now: datetime,
    most_events: int = MOST_EVENTS,
) -> dict[str, Any]:
    """The log from its beginning, events without their payloads; inputs and variables are left out.

    What would be too many events, or too many bytes, is cut off at the end and said: ``truncated``, with the reason,
    and ``metrics.eventCount`` of the whole log.

    Args:
        events: at least the first ``most_events`` of the log, if it has so many.
        secret: the run's sensitive values.
    """
    shown: dict[str, Any] = {"runId": run.id, "workflowId": run.workflow_id, "status": state.status}
    shown |= {"startedAt": time(run.started_at or run.created_at), "inputs": {}, "variables": {}}
    if run.completed_at is not None:
        shown["endedAt"] = time(run.completed_at)
    if state.error is not None:
        shown["error"] = redact(secret.mask({"code": state.error["code"], "message": state.error["message"]}))
    total = max(len(events), state.next_sequence)
    made: dict[str, Any] = {
        "bundleVersion": "1.0",
        "generatedAt": time(now),
        "host": {"name": "pressrun", "version": version, "vendor": "Pressrun"},
        "run": shown,
        "events": [],
        "spans": [],
        "metrics": {"nodeCount": len(state.nodes), "eventCount": total},
        "redactionApplied": True,
        "redactionMode": "omit",
        "truncated": True,
        "truncatedReason": f"there are more than {most_events} events",
    }
    left = MOST_BYTES - len(msgspec.json.encode(made))
    for event, span in _entries(run, events[:most_events]):
        left -= sum(len(msgspec.json.encode(part)) + 1 for part in (event, span) if part)
        if left < 0:
            return made | {"truncatedReason": f"the bundle would be larger than {MOST_BYTES} bytes"}
        made["events"].append(event)
        if span:
            made["spans"].append(span)
    if len(made["events"]) == total:
        del made["truncated"], made["truncatedReason"]
    return made


def _entries(run: Run, events: list[Event]) -> Iterator[tuple[dict[str, Any], dict[str, Any] | None]]:
    """Each event, with the span of the node that ended with it."""
    started: dict[str | None, Event] = {}
    for event in events:
        if event.type == "node.started":
            started[event.node_id] = event
        ends = event.type in _ENDED and event.node_id in started
        yield _event(event), _span(run, started[event.node_id], event) if ends else None


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


def _span(run: Run, start: Event, end: Event) -> dict[str, Any]:
    return {
        "traceId": run.trace_id,
        "spanId": start.event_id.hex[-16:],  # its random half: the other one is the time, which nodes may share
        "name": end.node_id,
        "kind": "internal",
        "startTime": time(start.timestamp),
        "endTime": time(end.timestamp),
        "status": {"code": _ENDED[end.type]},
    }
