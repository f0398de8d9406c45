"""A step's outcome to the events that say so. Pure."""

from __future__ import annotations

import math
import random
from typing import Any
from uuid import UUID

import msgspec

from shared.contracts.states import RunStatus, Stage

from .decide import WHOLE, cancel_nodes
from .fold import SLICE_COMPLETED
from .outcome import ArtifactFile, ChannelWrite, Done, Fail, Request, Retry
from .stages import LIMITS, MAX_NODE_EXECUTIONS
from .state import Draft, RunState

_LONGEST_ASKED_S = 3600


class Claimed(msgspec.Struct, frozen=True):
    """What to write down when a step was taken, and whether to do its work."""

    drafts: list[Draft]
    go: bool


def claimed(state: RunState, node_id: str, index: int, type_id: str, *, most: int = MAX_NODE_EXECUTIONS) -> Claimed:
    """A step was taken: its node's start, unless it has started; a breach when it is one node too many.

    Args:
        most: nodes that this run may start (``configurable.recursionLimit``).
    """
    known = node_id in state.nodes
    if not _open(state, node_id, index) or state.status is RunStatus.PAUSED or (state.parking and not known):
        return Claimed([], go=False)
    if known:
        return Claimed([], go=True)
    if state.executions >= most:
        breach = {"kind": "node-executions", "limit": most, "observed": state.executions + 1, "nodeId": node_id}
        message = f"the run may start {most} nodes and would start one more ('{node_id}')"
        return Claimed([*breached(state, breach, "recursion_limit_exceeded", message)], go=False)
    return Claimed([Draft("node.started", {"nodeId": node_id, "typeId": type_id}, node_id)], go=True)


def breached(state: RunState, breach: dict[str, Any], code: str, message: str) -> list[Draft]:
    """A limit was passed: say which, then end the run."""
    error = {"code": code, "message": message}
    return [
        Draft("cap.breached", breach, breach.get("nodeId")),
        *cancel_nodes(state),
        Draft("run.failed", {"error": error}),
    ]


def done(
    state: RunState, node_id: str, index: int, outcome: Done, artifact_ids: list[UUID], now_ms: int = 0
) -> list[Draft]:
    """A finished step; nothing when its node is settled already (a late or doubled result).

    Args:
        now_ms: epoch milliseconds, for channel writes.
    """
    if not _open(state, node_id, index):
        return []
    created = [_write(node_id, write, now_ms) for write in outcome.writes]
    created += [
        _artifact(node_id, artifact_id, file) for artifact_id, file in zip(artifact_ids, outcome.artifacts, strict=True)
    ]
    if index == WHOLE:
        return [*created, Draft("node.completed", {"nodeId": node_id, "outputs": outcome.outputs}, node_id)]
    payload = {"nodeId": node_id, "slice": index, "outputs": outcome.outputs}
    return [*created, Draft(SLICE_COMPLETED, payload, node_id)]


def failed(state: RunState, node_id: str, index: int, outcome: Fail) -> list[Draft]:
    if not _open(state, node_id, index):
        return []
    error: dict[str, Any] = {"code": outcome.code, "message": outcome.message}
    if outcome.details:
        error["details"] = outcome.details
    return [Draft("node.failed", {"nodeId": node_id, "error": error}, node_id)]


def retried(state: RunState, node_id: str, index: int, outcome: Retry) -> list[Draft]:
    if not _open(state, node_id, index):
        return []
    attempt = state.nodes[node_id].attempts + 1 if node_id in state.nodes else 1
    last = {"code": outcome.code, "message": outcome.message}
    return [Draft("node.retried", {"nodeId": node_id, "attempt": attempt, "lastError": last}, node_id)]


def suspended(state: RunState, node_id: str, key: str, request: Request) -> list[Draft]:
    """A node waits for an answer. ``key`` is the interrupt's id within its run: the same in every replay."""
    if not _open(state, node_id, WHOLE):
        return []
    asked: dict[str, Any] = {"nodeId": node_id, "interruptId": key, "kind": request.kind, "key": key}
    asked["data"] = request.data
    if request.resume_schema is not None:
        asked["resumeSchema"] = request.resume_schema
    if request.timeout_s is not None:
        asked["timeoutMs"] = round(request.timeout_s * 1000)
    drafts = [Draft("interrupt.requested", asked, node_id)]
    twin = {"nodeId": node_id, "interruptId": key}
    if request.kind == "approval":
        drafts.append(Draft("approval.requested", twin | _kept(request.data, _APPROVAL_KEYS), node_id))
    elif request.kind == "clarification":
        drafts.append(Draft("clarification.requested", twin | _kept(request.data, ("questions",)), node_id))
    drafts.append(Draft("node.suspended", {**twin, "kind": request.kind, "key": key}, node_id))
    return drafts


def spent(stage: Stage, errors: list[dict[str, Any]], outcome: Retry) -> bool:
    """Whether one more failure of this kind is one too many.

    Args:
        errors: the step's earlier failures, each with a ``code``.
    """
    same = sum(error["code"] == outcome.code for error in errors) + 1
    most = LIMITS[stage].attempts
    return same >= (outcome.limit or most) or len(errors) + 1 >= most


def backoff(stage: Stage, failures: int, outcome: Retry) -> float:
    """Seconds to wait: exponential with full jitter above half, never below what the part asked for, up to an hour."""
    limits = LIMITS[stage]
    delay = min(limits.backoff_most_s, limits.backoff_s * float(2**failures))
    jittered = delay * random.uniform(0.5, 1)  # noqa: S311 - spreading retries, not secrets
    asked = outcome.after_s or 0
    return max(jittered, min(asked, _LONGEST_ASKED_S)) if math.isfinite(asked) else jittered


def _open(state: RunState, node_id: str, index: int) -> bool:
    if state.status.terminal:
        return False
    node = state.nodes.get(node_id)
    return node is None or (not node.settled and index not in node.slices)


def _write(node_id: str, write: ChannelWrite, now_ms: int) -> Draft:
    payload = {"channel": write.channel, "reducer": "append", "value": write.value, "_ts": now_ms}
    if write.ttl_ms is not None:
        payload["ttlMs"] = write.ttl_ms
    return Draft("channel.written", payload, node_id)


def _artifact(node_id: str, artifact_id: UUID, file: ArtifactFile) -> Draft:
    payload = {"artifactId": str(artifact_id), "artifactType": file.format, "nodeId": node_id}
    return Draft("artifact.created", payload, node_id)


_APPROVAL_KEYS = ("artifactId", "artifactType", "actions", "title", "approversList", "requiredApprovals")


def _kept(data: dict[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    return {key: data[key] for key in keys if key in data}
