"""No path prints a report that its reviewer has not released."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from services.worker.nodes.core import approval_gate
from shared.contracts.states import RunStatus
from shared.contracts.workflow import Workflow
from shared.domain.approvals import VOTED
from shared.domain.decide import Planned
from shared.domain.errors import Conflict, Rejected
from shared.domain.fold import REVISED
from shared.domain.outcome import Done, Fail, Retry, Wait
from shared.domain.state import Draft
from shared.templates import registry
from tests.unit.domain.model import Model
from tests.unit.worker.nodes.test_core import work

TEMPLATES = {folder.template.key: folder.workflow for folder in registry.load().by_id.values()}
SECTIONS = [{"id": "a", "title": "A"}, {"id": "b", "title": "B"}, {"id": "c", "title": "C"}]
AFTER = ("join", "summarise", "assemble", "check")
"""What follows from the sections."""
RELEASES = {"accept", "edit-accept"}

VOTERS = ("ann", "ben", "cem")

WORDS = ("accept", "accept", "reject", "refine", "edit-accept", "expire", "fail", "retry", "fork", "continue")
actions = st.lists(
    st.tuples(st.sampled_from([*["step"] * 10, *WORDS]), st.integers(0, 30)),
    max_size=80,
)


def outputs(node_id: str) -> dict[str, Any]:
    return {
        "collect": {"passages": [], "sources": [], "facts": {}, "documents": []},
        "outline": {"outline": {}, "sections": SECTIONS, "passages": [], "sources": [], "facts": {}},
        "write": {"section": {}},
        "join": {"written": [], "joined": {}},
        "summarise": {"summary": {}, "title": ""},
        "assemble": {"document": {}},
    }.get(node_id, {})


def answer(word: str, pick: int) -> dict[str, Any]:
    feedback = {"scope": "section", "itemIds": [SECTIONS[pick % 3]["id"]], "text": "shorter"}
    more: dict[str, Any] = {"refine": {"refineFeedback": feedback}, "edit-accept": {"editedArtifactData": {"n": pick}}}
    return {"action": word} | more.get(word, {})


def play(key: str, review: bool, taken: list[tuple[str, int]], approvals: int = 1) -> list[Model]:
    """The runs that come of it: the first, and its branches and retries."""
    runs = [Model(with_gate(TEMPLATES[key], approvals), {"parameters": {"review": review}})]
    for word, pick in taken:
        model = runs[-1]
        if word == "fork":
            runs.append(model.fork(1 + pick % len(model.log)) if not ended(model) else model.fork(1))
        elif word == "continue" and model.state.status is RunStatus.FAILED:
            runs.append(model.retry())
        elif word == "expire":
            model.expire("review")
        elif word in {"accept", "reject", "refine", "edit-accept"} and (word != "refine" or key == "conversational"):
            with contextlib.suppress(Conflict):
                model.answer("review", answer(word, pick), VOTERS[pick % 3])
        elif model.steps and word in {"step", "fail", "retry"}:
            work_on(model, list(model.steps.values())[pick % len(model.steps)], word)
    return runs


def work_on(model: Model, step: Planned, word: str) -> None:
    """One step by the function that it has in truth, where that is the gate's; else by what the word says."""
    model.claim(step)
    node = model.state.nodes.get(step.node_id)
    if step.node_id != "review":
        result = {"fail": Fail("x", "x"), "retry": Retry(code="x", message="x")}.get(word)
        model.finish(step, result or Done(outputs(step.node_id)))
    elif node is not None and node.status == "started":
        config = model.workflow.node("review").config
        resume = model.resumes.pop("review", None)
        found = at_once(approval_gate(work(config=config, inputs={"sections": SECTIONS}, resume=resume)))
        if isinstance(found, Wait):
            assert found.request is not None
            model.suspend("review", found.request.data)
        else:
            model.finish(step, found)


def with_gate(workflow: Workflow, approvals: int) -> Workflow:
    """The template's workflow, with a gate that wants so many approvals."""
    nodes = [
        replace(node, config=node.config | {"requiredApprovals": approvals}) if node.id == "review" else node
        for node in workflow.nodes
    ]
    return replace(workflow, nodes=nodes)


