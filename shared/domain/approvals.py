"""What may answer an interrupt, and what an answer says in the log. Pure. OpenWOP v1, interrupts."""

from __future__ import annotations

from typing import Any

import jsonschema

from shared.contracts.records import Interrupt

from .errors import Forbidden, Rejected, Unprocessable
from .state import Draft

VOTES = frozenset({"accept", "edit-accept", "reject"})
"""What is counted at a gate that wants several approvals. Sending back takes effect at once."""
VOTED = "vendor.pressrun.approval.voted"
ASKED = "vendor.pressrun.approval.asked"
_LEGACY = {"approved": "accept", "rejected": "reject"}


def check(interrupt: Interrupt, value: Any) -> Any:
    """The answer in its canonical form.

    Raises:
        Rejected: it does not fit the kind, the actions or the ``resumeSchema``.
        Unprocessable: the correlation does not match.
    """
    if interrupt.resume_schema is not None:
        _fits(value, interrupt.resume_schema, "resumeValue", "resumeSchema")
    match interrupt.kind:
        case "approval":
            return _approval(interrupt, value)
        case "clarification":
            return _clarification(interrupt, value)
        case "external-event":
            return _external(interrupt, value)
        case _:
            return value


def approvers(interrupt: Interrupt) -> list[str]:
    """Ids of the principals who alone may answer; empty: whoever may answer for the run."""
    return [str(one) for one in interrupt.data.get("approversList") or []]


def check_approver(interrupt: Interrupt, by: str) -> None:
    """Raises ``Forbidden`` when the gate names its approvers and this is none of them."""
    named = approvers(interrupt)
    if named and by not in named:
        raise Forbidden("this gate names its approvers (approversList), and the caller is none of them")


def wants_quorum(interrupt: Interrupt) -> bool:
    return interrupt.kind == "approval" and int(interrupt.data.get("requiredApprovals", 1)) > 1


def with_vote(interrupt: Interrupt, value: dict[str, Any], by: str) -> list[dict[str, Any]]:
    """The votes so far and this one; who votes again changes the vote. Named approvers vote as themselves.

    Who edits puts another document to the vote: votes so far were for the one before it.
    """
    voter = by if approvers(interrupt) else str(value.get("voter") or by)
    if value["action"] == "edit-accept":
        return [{"edited": value["editedArtifactData"], "by": voter}, {"voter": voter, "action": "accept"}]
    others = [vote for vote in interrupt.votes if vote.get("voter") != voter]
    return [*others, {"voter": voter, "action": value["action"]}]


def edited(votes: list[dict[str, Any]]) -> Any:
    """The document that a voter put in the draft's place; None where the draft itself is voted on."""
    return next((vote["edited"] for vote in votes if "edited" in vote), None)


def verdict(interrupt: Interrupt, votes: list[dict[str, Any]]) -> str | None:
    """``accept`` or ``reject`` once the votes decide; None until then."""
    needed = int(interrupt.data.get("requiredApprovals", 1))
    accepts, rejects = _count(votes, "accept"), _count(votes, "reject")
    if accepts >= needed:
        return "accept"
    veto = 1 if interrupt.data.get("rejectionPolicy", "majority") == "single-veto" else needed // 2 + 1
    return "reject" if rejects >= veto else None


def decided(verdict: str, votes: list[dict[str, Any]], last: dict[str, Any]) -> dict[str, Any]:
    """The answer that the votes come to, with the words of the vote that decided and the document voted on."""
    value: dict[str, Any] = {"action": verdict, "votes": sum("voter" in vote for vote in votes)}
    value |= {name: last[name] for name in ("feedback",) if name in last}
    if verdict == "accept" and (document := edited(votes)) is not None:
        value |= {"action": "edit-accept", "editedArtifactData": document}
    return value


def voted(interrupt: Interrupt, votes: list[dict[str, Any]], action: str) -> Draft:
    """The event of one vote, whether or not it decides."""
    counts = {name: _count(votes, name) for name in ("accept", "reject")}
    needed = int(interrupt.data.get("requiredApprovals", 1))
    payload = {"nodeId": interrupt.node_id, "interruptId": interrupt.key, "voter": votes[-1]["voter"], "action": action}
    return Draft(VOTED, payload | {"votes": counts, "requiredApprovals": needed}, interrupt.node_id)


