"""What follows from a state."""

from __future__ import annotations

import pytest

from shared.contracts.states import RunStatus
from shared.domain.errors import Rejected
from shared.domain.outcome import Done, Fail
from tests.unit.domain.model import Model
from tests.unit.domain.workflows import edge, node, sliced, workflow


def types(model: Model) -> list[str]:
    return [entry.type if entry.node_id is None else f"{entry.type}:{entry.node_id}" for entry in model.log]


def run_all(model: Model, **outcomes: Done | Fail) -> None:
    """Finish every step that comes up, in planning order."""
    seen: set[tuple[str, int]] = set()
    while open_ := [key for key in model.steps if key not in seen]:
        for key in open_:
            seen.add(key)
            if model.state.status.terminal:
                continue
            model.claim(model.steps[key])
            model.finish(model.steps[key], outcomes.get(key[0], Done()))


def test_a_single_node_has_the_four_events_of_the_protocol() -> None:
    model = Model(workflow([node("a")], []))
    run_all(model)
    assert types(model) == ["run.started", "node.started:a", "node.completed:a", "run.completed"]


def test_a_run_is_pending_until_a_step_is_claimed() -> None:
    model = Model(workflow([node("a")], []))
    assert model.state.status is RunStatus.PENDING
    model.claim(model.steps["a", -1])
    assert model.state.status is RunStatus.RUNNING


def test_a_sliced_node_completes_with_its_items_in_order() -> None:
    """Slices finish in any order; their join keeps the order of the array."""
    model = Model(sliced())
    model.claim(model.steps["outline", -1])
    model.finish(model.steps["outline", -1], Done({"sections": ["x", "y", "z"]}))
    assert {key for key in model.steps if key[0] == "write"} == {("write", 0), ("write", 1), ("write", 2)}
    for index in (2, 0, 1):
        model.claim(model.steps["write", 0])
        model.finish(model.steps["write", index], Done({"text": index}))
    assert model.state.nodes["write"].outputs == {"items": [{"text": 0}, {"text": 1}, {"text": 2}]}


def test_a_sliced_node_over_nothing_completes_at_once() -> None:
    model = Model(sliced())
    run_all(model, outline=Done({"sections": []}))
    assert model.state.nodes["write"].outputs == {"items": []}
    assert model.state.status is RunStatus.COMPLETED


def test_a_sliced_node_over_something_else_fails_and_says_so() -> None:
    model = Model(sliced())
    run_all(model, outline=Done({"sections": 7}))
    assert model.state.status is RunStatus.FAILED
    assert model.state.error is not None
    assert "must be an array" in model.state.error["message"]


def test_a_failure_ends_the_run_and_cancels_what_is_under_way() -> None:
    model = Model(sliced())
    model.claim(model.steps["outline", -1])
    model.finish(model.steps["outline", -1], Done({"sections": ["x"]}))
    model.claim(model.steps["write", 0])
    model.claim(model.steps["side", -1])
    model.finish(model.steps["side", -1], Fail("boom", "it broke"))
    assert types(model)[-3:] == ["node.failed:side", "node.cancelled:write", "run.failed"]
    assert model.state.error == {"code": "boom", "message": "it broke"}


def test_a_failure_with_a_handler_does_not_end_the_run() -> None:
    model = Model(
        workflow(
            [node("a"), node("ok"), node("rescue")],
            [edge("a", "ok"), edge("a", "rescue", triggerRule="any_failed")],
        )
    )
    run_all(model, a=Fail("boom", "it broke"))
    assert model.state.nodes["ok"].status == "skipped"
    assert model.state.nodes["rescue"].status == "done"
    assert model.state.status is RunStatus.COMPLETED


@pytest.mark.parametrize(("review", "reviewed"), [(True, "done"), (False, "skipped")])
def test_a_condition_chooses_the_way_and_an_any_success_join_takes_either(review: bool, reviewed: str) -> None:
    model = Model(
        workflow(
            [node("write"), node("review"), node("render")],
            [
                edge("write", "review", condition={"type": "equals", "left": "review", "right": True}),
                edge(
                    "write",
                    "render",
                    condition={"type": "equals", "left": "review", "right": False},
                    triggerRule="any_success",
                ),
                edge("review", "render", triggerRule="any_success"),
            ],
            variables=[{"name": "review", "type": "boolean", "defaultValue": False}],
        ),
        {"review": review},
    )
    run_all(model)
    assert model.state.nodes["review"].status == reviewed
    assert model.state.nodes["render"].status == "done"
    assert model.state.status is RunStatus.COMPLETED


def test_a_disabled_node_is_skipped_and_so_is_what_needs_it() -> None:
    model = Model(workflow([node("a", disabled=True), node("b")], [edge("a", "b")]))
    assert types(model) == ["run.started", "node.skipped:a", "node.skipped:b", "run.completed"]


def test_an_unknown_node_type_fails_the_run_instead_of_waiting_for_ever() -> None:
    model = Model(workflow([node("a", "acme.unheard")], []))
    assert model.state.status is RunStatus.FAILED
    assert model.state.error is not None
    assert model.state.error["code"] == "node_type_unknown"


@pytest.mark.parametrize(
    ("rule", "fails", "runs"),
    [
        ("all_success", [], True),
        ("all_success", ["a"], False),
        ("any_success", ["a"], True),
        ("all_complete", ["a", "b"], True),
        ("none_failed", ["a"], False),
        ("any_failed", ["a"], True),
        ("any_failed", [], False),
    ],
)
def test_trigger_rules(rule: str, fails: list[str], runs: bool) -> None:
    """OpenWOP v1's five rules over two sources; a handler keeps failures from ending the run."""
    model = Model(
        workflow(
            [node("a"), node("b"), node("join"), node("handler")],
            [edge("a", "join", triggerRule=rule), edge("b", "join", triggerRule=rule)]
            + [edge(source, "handler", triggerRule="all_complete") for source in ("a", "b")],
        )
    )
    run_all(model, **{name: Fail("x", "x") for name in fails})
    assert model.state.nodes["join"].status == ("done" if runs else "skipped")
    assert model.state.status is RunStatus.COMPLETED


@pytest.mark.parametrize(
    ("nodes", "edges", "said"),
    [
        ([], [], "at least one"),
        ([node("a"), node("a")], [], "ids must differ"),
        ([node("a")], [edge("a", "b")], "no node 'b'"),
        ([node("a"), node("b")], [edge("a", "b"), edge("b", "a")], "loops are not supported"),
        ([node("a", inputs={"x": {"type": "connection", "nodeId": "q"}})], [], "nodes.a.inputs.x"),
        ([node("a", inputs={"x": {"type": "variable", "variableName": "q"}})], [], "no variable 'q'"),
        ([node("a", config={"forEach": "x"})], [], "nodes.a.config.forEach"),
    ],
)
def test_a_definition_that_could_not_run_is_refused_with_the_place(nodes: list, edges: list, said: str) -> None:
    with pytest.raises(Rejected, match=said):
        workflow(nodes, edges)
