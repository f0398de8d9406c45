"""A definition and a state to what happens next. Pure: the pipeline carries it out.

The steps that must exist are a function of the state alone, so planning twice is harmless:
the steps table ignores a step that it already has.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec

from shared.contracts.states import RunStatus, Stage
from shared.contracts.workflow import Edge, Node, Workflow

from .errors import Rejected
from .fold import fold
from .stages import STAGE_OF
from .state import Draft, NodeState, RunState
from .values import count, holds, resolve

WHOLE = -1
"""The slice number of a step that is a whole node."""

_HANDLES_FAILURE = frozenset({"any_failed", "all_complete"})


class Planned(msgspec.Struct, frozen=True):
    """A step that must exist."""

    node_id: str
    slice: int
    type_id: str
    stage: Stage


class Decision(msgspec.Struct, frozen=True):
    events: list[Draft]
    steps: list[Planned]
    state: RunState
    """After the events."""


def decide(workflow: Workflow, state: RunState, known: dict[str, Any]) -> Decision:
    """What follows from a state: events to append now and steps that must exist.

    Args:
        known: the run's variables (``values.variables``).
    """
    events: list[Draft] = []
    while not state.status.terminal and state.status is not RunStatus.PAUSED:
        drafts, steps = _once(workflow, state, known)
        if not drafts:
            return Decision(events, steps, state)
        events += drafts
        state = fold(drafts, state)
    return Decision(events, [], state)


def _once(workflow: Workflow, state: RunState, known: dict[str, Any]) -> tuple[list[Draft], list[Planned]]:
    if failure := _unhandled(workflow, state):
        return _fail(state, *failure), []
    if state.parking and not any(node.status == "started" for node in state.nodes.values()):
        why = {"reason": state.pause_reason} if state.pause_reason else {}
        return [Draft("run.paused", why | {"drainPolicy": "drain-current-node"})], []
    steps: list[Planned] = []
    for node in workflow.nodes:
        now = state.nodes.get(node.id)
        fate = _fate(workflow, node, state, known) if now is None else "run" if now.status == "started" else "wait"
        if fate == "skip":
            return [Draft("node.skipped", {"nodeId": node.id}, node.id)], []
        if fate == "run":
            drafts, planned = _plan(node, now, state, known)
            if drafts:
                return drafts, []
            steps += planned
    if not steps and all((now := state.nodes.get(node.id)) is not None and now.settled for node in workflow.nodes):
        return [Draft("run.completed")], []
    return [], steps


def _plan(
    node: Node, now: NodeState | None, state: RunState, known: dict[str, Any]
) -> tuple[list[Draft], list[Planned]]:
    """Events when the node settles by itself, else the steps that it needs."""
    stage = STAGE_OF.get(node.type_id)
    if stage is None:
        return _broken(node, now, "node_type_unknown", f"node type '{node.type_id}' is not known here"), []
    each = node.config.get("forEach")
    if each is None:
        return [], [Planned(node.id, WHOLE, node.type_id, stage)]
    try:
        total = count(resolve(node, state, known).get(each))
    except Rejected as error:
        return _broken(node, now, error.code, error.message), []
    if total is None:
        return _broken(node, now, "input_invalid", f"input '{each}' of node '{node.id}' must be an array"), []
    done = now.slices if now else {}
    if len(done) >= total:
        items = {"items": [done[index] for index in range(total)]}
        completed = Draft("node.completed", {"nodeId": node.id, "outputs": items}, node.id)
        return [*_start(node, now), completed], []
    return [], [Planned(node.id, index, node.type_id, stage) for index in range(total) if index not in done]


def _fate(workflow: Workflow, node: Node, state: RunState, known: dict[str, Any]) -> str:
    """``run``, ``wait`` or ``skip``. Edges of one trigger rule are judged together; every rule must agree."""
    if state.parking:
        return "wait"
    if node.disabled:
        return "skip"
    rules: dict[str, Counter[str]] = {}
    for edge in workflow.edges:
        if edge.target_node_id == node.id:
            rules.setdefault(edge.trigger_rule, Counter())[_end(edge, state, known)] += 1
    fates = {_rule(rule, ends) for rule, ends in rules.items()}
    return "skip" if "skip" in fates else "wait" if "wait" in fates else "run"


def _end(edge: Edge, state: RunState, known: dict[str, Any]) -> str:
    source = state.nodes.get(edge.source_node_id)
    if source is None or not source.settled:
        return "open"
    if source.status == "done":
        return "success" if holds(edge.condition, source.outputs, state, known) else "skipped"
    return "failed" if source.status == "failed" else "skipped"


def _rule(rule: str, ends: Counter[str]) -> str:
    """OpenWOP v1's trigger rules over the ends of a node's incoming edges."""
    unsettled, good, bad = ends["open"], ends["success"], ends["failed"]
    met = {
        "all_success": not (unsettled or bad or ends["skipped"]),
        "any_success": good > 0,
        "all_complete": not unsettled,
        "none_failed": not unsettled and not bad,
        "any_failed": bad > 0,
    }[rule]
    if met:
        return "run"
    lost = {"all_success": bad or ends["skipped"], "none_failed": bad}.get(rule, not unsettled)
    return "skip" if lost else "wait"


def _unhandled(workflow: Workflow, state: RunState) -> tuple[str, dict[str, Any]] | None:
    for node_id, node in state.nodes.items():
        handled = any(
            edge.trigger_rule in _HANDLES_FAILURE for edge in workflow.edges if edge.source_node_id == node_id
        )
        if node.status == "failed" and node.error is not None and not handled:
            return node_id, node.error
    return None


def _fail(state: RunState, node_id: str, error: dict[str, Any]) -> list[Draft]:
    reason = {"code": error["code"], "message": error["message"]}
    return [*cancel_nodes(state), Draft("run.failed", {"error": reason, "failedNodeId": node_id})]


def cancel_nodes(state: RunState) -> list[Draft]:
    """``node.cancelled`` for every node that is under way."""
    return [
        Draft("node.cancelled", {"nodeId": node_id}, node_id)
        for node_id, node in state.nodes.items()
        if not node.settled
    ]


def _start(node: Node, now: NodeState | None) -> list[Draft]:
    return [] if now else [Draft("node.started", {"nodeId": node.id, "typeId": node.type_id}, node.id)]


def _broken(node: Node, now: NodeState | None, code: str, message: str) -> list[Draft]:
    error = {"code": code, "message": message}
    return [*_start(node, now), Draft("node.failed", {"nodeId": node.id, "error": error}, node.id)]
