"""What a run has come to: the fold of its events, kept beside them."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from shared.contracts.states import RunStatus

NodeStatus = Literal["started", "waiting", "done", "failed", "skipped", "cancelled"]

SETTLED = frozenset({"done", "failed", "skipped", "cancelled"})


class NodeState(msgspec.Struct, frozen=True, omit_defaults=True):
    status: NodeStatus
    outputs: dict[str, Any] = {}
    error: dict[str, Any] | None = None
    slices: dict[int, dict[str, Any]] = {}
    """The outputs of the slices that are done, by index."""
    attempts: int = 0
    interrupt_id: str | None = None
    child_run_id: str | None = None
    waits_as: RunStatus | None = None

    @property
    def settled(self) -> bool:
        return self.status in SETTLED


class RunState(msgspec.Struct, frozen=True, omit_defaults=True):
    status: RunStatus = RunStatus.PENDING
    next_sequence: int = 0
    nodes: dict[str, NodeState] = {}
    """Nodes that something has happened to; a node that is not here has not started."""
    error: dict[str, Any] | None = None
    current_node: str | None = None
    """The node that was touched last and is not settled."""
    executions: int = 0
    """Nodes started so far, revisions included."""
    parking: bool = False
    """A pause was asked for that lets the nodes under way finish first."""
    pause_reason: str | None = None
    notes: dict[str, dict[int, str]] = {}
    """A reviewer's comments by node and slice (-1: the whole node), for the next time it runs."""
    revisions: int = 0
    """How often a reviewer has sent work back."""
    channels: dict[str, list[dict[str, Any]]] = {}
    """What was written to each channel: ``{"value", "_ts"}``, ``_ts`` in epoch milliseconds."""


class Draft(msgspec.Struct, frozen=True):
    """An event before it has a place in the log."""

    type: str
    payload: dict[str, Any] = {}
    node_id: str | None = None
