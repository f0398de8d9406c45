"""Sending work back: which nodes and slices run again when a reviewer asks for changes. Pure."""

from __future__ import annotations

from typing import Any

from shared.contracts.records import Interrupt
from shared.contracts.workflow import Workflow

from .errors import Conflict, Rejected
from .fold import REVISED
from .state import Draft, RunState

LONGEST_NOTE = 4000


def revision(workflow: Workflow, state: RunState, interrupt: Interrupt, value: dict[str, Any]) -> Draft:
    """The event that makes part of a run happen again.

    The gate's ``config.revises`` says which sliced node is rewritten (``slices``) and which nodes follow
    from it (``then``). The answer's ``refineFeedback`` says which slices: all of them for the scope
    ``whole``, else those named by ``itemIds`` (of ``data.sections``, or slice numbers), with ``text`` for
    all of them and ``comments`` for single ones.

    Raises:
        Rejected: the gate cannot send back, or the feedback names nothing that is there.
        Conflict: it was sent back too often (``settings.maxLoopbackIterations``).
    """
    revises = workflow.node(interrupt.node_id).config.get("revises")
    if not isinstance(revises, dict):
        raise Rejected("this gate cannot send anything back: accept, reject, or edit")
    most = workflow.settings.max_loopback_iterations
    if state.revisions >= most:
        raise Conflict(f"the draft was sent back {most} times, which is the most", code="conflict")
    rewritten = revises["slices"]
    total = len(state.nodes[rewritten].outputs.get("items", []))
    feedback = value["refineFeedback"]
    chosen = _chosen(feedback, interrupt.data.get("sections") or [], total)
    if not chosen:
        raise Rejected("refineFeedback names no section: use scope whole, or itemIds")
    notes = {str(index): note[:LONGEST_NOTE] for index, note in chosen.items() if note}
    nodes: dict[str, Any] = {rewritten: sorted(chosen)}
    nodes |= dict.fromkeys([*revises.get("then", []), interrupt.node_id])
    return Draft(REVISED, {"nodes": nodes, "notes": {rewritten: notes}}, interrupt.node_id)


def _chosen(feedback: dict[str, Any], sections: list[dict[str, Any]], total: int) -> dict[int, str]:
    """The comment for each slice that is to be rewritten."""
    text = feedback.get("text") if isinstance(feedback.get("text"), str) else ""
    if feedback.get("scope") == "whole":
        return dict.fromkeys(range(total), str(text))
    comments = feedback.get("comments") if isinstance(feedback.get("comments"), dict) else {}
    places = {str(one.get("id")): index for index, one in enumerate(sections)}
    places |= {str(index): index for index in range(total) if str(index) not in places}
    named = [*(feedback.get("itemIds") or []), *(comments or {})]
    unknown = [str(name) for name in named if str(name) not in places]
    if unknown:
        raise Rejected(f"refineFeedback names sections that are not there: {', '.join(unknown)[:200]}")
    chosen = dict.fromkeys((places[str(name)] for name in named), str(text))
    for name, comment in (comments or {}).items():
        chosen[places[str(name)]] = "\n".join(part for part in (str(text), str(comment)) if part)
    return chosen
