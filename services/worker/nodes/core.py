"""The node types that every OpenWOP host has: noop, identity, delay, fail and the approval gate."""

from __future__ import annotations

from typing import Any

import jsonschema

from shared.domain.errors import Rejected
from shared.domain.outcome import Done, Fail, Outcome, Request, Wait, Work

LONGEST_DELAY_MS = 60_000
_ACTIONS = ("accept", "reject")
_LEGACY = {"approved": "accept", "rejected": "reject"}
_POLICIES = ("majority", "single-veto")
_TOLD = ("description", "artifactData", "requiredApprovals", "approversList", "rejectionPolicy")


async def noop(work: Work) -> Outcome:  # noqa: ARG001 - every node function takes its work
    """Do nothing."""
    return Done()


async def identity(work: Work) -> Outcome:
    """Hand the inputs on as outputs."""
    return Done(outputs=dict(work.inputs))


async def delay(work: Work) -> Outcome:
    """Wait ``delayMs`` (input, else config ``delayMs`` or ``ms``) without holding a worker. A replay does not wait."""
    milliseconds = _milliseconds(work)
    if work.resume is None and not work.replaying and milliseconds > 0:
        return Wait(delay_s=milliseconds / 1000)
    return Done(outputs={"delayMs": milliseconds})


async def fail(work: Work) -> Outcome:
    """Fail as the config says."""
    return Fail(
        code=str(work.config.get("code") or "conformance_test_failure"),
        message=str(work.config.get("message") or "this node always fails"),
    )


async def approval_gate(work: Work) -> Outcome:
    """Ask for an approval, and pass or fail as it is answered. An action that was not offered changes nothing."""
    asked = _request(work)
    if work.resume is None:
        return Wait(request=asked)
    given = work.resume.get("value") if isinstance(work.resume, dict) else None
    answer = given if isinstance(given, dict) else {}
    action = answer.get("action") or _LEGACY.get(str(answer.get("decision")))
    if action not in asked.data["actions"] or action == "ask":
        return Wait(request=asked)
    if action == "reject":
        feedback = answer.get("feedback")
        reason = f": {feedback}" if isinstance(feedback, str) and feedback else ""
        return Fail(code="approval_rejected", message=f"the approval was rejected{reason}")
    told = {name: answer[name] for name in ("feedback",) if name in answer}
    edited = {"document": answer["editedArtifactData"]} if action == "edit-accept" else {}
    return Done(outputs={"decision": "approved", "action": action, **told, **edited})


def _request(work: Work) -> Request:
    said = {**work.config, **{name: value for name, value in work.inputs.items() if value is not None}}
    actions = said.get("actions") or list(_ACTIONS)
    if not isinstance(actions, list) or not all(isinstance(action, str) for action in actions):
        raise Rejected(f"config.actions of node '{work.node_id}' must be a list of texts")
    data: dict[str, Any] = {
        "artifactId": str(said.get("artifactId") or work.node_id),
        "artifactType": str(said.get("artifactType") or "document"),
        "title": str(said.get("title") or "Approval needed"),
        "actions": actions,
    }
    if isinstance(work.inputs.get("sections"), list):
        data["sections"] = [{"id": one["id"], "title": one["title"]} for one in work.inputs["sections"]]
    data |= {name: said[name] for name in _TOLD if said.get(name) is not None}
    _check(work, data)
    timeout_ms = said.get("timeoutMs")
    return Request(
        kind="approval",
        data=data,
        resume_schema=schema(work, "resumeSchema", work.config.get("resumeSchema")),
        timeout_s=timeout_ms / 1000 if isinstance(timeout_ms, int | float) and timeout_ms > 0 else None,
    )


def schema(work: Work, field: str, given: Any) -> dict[str, Any] | None:
    """A JSON Schema of the node's config. Raises ``Rejected`` when it is none, before anybody is asked by it."""
    if given is None:
        return None
    try:
        jsonschema.Draft202012Validator.check_schema(given)
    except jsonschema.SchemaError:
        raise Rejected(f"config.{field} of node '{work.node_id}' is not a JSON Schema") from None
    if not isinstance(given, dict):
        raise Rejected(f"config.{field} of node '{work.node_id}' must be an object")
    return given


def _check(work: Work, data: dict[str, Any]) -> None:
    """Raises ``Rejected`` when nobody could count the approvals."""
    needed, named = data.get("requiredApprovals", 1), data.get("approversList", [])
    if isinstance(needed, bool) or not isinstance(needed, int) or needed < 1:
        raise Rejected(f"requiredApprovals of node '{work.node_id}' must be an integer of at least 1")
    if not isinstance(named, list):
        raise Rejected(f"approversList of node '{work.node_id}' must be a list")
    if data.get("rejectionPolicy", "majority") not in _POLICIES:
        raise Rejected(f"rejectionPolicy of node '{work.node_id}' must be one of {', '.join(_POLICIES)}")


def _milliseconds(work: Work) -> int:
    given = work.inputs.get("delayMs")
    if given is None:
        given = work.config.get("delayMs", work.config.get("ms", 0))
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 <= given <= LONGEST_DELAY_MS:
        raise Rejected(
            f"delayMs must be a number from 0 to {LONGEST_DELAY_MS}",
            details={"field": "delayMs", "nodeId": work.node_id},
        )
    return int(given)
