"""Events to state. Pure; an unknown event type changes nothing but the count."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol

from msgspec.structs import replace

from shared.contracts.states import RunStatus

from .state import NodeState, RunState

SLICE_COMPLETED = "vendor.pressrun.slice.completed"
PARKING = "vendor.pressrun.run.parking"
CHILD_STARTED = "vendor.pressrun.child.started"
CHILD_MOVED = "vendor.pressrun.child.moved"
REVISED = "vendor.pressrun.revision.requested"

WAITS_AS = {
    "approval": RunStatus.WAITING_APPROVAL,
    "clarification": RunStatus.WAITING_INPUT,
    "external-event": RunStatus.WAITING_EXTERNAL,
    "custom": RunStatus.WAITING_INPUT,
}
"""OpenWOP v1: what a run's status is while an interrupt of this kind is open."""


class Entry(Protocol):
    """The part of an event, or of a draft of one, that the fold looks at."""

    @property
    def type(self) -> str: ...
    @property
    def payload(self) -> Any: ...
    @property
    def node_id(self) -> str | None: ...


def fold(entries: Iterable[Entry], state: RunState | None = None) -> RunState:
    """Apply entries in order. ``fold(b, fold(a)) == fold(a + b)``."""
    state = state or RunState()
    for entry in entries:
        state = replace(_apply(state, entry), next_sequence=state.next_sequence + 1)
    return state


def _apply(state: RunState, entry: Entry) -> RunState:
    change = _RUN.get(entry.type)
    if change is not None:
        return change(state, entry)
    node_change = _NODE.get(entry.type)
    if node_change is not None and entry.node_id is not None:
        if entry.type == "node.started":
            state = replace(state, executions=state.executions + 1)
        return _with_node(state, entry.node_id, node_change(state.nodes.get(entry.node_id), entry.payload))
    return state


def _with_node(state: RunState, node_id: str, node: NodeState) -> RunState:
    nodes = {**state.nodes, node_id: node}
    if not node.settled:
        current = node_id
    else:
        current = next((name for name, other in nodes.items() if not other.settled), node_id)
    return replace(state, nodes=nodes, current_node=current, status=_status(state.status, nodes))


def _status(before: RunStatus, nodes: dict[str, NodeState]) -> RunStatus:
    if before.terminal or before is RunStatus.PAUSED:
        return before
    waits = [node.waits_as for node in nodes.values() if node.status == "waiting" and node.waits_as]
    return waits[-1] if waits else RunStatus.RUNNING


def _ended(status: RunStatus) -> Callable[[RunState, Entry], RunState]:
    def change(state: RunState, entry: Entry) -> RunState:
        return replace(state, status=status, error=entry.payload.get("error"), current_node=None)

    return change


def _paused(state: RunState, _entry: Entry) -> RunState:
    return replace(state, status=RunStatus.PAUSED, parking=False, pause_reason=None)


def _resumed(state: RunState, _entry: Entry) -> RunState:
    return replace(state, status=_status(RunStatus.RUNNING, state.nodes), parking=False, pause_reason=None)


def _parking(state: RunState, entry: Entry) -> RunState:
    return replace(state, parking=True, pause_reason=entry.payload.get("reason"))


def _written(state: RunState, entry: Entry) -> RunState:
    """A channel keeps what has not outlived the write's ``ttlMs`` at the time of the latest write."""
    name, now, ttl = entry.payload["channel"], entry.payload["_ts"], entry.payload.get("ttlMs")
    entries = [*state.channels.get(name, []), {"value": entry.payload.get("value"), "_ts": now}]
    alive = [one for one in entries if ttl is None or now - one["_ts"] < ttl]
    return replace(state, channels={**state.channels, name: alive})


def _revised(state: RunState, entry: Entry) -> RunState:
    """Nodes are forgotten so that they run again; of a sliced node only the named slices are."""
    nodes = dict(state.nodes)
    for node_id, slices in entry.payload["nodes"].items():
        node = nodes.pop(node_id, None)
        if node is not None and slices is not None:
            outputs = dict(enumerate(node.outputs.get("items", []))) or node.slices
            kept = {index: item for index, item in outputs.items() if index not in slices}
            nodes[node_id] = NodeState(status="started", slices=kept)
    notes = {
        node_id: {int(index): note for index, note in of_node.items()}
        for node_id, of_node in entry.payload.get("notes", {}).items()
    }
    status = _status(RunStatus.RUNNING, nodes)
    return replace(state, nodes=nodes, notes=notes, status=status, revisions=state.revisions + 1)


def _started(node: NodeState | None, _payload: Any) -> NodeState:
    return replace(node, status="started") if node else NodeState(status="started")


def _completed(node: NodeState | None, payload: Any) -> NodeState:
    return NodeState(status="done", outputs=payload.get("outputs") or {}, attempts=node.attempts if node else 0)


def _slice(node: NodeState | None, payload: Any) -> NodeState:
    node = node or NodeState(status="started")
    return replace(node, slices={**node.slices, payload["slice"]: payload.get("outputs") or {}})


def _failed(node: NodeState | None, payload: Any) -> NodeState:
    return NodeState(status="failed", error=payload["error"], attempts=node.attempts if node else 0)


def _retried(node: NodeState | None, payload: Any) -> NodeState:
    return replace(node or NodeState(status="started"), attempts=payload["attempt"])


def _suspended(node: NodeState | None, payload: Any) -> NodeState:
    return replace(
        node or NodeState(status="started"),
        status="waiting",
        interrupt_id=payload["interruptId"],
        waits_as=WAITS_AS[payload["kind"]],
    )


def _child_started(node: NodeState | None, payload: Any) -> NodeState:
    return replace(node or NodeState(status="started"), child_run_id=payload["childRunId"])


def _child_moved(node: NodeState | None, payload: Any) -> NodeState:
    """A parent shows what its child waits for."""
    status = RunStatus(payload["status"])
    if status not in WAITS_AS.values():
        return replace(node or NodeState(status="started"), status="started", waits_as=None)
    return replace(node or NodeState(status="started"), status="waiting", waits_as=status)


def _woken(node: NodeState | None, _payload: Any) -> NodeState:
    return replace(node or NodeState(status="started"), status="started", interrupt_id=None, waits_as=None)


_RUN: dict[str, Callable[[RunState, Entry], RunState]] = {
    "run.completed": _ended(RunStatus.COMPLETED),
    "run.failed": _ended(RunStatus.FAILED),
    "run.cancelled": _ended(RunStatus.CANCELLED),
    "run.paused": _paused,
    "run.resumed": _resumed,
    PARKING: _parking,
    "channel.written": _written,
    REVISED: _revised,
}

_NODE: dict[str, Callable[[NodeState | None, Any], NodeState]] = {
    "node.started": _started,
    "node.completed": _completed,
    SLICE_COMPLETED: _slice,
    "node.failed": _failed,
    "node.retried": _retried,
    "node.skipped": lambda _node, _payload: NodeState(status="skipped"),
    "node.cancelled": lambda _node, _payload: NodeState(status="cancelled"),
    "node.suspended": _suspended,
    "node.resumed": _woken,
    CHILD_STARTED: _child_started,
    CHILD_MOVED: _child_moved,
}
