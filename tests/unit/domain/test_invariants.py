"""Any interleaving of outcomes, duplicates and late results leads to one well-formed log."""

from __future__ import annotations

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.contracts.states import TERMINAL
from shared.domain.fold import fold
from shared.domain.outcome import Done, Fail, Retry
from shared.domain.state import RunState
from tests.unit.domain.model import Model
from tests.unit.domain.workflows import sliced

TERMINAL_EVENTS = {f"run.{status}" for status in TERMINAL}

actions = st.lists(
    st.tuples(
        st.sampled_from(["claim", "done", "done", "done", "fail", "retry", "late", "cancel"]),
        st.integers(0, 30),
    ),
    max_size=60,
)


def outcome(word: str, node_id: str) -> Done | Fail | Retry:
    match word:
        case "fail":
            return Fail("boom", "it broke")
        case "retry":
            return Retry(code="flaky", message="try again")
        case _:
            return Done({"sections": ["a", "b", "c"]} if node_id == "outline" else {"text": node_id})


def play(taken: list[tuple[str, int]]) -> Model:
    """Carry out actions on whichever steps exist; finished ones again and again, too."""
    model = Model(sliced())
    for word, pick in taken:
        if word == "cancel":
            if pick == 0:
                model.cancel()
            continue
        step = list(model.steps.values())[pick % len(model.steps)]
        if word == "claim":
            model.claim(step)
        else:
            model.finish(step, outcome(word, step.node_id))
    return model


def complete(model: Model) -> None:
    """Give every step that exists a good result until nothing moves."""
    for _ in range(20):
        for step in list(model.steps.values()):
            model.claim(step)
            model.finish(step, outcome("done", step.node_id))


@given(actions)
@settings(max_examples=400, deadline=None)
def test_there_is_exactly_one_terminal_event_and_it_is_last(taken: list[tuple[str, int]]) -> None:
    model = play(taken)
    complete(model)
    terminal = [index for index, entry in enumerate(model.log) if entry.type in TERMINAL_EVENTS]
    assert terminal == [len(model.log) - 1]
    assert model.log[-1].type == f"run.{model.state.status}"


@given(actions)
@settings(max_examples=300, deadline=None)
def test_no_node_or_slice_finishes_twice(taken: list[tuple[str, int]]) -> None:
    model = play(taken)
    complete(model)
    ends = [
        (entry.node_id, entry.payload.get("slice"))
        for entry in model.log
        if entry.type in {"node.completed", "node.failed", "node.skipped", "node.cancelled"} or "slice" in entry.type
    ]
    assert len(ends) == len(set(ends))


@given(actions)
@settings(max_examples=300, deadline=None)
def test_nothing_starts_before_what_it_needs(taken: list[tuple[str, int]]) -> None:
    model = play(taken)
    complete(model)
    places = {(entry.type, entry.node_id): index for index, entry in reversed(list(enumerate(model.log)))}
    for edge in model.workflow.edges:
        started = places.get(("node.started", edge.target_node_id))
        if started is not None:
            assert places["node.completed", edge.source_node_id] < started


@given(actions, st.integers(0, 200))
@settings(max_examples=300, deadline=None)
def test_the_fold_can_be_stopped_stored_and_continued_anywhere(taken: list[tuple[str, int]], cut: int) -> None:
    """The state kept beside the log is the fold of the log, through JSON and back."""
    model = play(taken)
    head = fold(model.log[:cut])
    stored = msgspec.convert(msgspec.to_builtins(head, str_keys=True), RunState, str_keys=True)
    assert fold(model.log[cut:], stored) == fold(model.log) == model.state
    assert model.state.next_sequence == len(model.log)
