"""Gates: nodes that wait for a person's answers or for another system's event."""

from __future__ import annotations

from typing import Any

from shared.domain.errors import Rejected
from shared.domain.outcome import Done, Outcome, Request, Wait, Work

from .core import schema

_QUESTION = {"id": "q1", "question": "What should be clarified?"}


async def clarification(work: Work) -> Outcome:
    """Ask questions and hand the answers on: outputs ``answers``."""
    if work.resume is not None:
        return Done(outputs={"answers": work.resume["value"]["answers"]})
    return Wait(request=_request(work, "clarification", {"questions": _questions(work)}))


async def interrupt(work: Work) -> Outcome:
    """Wait for what ``config.kind`` says; outputs ``value``, the answer."""
    if work.resume is not None:
        return Done(outputs={"value": work.resume["value"]})
    kind = work.config.get("kind", "external-event")
    match kind:
        case "external-event":
            data = {
                "eventType": str(work.config.get("eventType") or "external"),
                "correlation": work.config.get("correlation") or {},
            }
        case "custom":
            data = {"customKind": str(work.config.get("customKind") or "custom"), "payload": work.config.get("payload")}
        case "clarification":
            data = {"questions": _questions(work)}
        case _:
            raise Rejected(f"config.kind of node '{work.node_id}' must be external-event, clarification or custom")
    return Wait(request=_request(work, kind, data))


def _questions(work: Work) -> list[dict[str, Any]]:
    """Raises ``Rejected`` for questions that nobody could answer."""
    questions = work.config.get("questions") or [_QUESTION]
    if not isinstance(questions, list) or not all(_is_question(one) for one in questions):
        raise Rejected(f"config.questions of node '{work.node_id}' must be a list of {{id, question, schema?}}")
    for one in questions:
        schema(work, "questions.schema", one.get("schema"))
    return questions


def _is_question(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("id"), str) and isinstance(value.get("question"), str)


def _request(work: Work, kind: str, data: dict[str, Any]) -> Request:
    timeout_ms = work.config.get("timeoutMs")
    return Request(
        kind=kind,
        data=data,
        resume_schema=schema(work, "resumeSchema", work.config.get("resumeSchema")),
        timeout_s=timeout_ms / 1000 if isinstance(timeout_ms, int | float) and timeout_ms > 0 else None,
    )