def at_once(running: Any) -> Any:
    """What a coroutine that waits for nothing returns."""
    with pytest.raises(StopIteration) as stopped:
        running.send(None)
    return stopped.value.value


def ended(model: Model) -> bool:
    return model.state.status.terminal


def released(before: list[Draft], approvals: int) -> bool:
    """Whether the log so far holds a release of the draft as it is now, by as many as are needed."""
    decisive = [entry for entry in before if entry.type in {"approval.received", REVISED}]
    if not decisive or decisive[-1].type == REVISED or decisive[-1].payload["action"] not in RELEASES:
        return False
    votes: dict[str, str] = {}
    for entry in before:
        if entry.type in {REVISED, "node.suspended"}:
            votes = {}
        elif entry.type == VOTED:
            if entry.payload["action"] == "edit-accept":
                votes = {}
            votes[entry.payload["voter"]] = entry.payload["action"]
    asked_here = any(entry.type == "node.suspended" for entry in before)  # a retry keeps the release alone
    return approvals == 1 or not asked_here or sum(vote in RELEASES for vote in votes.values()) >= approvals


@pytest.mark.parametrize("key", sorted(TEMPLATES))
@given(taken=actions, approvals=st.integers(1, 3))
@settings(max_examples=100, deadline=None)
def test_nothing_is_printed_before_its_release(key: str, taken: list[tuple[str, int]], approvals: int) -> None:
    """Whatever happens in whatever order, in branches and retries too: the print starts only behind a release that is
    newer than every revision, and by as many as the gate wants.
    """
    for model in play(key, True, taken, approvals):
        for place, entry in enumerate(model.log):
            if entry.type == "node.started" and entry.node_id == "render":
                assert released(model.log[:place], approvals)


@pytest.mark.parametrize("key", sorted(TEMPLATES))
def test_without_a_review_nobody_is_asked(key: str) -> None:
    (model,) = play(key, False, [("step", pick) for pick in range(40)])
    assert model.state.nodes["review"].status == "skipped"
    assert model.state.status is RunStatus.COMPLETED


def waiting(approvals: int = 1) -> Model:
    """A conversational report whose draft waits for its reviewers."""
    model = Model(with_gate(TEMPLATES["conversational"], approvals), {"parameters": {"review": True}})
    for node_id in ("collect", "outline"):
        model.claim(model.steps[node_id, -1])
        model.finish(model.steps[node_id, -1], Done(outputs(node_id)))
    for index in range(3):
        model.claim(model.steps["write", index])
        model.finish(model.steps["write", index], Done({"section": {"n": index}}))
    for node_id in AFTER:
        model.claim(model.steps[node_id, -1])
        model.finish(model.steps[node_id, -1], Done(outputs(node_id)))
    work_on(model, model.steps["review", -1], "step")
    return model


def test_votes_that_send_back_or_ask_are_no_approvals() -> None:
    model = waiting(approvals=2)
    model.answer("review", answer("accept", 0), "ann")
    model.answer("review", answer("refine", 1), "ben")
    assert model.log[-1].type == REVISED
    assert model.state.revisions == 1
    assert "review" not in model.state.nodes


def test_an_edit_is_voted_on_in_the_draft_s_place() -> None:
    """The vote for the draft before it does not count, and its author's second thoughts do not bring the draft back."""
    model = waiting(approvals=2)
    model.answer("review", answer("accept", 0), "ann")
    model.answer("review", answer("edit-accept", 7), "ben")
    assert model.state.nodes["review"].status == "waiting"
    model.answer("review", answer("reject", 0), "ben")
    model.answer("review", answer("accept", 0), "ann")
    assert model.state.nodes["review"].status == "waiting"
    model.answer("review", answer("accept", 0), "cem")
    work_on(model, model.steps["review", -1], "step")
    assert model.state.nodes["review"].outputs["document"] == {"n": 7}


