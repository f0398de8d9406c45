"""How far a run is: finished steps over planned steps. Nobody writes percentages."""

from __future__ import annotations

from typing import Any

import msgspec

from shared.contracts.states import RunStatus
from shared.contracts.workflow import Node, Workflow

from .errors import Rejected
from .state import RunState
from .values import count, resolve, variables


class NodeProgress(msgspec.Struct, frozen=True):
    """``done`` of ``total`` slices; a node without slices counts as one."""

    id: str
    name: str
    status: str
    done: int
    total: int


def nodes(workflow: Workflow, state: RunState, inputs: dict[str, Any] | None = None) -> list[NodeProgress]:
    """Progress per node in the definition's order."""
    known = variables(workflow, inputs or {})
    return [_node(node, state, known) for node in workflow.nodes]


def percent(workflow: Workflow, state: RunState, inputs: dict[str, Any] | None = None) -> int:
    """0 to 100; 100 only when the run is completed."""
    if state.status is RunStatus.COMPLETED:
        return 100
    found = nodes(workflow, state, inputs)
    share = sum(node.done / node.total for node in found) / len(found)
    return min(99, int(share * 100))


def _node(node: Node, state: RunState, known: dict[str, Any]) -> NodeProgress:
    now = state.nodes.get(node.id)
    name = node.name or node.id
    if now is None:
        return NodeProgress(node.id, name, "pending", 0, 1)
    if now.status in {"done", "skipped"}:
        total = len(now.outputs["items"]) if "forEach" in node.config and "items" in now.outputs else 1
        return NodeProgress(node.id, name, now.status, max(total, 1), max(total, 1))
    return NodeProgress(node.id, name, now.status, len(now.slices), _total(node, state, known))


def _total(node: Node, state: RunState, known: dict[str, Any]) -> int:
    each = node.config.get("forEach")
    if each is None:
        return 1
    try:
        return count(resolve(node, state, known).get(each)) or 1
    except Rejected:
        return 1
