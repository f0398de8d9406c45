"""Events to the frames of a stream, by OpenWOP v1's stream modes. Pure."""

from __future__ import annotations

from typing import Any

import msgspec

from shared.contracts.records import Event
from shared.domain.errors import Rejected
from shared.domain.redaction import NOTHING, Hidden, redact

from .feed import ENDS
from .requests import integer
from .snapshot import time

MODES = ("values", "updates", "messages", "debug")
MOST_BUFFER_MS = 5000

_UPDATES = frozenset(
    {
        *ENDS,
        "run.started",
        "run.paused",
        "run.resumed",
        "node.completed",
        "node.failed",
        "node.skipped",
        "node.cancelled",
        "node.suspended",
        "node.resumed",
        "node.dispatched",
        "artifact.created",
        "channel.written",
    }
)
_UPDATE_FAMILIES = ("approval.", "clarification.", "interrupt.")
KEEP_ALIVE = b": keepalive\n\n"


def modes(query: str | None) -> frozenset[str]:
    """The stream modes asked for.

    Raises:
        Rejected: an unknown mode, or ``values`` mixed with another (code ``unsupported_stream_mode``).
    """
    asked = ["updates"] if query is None else query.split(",")
    if not all(mode in MODES for mode in asked) or ("values" in asked and len(set(asked)) > 1):
        raise Rejected(
            f"streamMode must be one of {', '.join(MODES)}, or a list without values",
            code="unsupported_stream_mode",
            details={"supported": list(MODES)},
        )
    return frozenset(asked)


def buffer_ms(query: str | None) -> int:
    """Milliseconds to gather events for.

    Raises:
        Rejected: not an integer between 0 and 5000.
    """
    found = integer("bufferMs", query, 0) if query != "" else -1
    if not 0 <= found <= MOST_BUFFER_MS:
        raise Rejected(f"bufferMs must be an integer from 0 to {MOST_BUFFER_MS}")
    return found


def shown(event: Event, asked: frozenset[str]) -> bool:
    """Whether an event belongs to one of the modes (``values`` has frames of its own)."""
    if "debug" in asked:
        return True
    if "messages" in asked and event.type == "output.chunk":
        return True
    return "updates" in asked and (event.type in _UPDATES or event.type.startswith(_UPDATE_FAMILIES))


def document(event: Event, hidden: Hidden = NOTHING) -> dict[str, Any]:
    """The RunEventDoc on the wire.

    Args:
        hidden: the run's sensitive values.
    """
    doc: dict[str, Any] = {
        "eventId": str(event.event_id),
        "runId": event.run_id,
        "type": event.type,
        "payload": redact(hidden.mask(event.payload)),
        "timestamp": time(event.timestamp),
        "sequence": event.sequence,
    }
    if event.node_id is not None:
        doc["nodeId"] = event.node_id
    return doc


def message(event: Event, hidden: Hidden = NOTHING) -> dict[str, Any]:
    """A chunk of a model's text as ``messages`` mode shows it."""
    doc = document(event, hidden)
    payload = {"runId": event.run_id, **doc["payload"]}
    return doc | {"type": "ai.message.chunk", "payload": payload}


def value(event: Event, snapshot: dict[str, Any]) -> dict[str, Any]:
    """A ``state.snapshot``: the snapshot's fields, and the event envelope that clients insist on."""
    envelope = {
        "eventId": f"{event.event_id}-snapshot",
        "type": "state.snapshot",
        "timestamp": time(event.timestamp),
        "sequence": event.sequence,
        "payload": snapshot,
    }
    return snapshot | envelope


def frame(doc: dict[str, Any]) -> bytes:
    return f"id: {doc['sequence']}\nevent: {doc['type']}\ndata: ".encode() + msgspec.json.encode(doc) + b"\n\n"


def batch(docs: list[dict[str, Any]]) -> bytes:
    last = docs[-1]["sequence"]
    return f"id: {last}\nevent: batch\ndata: ".encode() + msgspec.json.encode(docs) + b"\n\n"


def flushes(event: Event) -> bool:
    """Whether a batch must not wait behind this event."""
    return event.type in ENDS or event.type == "node.suspended"
