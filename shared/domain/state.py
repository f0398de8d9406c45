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


class Draft(msgspec.Struct, frozen=True):
    """An event before it has a place in the log."""

    type: str
    payload: dict[str, Any] = {}
    node_id: str | None = None
