"""A step's outcome to the events that say so. Pure."""

from __future__ import annotations

import random
from typing import Any
from uuid import UUID

from shared.contracts.states import Stage

from .decide import WHOLE
from .fold import SLICE_COMPLETED
from .outcome import ArtifactFile, Done, Fail, Request, Retry
from .stages import LIMITS
from .state import Draft, RunState


def claimed(state: RunState, node_id: str, index: int, type_id: str) -> list[Draft] | None:
    """A step was taken: its node's start, or nothing if it has started. None when there is no use in the work."""
    if not _open(state, node_id, index):
        return None
    return [] if node_id in state.nodes else [Draft("node.started", {"nodeId": node_id, "typeId": type_id}, node_id)]


def done(state: RunState, node_id: str, index: int, outcome: Done, artifact_ids: list[UUID]) -> list[Draft]:
    """A finished step; nothing when its node is settled already (a late or doubled result)."""
    if not _open(state, node_id, index):
        return []
    created = [
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


def suspended(state: RunState, node_id: str, interrupt_id: UUID, key: str, request: Request) -> list[Draft]:
    if not _open(state, node_id, WHOLE):
        return []
    ident = str(interrupt_id)
    asked: dict[str, Any] = {
        "nodeId": node_id,
        "interruptId": ident,
        "kind": request.kind,
        "key": key,
        "data": request.data,
    }
    if request.resume_schema is not None:
        asked["resumeSchema"] = request.resume_schema
    if request.timeout_s is not None:
        asked["timeoutMs"] = round(request.timeout_s * 1000)
    drafts = [Draft("interrupt.requested", asked, node_id)]
    twin = {"nodeId": node_id, "interruptId": ident}
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
    """Seconds to wait: exponential with full jitter above half, never below what the part asked for."""
    limits = LIMITS[stage]
    delay = min(limits.backoff_most_s, limits.backoff_s * float(2**failures))
    jittered = delay * random.uniform(0.5, 1)  # noqa: S311 - spreading retries, not secrets
    return max(jittered, outcome.after_s or 0)


def _open(state: RunState, node_id: str, index: int) -> bool:
    if state.status.terminal:
        return False
    node = state.nodes.get(node_id)
    return node is None or (not node.settled and index not in node.slices)


def _artifact(node_id: str, artifact_id: UUID, file: ArtifactFile) -> Draft:
    payload = {"artifactId": str(artifact_id), "artifactType": file.format, "nodeId": node_id}
    return Draft("artifact.created", payload, node_id)


_APPROVAL_KEYS = ("artifactId", "artifactType", "actions", "title", "approversList", "requiredApprovals")


def _kept(data: dict[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    return {key: data[key] for key in keys if key in data}
