"""Where a replay parts from its source, and how it is ended like it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.records import Event
from shared.contracts.states import RunStatus, Stage
from shared.domain.decide import Planned
from shared.domain.fold import SLICE_COMPLETED, fold
from shared.domain.ids import new_id
from shared.domain.replays import follow, one_at_a_time, recorded, written_at
from shared.domain.state import Draft, NodeState, RunState


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
    assert follow(log(*drafts), [], drafts, RunState(), idle=False) == drafts


def test_another_output_another_type_and_more_than_there_was():
    source = log(STARTED, outcome("a", outputs={"x": 1}), outcome("b"), END)
    said = follow(
        source,
        [],
        [outcome("a", outputs={"x": 2}), outcome("b", "failed", error={}), outcome("c"), END],
        RunState(),
        idle=False,
    )
    assert kinds(said) == ["output", "type-mismatch", "extra"]
    assert [draft.payload["atSequence"] for draft in said if draft.type == "replay.diverged"] == [1, 2, 3]


def test_what_is_missing_is_said_before_the_end():
    said = follow(log(outcome("a"), outcome("b"), END), [], [outcome("a"), END], RunState(), idle=False)
    assert kinds(said) == ["missing"]
    assert said[-1] == END


def test_a_source_that_goes_on_is_no_measure_of_what_is_too_much():
    drafts = [outcome("a", "failed", error={"code": "replay_source_missing"})]
    assert follow(log(STARTED), [], drafts, RunState(), idle=False) == drafts


def test_a_node_that_was_sent_back_is_compared_time_by_time():
    source = log(outcome("a", outputs={"x": 1}), outcome("a", outputs={"x": 2}), END)
    assert (
        kinds(
            follow(
                source, log(outcome("a", outputs={"x": 1})), [outcome("a", outputs={"x": 2})], RunState(), idle=False
            )
        )
        == []
    )
    assert kinds(follow(source, [], [outcome("a", outputs={"x": 2})], RunState(), idle=False)) == ["output"]


def test_a_cancelled_source_ends_its_replay_only_at_a_question_that_nobody_answered():
    """What else was cancelled can go on: the replay shows what it would have come to."""
    cancelled = Draft("run.cancelled", {"reason": "enough"})
    gone = Draft("node.cancelled", {"nodeId": "a"}, "a")
    asked = Draft("interrupt.requested", {"nodeId": "a"}, "a")
    waits = Draft("node.suspended", {"nodeId": "a", "interruptId": "a:0", "kind": "approval"}, "a")
    assert follow(log(STARTED, gone, cancelled), [], [STARTED], RunState(), idle=False) == [STARTED]
    asking = [STARTED, asked, waits]
    unanswered = log(*asking, gone, cancelled)
    assert follow(unanswered, [], asking, RunState(), idle=False) == asking
    said = follow(unanswered, [], asking, RunState(), idle=True)
    assert [draft.type for draft in said[3:]] == ["node.cancelled", "run.cancelled"]
    assert said[-1] == cancelled
    assert fold(said).status is RunStatus.CANCELLED
    answered = log(*asking, Draft("interrupt.resolved", {"nodeId": "a"}, "a"), gone, cancelled)
    assert follow(answered, [], asking, RunState(), idle=True) == asking


def test_a_source_whose_time_was_up_ends_its_replay_as_soon_as_it_has_come_as_far():
    breach = Draft("cap.breached", {"kind": "run-duration", "limit": 1, "observed": 2})
    failed = Draft("run.failed", {"error": {"code": "run_timeout", "message": "it took too long"}})
    said = follow(log(STARTED, breach, failed), [], [STARTED], RunState(), idle=False)
    assert [draft.type for draft in said] == ["node.started", "cap.breached", "node.cancelled", "run.failed"]


def part(node: str, index: int, **outputs: Any) -> Draft:
    return Draft(SLICE_COMPLETED, {"nodeId": node, "slice": index, "outputs": outputs}, node)


def test_an_outcome_is_taken_from_the_same_time_round():
    first, second = outcome("a", outputs={"x": 1}), outcome("a", outputs={"x": 2})
    source = log(part("w", 0, n=1), part("w", 1, n=1), first, part("w", 1, n=2), second)
    assert payloads(recorded(source, [], "a", -1)) == {"x": 1}
    assert payloads(recorded(source, log(first), "a", -1)) == {"x": 2}
    assert recorded(source, log(first, second), "a", -1) is None
    assert payloads(recorded(source, log(part("w", 0), part("w", 1)), "w", 1)) == {"n": 2}
    assert recorded(source, log(part("w", 0)), "w", 0) is None


def test_a_slice_that_failed_in_the_source_fails_again():
    source = log(part("w", 1), outcome("w", "failed", error={"code": "model_refused", "message": "no"}))
    assert payloads(recorded(source, [], "w", 1)) == {}
    failed = recorded(source, log(part("w", 1)), "w", 0)
    assert failed is not None
    assert failed.payload["error"]["code"] == "model_refused"


def payloads(found: Event | None) -> Any:
    assert found is not None
    return found.payload["outputs"]


def test_steps_are_done_one_at_a_time_in_the_order_of_the_source():
    steps = [Planned("w", index, "report.write", Stage.LLM) for index in range(3)]
    source = log(STARTED, part("w", 2), part("w", 0), part("w", 1), outcome("w"), part("w", 0))
    under_way = RunState(nodes={"w": NodeState(status="started")})
    order, done = [], list[Draft]()
    while steps:
        (chosen,) = one_at_a_time(source, done, steps, under_way)
        order.append(chosen.slice)
        steps.remove(chosen)
        done.append(part("w", chosen.slice))
    assert order == [2, 0, 1]


def test_a_node_that_was_woken_is_not_held_back():
    woken = Planned("gate", -1, "core.approvalGate", Stage.TEMPLATE)
    other = Planned("a", -1, "core.noop", Stage.TEMPLATE)
    state = RunState(nodes={"gate": NodeState(status="started")})
    assert one_at_a_time(log(outcome("a")), [], [other, woken], state) == [woken]


def test_a_channel_is_written_when_it_was_written_in_the_source():
    writes = [
        Draft("channel.written", {"channel": "c", "_ts": ts}, node) for ts, node in ((1, "a"), (2, "b"), (3, "a"))
    ]
    assert written_at(log(*writes), [], "a") == 1
    assert written_at(log(*writes), log(writes[0]), "a") == 3
    assert written_at(log(*writes), log(writes[0], writes[2]), "a") is None


@given(st.lists(st.sampled_from("abc"), max_size=8), st.lists(st.sampled_from("abc"), max_size=8))
def test_entries_keep_their_order_and_an_end_stays_the_end(one: list[str], two: list[str]):
    source = log(*(outcome(node) for node in one), END)
    entries = [*(outcome(node) for node in two), END]
    said = follow(source, [], entries, RunState(), idle=False)
    assert [draft for draft in said if draft.type != "replay.diverged"] == entries
    assert said[-1] == END
    assert bool(kinds(said)) == (sorted(one) != sorted(two))
