"""Sending work back: which nodes and slices run again when a reviewer asks for changes. Pure."""

from __future__ import annotations

import re
from typing import Any

from shared.contracts.records import Interrupt
from shared.contracts.workflow import Workflow

from .errors import Conflict, Rejected
from .fold import REVISED
from .state import Draft, RunState

LONGEST_NOTE = 4000
SCOPES = ("whole", "section", "items")
_FIELD = "resumeValue.refineFeedback"


def revision(workflow: Workflow, state: RunState, interrupt: Interrupt, value: dict[str, Any]) -> Draft:
    """The event that makes part of a run happen again.

    The gate's ``config.revises`` says which sliced node is rewritten (``slices``) and which nodes follow
    from it (``then``). The answer's ``refineFeedback`` says which slices: all of them for the scope
    ``whole``, else those named by ``itemIds`` and ``sectionPath`` (ids or titles of ``data.sections``, or slice
    numbers), with ``text`` for all of them and ``comments`` for single ones.

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
    written = state.nodes.get(rewritten)
    total = len(written.outputs.get("items", [])) if written else 0
    feedback = value["refineFeedback"]
    chosen = _chosen(feedback, interrupt.data.get("sections") or [], total)
    if not chosen:
        raise Rejected("refineFeedback names no section: use scope whole, sectionPath or itemIds")
    notes = {str(index): note[:LONGEST_NOTE] for index, note in chosen.items() if note}
    nodes: dict[str, Any] = {rewritten: sorted(chosen)}
    nodes |= dict.fromkeys([*revises.get("then", []), interrupt.node_id])
    return Draft(REVISED, {"nodes": nodes, "notes": {rewritten: notes}}, interrupt.node_id)


def _chosen(feedback: dict[str, Any], sections: list[dict[str, Any]], total: int) -> dict[int, str]:
    """The comment for each slice that is to be rewritten."""
    if feedback.get("scope") not in (None, *SCOPES):  # a list, too, can be looked for in a tuple
        raise _wrong("scope", f"must be one of {', '.join(SCOPES)}")
    text = feedback.get("text") or ""
    if not isinstance(text, str):
        raise _wrong("text", "must be a text")
    if feedback.get("scope") == "whole":
        return dict.fromkeys(range(total), text)
    places = _places(sections, total)
    comments = _comments(feedback)
    named = [*_item_ids(feedback), *_section_path(feedback, places), *comments]
    unknown = [name for name in named if name not in places]
    if unknown:
        raise Rejected(f"refineFeedback names sections that are not there: {', '.join(unknown)[:200]}")
    chosen = dict.fromkeys((places[name] for name in named), text)
    for name, comment in comments.items():
        chosen[places[name]] = "\n".join(part for part in (text, comment) if part)
    return chosen


def _places(sections: list[dict[str, Any]], total: int) -> dict[str, int]:
    """The slice that a name stands for: an id before a number before a title."""
    titles = {str(one.get("title")): index for index, one in enumerate(sections)}
    numbers = {str(index): index for index in range(total)}
    return titles | numbers | {str(one.get("id")): index for index, one in enumerate(sections)}


def _item_ids(feedback: dict[str, Any]) -> list[str]:
    named = feedback.get("itemIds")
    if named is None:
        return []
    if not isinstance(named, list) or not all(_names(one) for one in named):
        raise _wrong("itemIds", "must be a list of section ids or numbers")
    return [str(one) for one in named]


def _section_path(feedback: dict[str, Any], places: dict[str, int]) -> list[str]:
    """A section's id, number or title, alone or as the last such part of a path: ``sections/2``, ``["sections", "a"]``."""
    path = feedback.get("sectionPath")
    if path is None:
        return []
    if not (_names(path) or (isinstance(path, list) and path and all(_names(one) for one in path))):
        raise _wrong("sectionPath", "must name a section: its id, its number, its title, or a path that ends in one")
    parts = [str(one) for one in path] if isinstance(path, list) else re.split(r"[/.]", str(path))
    return [next((one for one in (str(path), *reversed(parts)) if one in places), parts[-1])]


def _comments(feedback: dict[str, Any]) -> dict[str, str]:
    comments = feedback.get("comments") or {}
    if not isinstance(comments, dict) or not all(isinstance(one, str) for one in comments.values()):
        raise _wrong("comments", "must map section ids or numbers to texts")
    return comments


def _names(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)


def _wrong(name: str, must: str) -> Rejected:
    return Rejected(f"{_FIELD}.{name} {must}", details={"field": f"{_FIELD}.{name}"})
