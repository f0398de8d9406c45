"""Where a replay parts from its source, and how it is ended like it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.records import Event
from shared.contracts.states import RunStatus
from shared.domain.fold import fold
from shared.domain.ids import new_id
from shared.domain.replays import follow
from shared.domain.state import Draft, RunState


def log(*drafts: Draft) -> list[Event]:
    return [
        Event(
            event_id=new_id(), run_id="run-source", type=draft.type, sequence=index,
            timestamp=datetime.now(UTC), payload=draft.payload, node_id=draft.node_id,
        )
        for index, draft in enumerate(drafts)
    ]  # fmt: skip


def outcome(node: str, kind: str = "completed", **payload: Any) -> Draft:
    return Draft(f"node.{kind}", {"nodeId": node} | payload, node)


STARTED = Draft("node.started", {"nodeId": "a"}, "a")
END = Draft("run.completed")


def kinds(drafts: list[Draft]) -> list[str]:
    return [draft.payload["divergenceKind"] for draft in drafts if draft.type == "replay.diverged"]


def test_the_same_again_is_said_as_it_is():
    drafts = [STARTED, outcome("a", outputs={"x": 1}), END]
    assert follow(log(*drafts), [], drafts, RunState()) == drafts


def test_another_output_another_type_and_more_than_there_was():
    source = log(STARTED, outcome("a", outputs={"x": 1}), outcome("b"), END)
    said = follow(
        source,
        [],
        [outcome("a", outputs={"x": 2}), outcome("b", "failed", error={}), outcome("c"), END],
        RunState(),
    )
    assert kinds(said) == ["output", "type-mismatch", "extra"]
    assert [draft.payload["atSequence"] for draft in said if draft.type == "replay.diverged"] == [1, 2, 3]


def test_what_is_missing_is_said_before_the_end():
    said = follow(log(outcome("a"), outcome("b"), END), [], [outcome("a"), END], RunState())
    assert kinds(said) == ["missing"]
    assert said[-1] == END


def test_a_source_that_goes_on_is_no_measure_of_what_is_too_much():
    drafts = [outcome("a", "failed", error={"code": "replay_source_missing"})]
    assert follow(log(STARTED), [], drafts, RunState()) == drafts


def test_a_node_that_was_sent_back_is_compared_time_by_time():
    source = log(outcome("a", outputs={"x": 1}), outcome("a", outputs={"x": 2}), END)
    assert (
        kinds(follow(source, log(outcome("a", outputs={"x": 1})), [outcome("a", outputs={"x": 2})], RunState())) == []
    )
    assert kinds(follow(source, [], [outcome("a", outputs={"x": 2})], RunState())) == ["output"]


def test_a_cancelled_source_ends_its_replay_once_it_has_come_as_far():
    cancelled = Draft("run.cancelled", {"reason": "enough"})
    source = log(STARTED, outcome("a"), Draft("node.started", {"nodeId": "b"}, "b"), cancelled)
    begun = follow(source, [], [STARTED, outcome("a")], RunState())
    assert begun == [STARTED, outcome("a")]
    state = fold(begun)
    on = [Draft("node.started", {"nodeId": "b"}, "b")]
    said = follow(source, log(*begun), on, state)
    assert [draft.type for draft in said] == ["node.started", "node.cancelled", "run.cancelled"]
    assert said[-1] == cancelled
    assert fold(said, state).status is RunStatus.CANCELLED


@given(st.lists(st.sampled_from("abc"), max_size=8), st.lists(st.sampled_from("abc"), max_size=8))
def test_entries_keep_their_order_and_an_end_stays_the_end(one: list[str], two: list[str]):
    source = log(*(outcome(node) for node in one), END)
    entries = [*(outcome(node) for node in two), END]
    said = follow(source, [], entries, RunState())
    assert [draft for draft in said if draft.type != "replay.diverged"] == entries
    assert said[-1] == END
    assert bool(kinds(said)) == (sorted(one) != sorted(two))