def test_a_retry_keeps_what_was_sent_back() -> None:
    """The section that the reviewer did not want is written again, with the words of the reviewer."""
    model = waiting()
    model.answer("review", answer("refine", 1))
    model.finish(model.steps["write", 1], Fail("model_refused", "no"))
    again = model.retry()
    assert set(again.state.nodes["write"].slices) == {0, 2}
    assert set(again.steps) == {("write", 1)}
    assert again.state.notes == {"write": {1: "shorter"}}
    again.finish(again.steps["write", 1], Done({"section": {"n": "new"}}))
    assert [one["section"]["n"] for one in again.state.nodes["write"].outputs["items"]] == [0, "new", 2]
    assert "join" not in again.state.nodes


def test_only_the_sections_with_comments_are_written_again() -> None:
    model = waiting()
    model.answer("review", answer("refine", 1))
    assert {key for key in model.steps if key[0] in {"write", *AFTER, "review"}} == {
        ("write", 0),
        ("write", 1),
        ("write", 2),
    }
    assert set(model.state.nodes["write"].slices) == {0, 2}
    assert model.state.notes == {"write": {1: "shorter"}}
    model.finish(model.steps["write", 1], Done({"section": {"n": "new"}}))
    items = model.state.nodes["write"].outputs["items"]
    assert [item["section"]["n"] for item in items] == [0, "new", 2]
    assert ("join", -1) in model.steps


def test_a_draft_is_sent_back_only_so_often() -> None:
    model = waiting()
    for _ in range(5):
        model.answer("review", answer("refine", 0))
        model.finish(model.steps["write", 0], Done({"section": {}}))
        for node_id in AFTER:
            model.claim(model.steps[node_id, -1])
            model.finish(model.steps[node_id, -1], Done(outputs(node_id)))
        model.claim(model.steps["review", -1])
        model.suspend("review", {"actions": [], "sections": SECTIONS})
    with pytest.raises(Conflict, match="sent back 5 times"):
        model.answer("review", answer("refine", 0))


@pytest.mark.parametrize("path", ["b", "sections/1", "report.sections.b", ["sections", "b"], 1, "B", ["B"]])
def test_a_section_can_be_named_by_its_path(path: Any) -> None:
    model = waiting()
    feedback = {"scope": "section", "sectionPath": path, "text": "shorter"}
    model.answer("review", {"action": "refine", "refineFeedback": feedback})
    assert model.state.notes == {"write": {1: "shorter"}}


@pytest.mark.parametrize(
    ("feedback", "field"),
    [
        ({"itemIds": 5}, "itemIds"),
        ({"itemIds": True}, "itemIds"),
        ({"itemIds": "a"}, "itemIds"),
        ({"itemIds": [True]}, "itemIds"),
        ({"itemIds": [["a"]]}, "itemIds"),
        ({"sectionPath": []}, "sectionPath"),
        ({"sectionPath": {"a": 1}}, "sectionPath"),
        ({"scope": "half"}, "scope"),
        ({"scope": ["whole"]}, "scope"),
        ({"scope": "whole", "text": 5}, "text"),
        ({"comments": {"a": 5}}, "comments"),
        ({"comments": ["a"]}, "comments"),
    ],
)
def test_feedback_of_the_wrong_kind_is_refused_by_its_field(feedback: dict[str, Any], field: str) -> None:
    model = waiting()
    with pytest.raises(Rejected, match=rf"resumeValue\.refineFeedback\.{field} must"):
        model.answer("review", {"action": "refine", "refineFeedback": feedback})


@pytest.mark.parametrize(
    "feedback",
    [
        {"scope": "section", "itemIds": ["q"]},
        {"scope": "section"},
        {"itemIds": []},
        {"sectionPath": "nowhere"},
        {"sectionPath": "sections/9"},
    ],
)
def test_feedback_that_names_no_section_is_refused(feedback: dict[str, Any]) -> None:
    model = waiting()
    with pytest.raises(Rejected):
        model.answer("review", {"action": "refine", "refineFeedback": feedback})