def asked(interrupt: Interrupt, value: dict[str, Any], by: str) -> Draft:
    """The event of a question back: the gate stays as it is."""
    payload = {"nodeId": interrupt.node_id, "interruptId": interrupt.key, "askedBy": by}
    told = {name: value[name] for name in ("feedback",) if isinstance(value.get(name), str)}
    return Draft(ASKED, payload | told, interrupt.node_id)


def _count(votes: list[dict[str, Any]], action: str) -> int:
    return sum(vote.get("action") == action for vote in votes if "voter" in vote)


def answered(interrupt: Interrupt, value: Any, by: str | None) -> list[Draft]:
    """The events of an answer."""
    node = interrupt.node_id
    drafts: list[Draft] = []
    if interrupt.kind == "approval":
        told = {key: value[key] for key in ("feedback", "refineFeedback", "editedArtifactData") if key in value}
        received = {"nodeId": node, "action": value["action"], "decidedBy": by, **told}
        drafts.append(Draft("approval.received", received, node))
    elif interrupt.kind == "clarification":
        answers = {"nodeId": node, "answers": value["answers"], "answeredBy": by}
        drafts.append(Draft("clarification.resolved", answers, node))
    resolved = {"nodeId": node, "interruptId": interrupt.key, "kind": interrupt.kind, "resolvedBy": by}
    return [
        *drafts,
        Draft("interrupt.resolved", resolved, node),
        Draft("node.resumed", {"nodeId": node, "interruptId": interrupt.key}, node),
    ]


def _fits(value: Any, schema: dict[str, Any], field: str, where: str) -> None:
    """Raises ``Rejected``, which shows where in the schema and never the value."""
    try:
        jsonschema.validate(value, schema)
    except jsonschema.ValidationError as error:
        broken = "/".join(str(part) for part in error.absolute_schema_path)
        raise Rejected(f"{field} does not fit its schema (see {where}/{broken})", details={"field": field}) from None


def timed_out(interrupt: Interrupt) -> list[Draft]:
    """The events of a question that nobody answered in time. An approval that nobody gave is none."""
    approval, node = interrupt.kind == "approval", interrupt.node_id
    code = "approval_rejected" if approval else "interrupt_timeout"
    error = {"code": code, "message": f"nobody answered the {interrupt.kind} of node '{node}' in time"}
    failed = Draft("node.failed", {"nodeId": node, "error": error}, node)
    return [Draft("approval.received", {"nodeId": node, "action": "timeout"}, node), failed] if approval else [failed]


def _approval(interrupt: Interrupt, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Rejected("resumeValue must be an object with an 'action'")
    action = value.get("action") or _LEGACY.get(str(value.get("decision")))
    allowed = interrupt.data.get("actions") or ["accept", "reject"]
    if action not in allowed:
        raise Rejected(f"resumeValue.action must be one of {', '.join(allowed)}")
    if action == "refine" and not isinstance(value.get("refineFeedback"), dict):
        raise Rejected("resumeValue.refineFeedback must say what to change: {scope, itemIds?, text?}")
    if action == "edit-accept" and "editedArtifactData" not in value:
        raise Rejected("resumeValue.editedArtifactData must hold the edited draft")
    return {**value, "action": action}


def _clarification(interrupt: Interrupt, value: Any) -> dict[str, Any]:
    answers = value.get("answers") if isinstance(value, dict) else None
    if isinstance(answers, list):
        answers = {one["id"]: one.get("answer") for one in answers if _names_a_question(one)}
    if not isinstance(answers, dict):
        raise Rejected("resumeValue.answers must map each question's id to its answer")
    questions = interrupt.data.get("questions", [])
    missing = [one["id"] for one in questions if one["id"] not in answers]
    if missing:
        raise Rejected(f"resumeValue.answers must answer {', '.join(missing)}")
    for one in questions:
        if one.get("schema") is not None:
            _fits(answers[one["id"]], one["schema"], f"resumeValue.answers.{one['id']}", "questions' schema")
    return {**value, "answers": answers}


def _names_a_question(answer: Any) -> bool:
    return isinstance(answer, dict) and isinstance(answer.get("id"), str)


def _external(interrupt: Interrupt, value: Any) -> Any:
    wanted = interrupt.data.get("correlation") or {}
    if not isinstance(value, dict) or any(value.get(key) != expected for key, expected in wanted.items()):
        raise Unprocessable("resumeValue does not match the correlation that is waited for")
    return value
