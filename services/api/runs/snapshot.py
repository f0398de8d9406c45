"""A run as OpenWOP v1 shows it. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from shared.contracts.records import Event, Interrupt, Run
from shared.contracts.states import RunStatus
from shared.contracts.workflow import Workflow
from shared.domain.redaction import MASK, Hidden, hidden, redact
from shared.domain.state import NodeState, RunState
from shared.domain.tokens import Link
from shared.domain.values import assigned, variables


def snapshot(run: Run, state: RunState, workflow: Workflow) -> dict[str, Any]:
    """The RunSnapshot: a projection of the log and of what the run was started with."""
    secret = hidden(workflow, run.inputs)
    shown: dict[str, Any] = {
        "runId": run.id,
        "workflowId": run.workflow_id,
        "status": state.status,
        "owner": {"tenant": str(run.principal_id)},
        "nodeStates": {node_id: _node(node, secret) for node_id, node in state.nodes.items()},
        "variables": _variables(run, state, workflow, secret),
        "channels": secret.mask(state.channels),
        "tags": run.tags,
        "metadata": redact(run.metadata),
        "configurable": redact(run.configurable),
        "startedAt": time(run.started_at or run.created_at),
    }
    if state.current_node is not None:
        shown["currentNodeId"] = state.current_node
    if run.completed_at is not None and state.status.terminal:
        shown["completedAt"] = shown["endedAt"] = time(run.completed_at)
    if state.error is not None:
        told = {key: state.error[key] for key in ("code", "message", "details") if key in state.error}
        shown["error"] = redact(secret.mask(told))
    if run.parent_run_id is not None:
        shown |= {"parentRunId": run.parent_run_id, "parentNodeId": run.parent_node_id}
    if run.report_id is not None:
        shown["reportId"] = str(run.report_id)
    return shown


def as_of(run: Run, state: RunState, event: Event) -> Run:
    """A run that was read before ``event``, with the times that the event gave it.

    Args:
        state: the fold up to and with the event.
    """
    started = run.started_at or (None if state.status is RunStatus.PENDING else event.timestamp)
    completed = event.timestamp if state.status.terminal else None
    return msgspec.structs.replace(run, started_at=started, completed_at=completed)


def with_interrupt(shown: dict[str, Any], interrupt: Interrupt, link: Link | None, secret: Hidden) -> dict[str, Any]:
    """Add what the run waits for; the link only for callers who may answer."""
    asked: dict[str, Any] = {
        "kind": interrupt.kind,
        "nodeId": interrupt.node_id,
        "interruptId": interrupt.key,
        "key": interrupt.key,
        "data": redact(secret.mask(interrupt.data)),
    }
    return shown | {"interrupt": asked | (msgspec.to_builtins(link) if link else {})}


def time(moment: datetime) -> str:
    """ISO 8601 in UTC with milliseconds."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _variables(run: Run, state: RunState, workflow: Workflow, secret: Hidden) -> dict[str, Any]:
    """What the client gave is shown as it was given, but for what is sensitive; nor does that go by another name."""
    shown = variables(workflow, run.inputs) | secret.mask(assigned(workflow, state) | state.channels)
    sensitive = [variable.name for variable in workflow.variables if variable.sensitive]
    return shown | dict.fromkeys(sensitive, MASK)


def _node(node: NodeState, secret: Hidden) -> dict[str, Any]:
    shown: dict[str, Any] = {"status": node.status}
    if node.outputs:
        shown["outputs"] = secret.mask(node.outputs)
    if node.error is not None:
        shown["error"] = redact(secret.mask(node.error))
    if node.attempts:
        shown["attempts"] = node.attempts
    if node.child_run_id is not None:
        shown["childRunId"] = node.child_run_id
    return shown
