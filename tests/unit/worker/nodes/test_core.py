"""The node types that every OpenWOP host has."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from services.worker.nodes import core
from shared.domain.errors import Rejected
from shared.domain.outcome import Done, Fail, Wait, Work


def work(**given: Any) -> Work:
    """A step with these fields."""
    return Work(
        **{
            "run_id": "run-1",
            "node_id": "n",
            "type_id": "core.x",
            "slice": -1,
            "attempt": 1,
            "config": {},
            "inputs": {},
            "configurable": {},
            "started_at": datetime(2026, 1, 1, tzinfo=UTC),
        }
        | given
    )


async def test_noop_does_nothing():
    """It completes."""
    assert await core.noop(work(inputs={"x": 1})) == Done()


async def test_identity_hands_its_inputs_on():
    """Deep-equal, as the conformance suite reads them."""
    payload = {"a": [1, {"b": None}]}
    assert await core.identity(work(inputs={"payload": payload})) == Done(outputs={"payload": payload})


@pytest.mark.parametrize(
    ("inputs", "config", "seconds"),
    [
        ({"delayMs": 1500}, {}, 1.5),
        ({"delayMs": 1500}, {"delayMs": 9}, 1.5),
        ({}, {"delayMs": 250}, 0.25),
        ({}, {"ms": 60000}, 60.0),
        ({"delayMs": None}, {"ms": 10}, 0.01),
    ],
)
async def test_delay_waits_without_holding_a_worker(inputs, config, seconds):
    """First a wait, and when it is woken it is done."""
    assert await core.delay(work(inputs=inputs, config=config)) == Wait(delay_s=seconds)
    done = await core.delay(work(inputs=inputs, config=config, resume={"timer": True}))
    assert done == Done(outputs={"delayMs": round(seconds * 1000)})


async def test_no_delay_and_a_replay_do_not_wait():
    """Zero is zero, and what was waited for once is not waited for again."""
    assert isinstance(await core.delay(work()), Done)
    assert isinstance(await core.delay(work(inputs={"delayMs": 500}, replaying=True)), Done)


@pytest.mark.parametrize("value", [-1, 60001, "5", True, [1]])
async def test_a_delay_out_of_range_is_refused(value):
    """The message names the field and its limits."""
    with pytest.raises(Rejected, match="delayMs must be a number from 0 to 60000"):
        await core.delay(work(inputs={"delayMs": value}))


async def test_fail_fails_as_configured():
    """By default with the conformance suite's code."""
    assert (await core.fail(work())).code == "conformance_test_failure"
    assert await core.fail(work(config={"code": "x", "message": "y"})) == Fail("x", "y")


async def gate(resume: Any = None, **config: Any):
    return await core.approval_gate(work(config={"title": "Release?", "artifactId": "d1"} | config, resume=resume))


async def test_a_gate_asks_in_the_protocols_terms():
    """artifactId, artifactType, title, actions, and what else was said."""
    asked = await gate(actions=["accept", "refine"], requiredApprovals=2, timeoutMs=1500, description="Please")
    assert isinstance(asked, Wait)
    assert asked.request is not None
    assert (asked.request.kind, asked.request.timeout_s) == ("approval", 1.5)
    assert asked.request.data == {
        "artifactId": "d1",
        "artifactType": "document",
        "title": "Release?",
        "actions": ["accept", "refine"],
        "requiredApprovals": 2,
        "description": "Please",
    }


async def test_an_accepted_gate_passes_with_the_decision():
    """Both the protocol's word and the legacy one."""
    done = await gate({"value": {"action": "accept", "feedback": "fine"}, "by": "p"})
    assert done == Done(outputs={"decision": "approved", "action": "accept", "feedback": "fine"})
    assert isinstance(await gate({"value": {"decision": "approved"}, "by": "p"}), Done)


async def test_a_rejected_gate_fails():
    """An ``any_failed`` edge may take it from there."""
    failed = await gate({"value": {"action": "reject", "feedback": "too long"}, "by": "p"})
    assert failed == Fail("approval_rejected", "the approval was rejected: too long")


@pytest.mark.parametrize("value", [{"action": "dance"}, {"action": "refine"}, {}, None, "accept", {"action": "ask"}])
async def test_an_action_that_was_not_offered_changes_nothing(value):
    """The same request waits on."""
    assert await gate({"value": value, "by": "p"}) == await gate()


async def test_actions_that_are_no_list_are_the_definitions_fault():
    """Refused with the field."""
    with pytest.raises(Rejected, match=r"config\.actions"):
        await gate(actions="accept")
