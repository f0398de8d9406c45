"""No path prints a report that its reviewer has not released."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.contracts.states import RunStatus
from shared.domain.errors import Conflict, Rejected
from shared.domain.fold import REVISED
from shared.domain.outcome import Done, Fail, Retry
from shared.templates import registry
from tests.unit.domain.model import Model

TEMPLATES = {folder.template.key: folder.workflow for folder in registry.load().by_id.values()}
SECTIONS = [{"id": "a", "title": "A"}, {"id": "b", "title": "B"}, {"id": "c", "title": "C"}]
AFTER = ("join", "summarise", "assemble", "check")
"""What follows from the sections."""
RELEASES = {"accept", "edit-accept"}

actions = st.lists(
    st.tuples(
        st.sampled_from(["step", "step", "step", "step", "fail", "retry", "accept", "reject", "refine", "edit-accept"]),
        st.integers(0, 30),
    ),
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
    return {"action": word} | ({"refineFeedback": feedback} if word == "refine" else {})


def play(key: str, review: bool, taken: list[tuple[str, int]]) -> Model:
    model = Model(TEMPLATES[key], {"parameters": {"review": review}})
    for word, pick in taken:
        step = list(model.steps.values())[pick % len(model.steps)]
        if word in {"accept", "reject", "refine", "edit-accept"}:
            if word == "refine" and key != "conversational":
                continue
            try:
                model.answer("review", answer(word, pick))
            except Conflict:
                continue
        elif step.node_id == "review" and word == "step":
            model.claim(step)
            if model.state.nodes["review"].status == "started" and "review" not in model.asked:
                released = [entry for entry in model.log if entry.type == "approval.received"]
                if released and released[-1].payload["action"] in RELEASES and _since(model) == released[-1]:
                    model.finish(step, Done({"decision": "approved"}))
                elif released and released[-1].payload["action"] == "reject":
                    model.finish(step, Fail("approval_rejected", "no"))
                else:
                    model.suspend("review", {"actions": [], "sections": SECTIONS})
        else:
            model.claim(step)
            result = {"fail": Fail("x", "x"), "retry": Retry(code="x", message="x")}.get(word)
            if result is None or step.node_id != "review":
                model.finish(step, result or Done(outputs(step.node_id)))
    return model


def _since(model: Model) -> Any:
    """The newest approval, unless work was sent back after it."""
    for entry in reversed(model.log):
        if entry.type in {REVISED, "approval.received"}:
            return entry
    return None


@pytest.mark.parametrize("key", sorted(TEMPLATES))
@given(taken=actions)
@settings(max_examples=300, deadline=None)
def test_nothing_is_printed_before_its_release(key: str, taken: list[tuple[str, int]]) -> None:
    """Whatever happens in whatever order: the print starts only behind a release that is newer than every revision."""
    model = play(key, True, taken)
    for place, entry in enumerate(model.log):
        if entry.type == "node.started" and entry.node_id == "render":
            before = [one for one in model.log[:place] if one.type in {"approval.received", REVISED}]
            assert before
            assert before[-1].type == "approval.received"
            assert before[-1].payload["action"] in RELEASES


@pytest.mark.parametrize("key", sorted(TEMPLATES))
def test_without_a_review_nobody_is_asked(key: str) -> None:
    model = play(key, False, [("step", pick) for pick in range(40)])
    assert model.state.nodes["review"].status == "skipped"
    assert model.state.status is RunStatus.COMPLETED


def waiting() -> Model:
    """A conversational report whose draft waits for its reviewer."""
    model = Model(TEMPLATES["conversational"], {"parameters": {"review": True}})
    for node_id in ("collect", "outline"):
        model.claim(model.steps[node_id, -1])
        model.finish(model.steps[node_id, -1], Done(outputs(node_id)))
    for index in range(3):
        model.claim(model.steps["write", index])
        model.finish(model.steps["write", index], Done({"section": {"n": index}}))
    for node_id in AFTER:
        model.claim(model.steps[node_id, -1])
        model.finish(model.steps[node_id, -1], Done(outputs(node_id)))
    model.claim(model.steps["review", -1])
    model.suspend("review", {"actions": [], "sections": SECTIONS})
    return model


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


@pytest.mark.parametrize("feedback", [{"scope": "section", "itemIds": ["q"]}, {"scope": "section"}, {"itemIds": []}])
def test_feedback_that_names_no_section_is_refused(feedback: dict[str, Any]) -> None:
    model = waiting()
    with pytest.raises(Rejected):
        model.answer("review", {"action": "refine", "refineFeedback": feedback})
