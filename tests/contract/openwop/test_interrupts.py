"""Waiting for people and systems: approvals, questions, events, tokens, quorums, time-outs."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from msgspec.structs import replace

from services.api.settings import Settings
from shared.db import interrupts, principals, runs
from shared.domain import tokens
from shared.domain.definition import digest
from shared.domain.sealing import read_key
from shared.domain.tokens import Claims
from tests.contract.openwop.conftest import Host, listening
from tests.contract.openwop.talk import begin, ended, log, ran, refused, snapshot, types, until

EVENT = {"orderId": "fixture-order-1", "status": "completed"}


async def waiting(http: httpx.AsyncClient, workflow: str, status: str) -> tuple[str, dict[str, Any]]:
    """A run that waits, and its snapshot."""
    run_id = await begin(http, workflow)
    return run_id, await until(http, run_id, status)


def answer(http: httpx.AsyncClient, run_id: str, node: str, value: Any) -> Awaitable[httpx.Response]:
    return http.post(f"/v1/runs/{run_id}/interrupts/{node}", json={"resumeValue": value})


async def test_an_approval_is_asked_for_and_given(http):
    run_id, snap = await waiting(http, "approval", "waiting-approval")
    assert snap["currentNodeId"] == "gate"
    asked = snap["interrupt"]
    assert (asked["kind"], asked["nodeId"]) == ("approval", "gate")
    assert {"artifactId", "artifactType", "title", "actions"} <= set(asked["data"])
    assert set(asked["data"]["actions"]) == {"accept", "reject"}
    assert asked["callbackUrl"] == f"{str(http.base_url).rstrip('/')}/v1/interrupts/{asked['interruptToken']}"
    told = await answer(http, run_id, "gate", {"action": "accept", "feedback": "fine"})
    assert told.status_code == 200
    assert (told.json()["runId"], told.json()["nodeId"]) == (run_id, "gate")
    assert told.json()["status"]
    assert (await ended(http, run_id))["status"] == "completed"
    events = await log(http, run_id)
    assert types(events) == [
        *("run.started", "node.started", "interrupt.requested", "approval.requested", "node.suspended"),
        *("approval.received", "interrupt.resolved", "node.resumed", "node.completed", "run.completed"),
    ]
    by_type = {event["type"]: event for event in events}
    assert by_type["approval.received"]["payload"]["action"] == "accept"
    assert by_type["approval.received"]["payload"]["decidedBy"]
    assert by_type["interrupt.requested"]["payload"]["kind"] == "approval"
    assert asked["interruptToken"] not in json.dumps(events)


async def test_an_older_client_s_decision_is_understood(http):
    run_id, _ = await waiting(http, "approval", "waiting-approval")
    assert (await answer(http, run_id, "gate", {"decision": "approved"})).status_code == 200
    assert (await ended(http, run_id))["status"] == "completed"


async def test_a_rejection_fails_the_run_by_its_reason(http):
    run_id, _ = await waiting(http, "approval", "waiting-approval")
    assert (await answer(http, run_id, "gate", {"action": "reject", "feedback": "not yet"})).status_code == 200
    snap = await ended(http, run_id)
    assert (snap["status"], snap["error"]["code"]) == ("failed", "approval_rejected")


@pytest.mark.parametrize(
    "value", [{"action": "explode"}, {"action": "refine"}, {}, "accept", None, [], {"action": ["accept"]}]
)
async def test_an_answer_that_was_not_offered_leaves_the_gate_shut(http, value):
    run_id, _ = await waiting(http, "approval", "waiting-approval")
    refused(await answer(http, run_id, "gate", value), {400, 422}, "validation_error")
    assert (await snapshot(http, run_id))["status"] == "waiting-approval"
    await http.post(f"/v1/runs/{run_id}/cancel")


@pytest.mark.parametrize("body", [{}, {"value": 1}, {"resumeValue": {"action": "accept"}, "more": 1}, []])
async def test_an_answer_is_the_resume_value_and_nothing_else(http, body):
    run_id, _ = await waiting(http, "approval", "waiting-approval")
    refused(await http.post(f"/v1/runs/{run_id}/interrupts/gate", json=body), 400, "validation_error")
    await http.post(f"/v1/runs/{run_id}/cancel")


async def test_a_node_that_asks_nothing_cannot_be_answered(http):
    run_id, _ = await waiting(http, "approval", "waiting-approval")
    for node in ("other", "gate:0"):
        refused(await answer(http, run_id, node, {"action": "accept"}), 404)
    refused(await answer(http, run_id, "other", {"action": "accept"}), 404, "interrupt_not_found")
    refused(await answer(http, "run-unknown", "gate", {"action": "accept"}), 404, "not_found")
    refused(await answer(http, await ran(http, "noop"), "noop", 1), 404, "interrupt_not_found")
    await http.post(f"/v1/runs/{run_id}/cancel")


async def test_of_many_answers_at_once_one_counts(http):
    run_id, _ = await waiting(http, "approval", "waiting-approval")
    told = await asyncio.gather(*(answer(http, run_id, "gate", {"action": "accept"}) for _ in range(6)))
    assert sorted(one.status_code for one in told) == [200] + [409] * 5
    refused(await answer(http, run_id, "gate", {"action": "reject"}), 409, "interrupt_already_resolved")
    assert (await ended(http, run_id))["status"] == "completed"
    assert types(await log(http, run_id)).count("interrupt.resolved") == 1


@pytest.mark.parametrize("answers", [{"q1": "blue"}, [{"id": "q1", "answer": "blue"}]])
async def test_a_question_is_asked_and_answered(http, answers):
    run_id, snap = await waiting(http, "clarification", "waiting-input")
    assert snap["currentNodeId"] == "ask"
    assert snap["interrupt"]["kind"] == "clarification"
    assert [one["id"] for one in snap["interrupt"]["data"]["questions"]] == ["q1"]
    for wrong in ({}, {"answers": {}}, {"answers": {"q2": 1}}, {"answers": "blue"}, {"answers": [{"id": ["q1"]}]}):
        refused(await answer(http, run_id, "ask", wrong), 400, "validation_error")
    assert (await answer(http, run_id, "ask", {"answers": answers})).status_code == 200
    assert (await ended(http, run_id))["status"] == "completed"
    resolved = next(one for one in await log(http, run_id) if one["type"] == "clarification.resolved")
    assert resolved["payload"]["answers"] == {"q1": "blue"}


async def test_an_event_must_match_what_is_waited_for(http):
    run_id, snap = await waiting(http, "interrupt-external-event", "waiting-external")
    assert snap["interrupt"]["data"]["correlation"] == EVENT
    for wrong in ({"orderId": "fixture-order-1"}, EVENT | {"status": "open"}, {}, "text", None):
        refused(await answer(http, run_id, "wait-for-external", wrong), {400, 422}, "validation_error")
        assert (await snapshot(http, run_id))["status"] == "waiting-external"
    assert (await answer(http, run_id, "wait-for-external", EVENT | {"more": [1]})).status_code == 200
    assert (await ended(http, run_id))["status"] == "completed"


@pytest.mark.parametrize("more", [{"action": 1.5}, {"action": {"ü": 1}}, {"action": "x" * 9000}, {"decision": 1.5}])
async def test_what_only_the_caller_understands_is_not_for_the_audit(http, more):
    run_id, _ = await waiting(http, "interrupt-external-event", "waiting-external")
    assert (await answer(http, run_id, "wait-for-external", EVENT | more)).status_code == 200
    assert (await ended(http, run_id))["status"] == "completed"


@pytest.mark.parametrize("action", [0.0, 0, "", [], None])
async def test_an_action_that_is_none_beside_an_older_decision(http, action):
    run_id, _ = await waiting(http, "approval", "waiting-approval")
    assert (await answer(http, run_id, "gate", {"action": action, "decision": "approved"})).status_code == 200


async def test_a_token_shows_what_is_asked_and_answers_it_once(http, nobody):
    run_id, snap = await waiting(http, "interrupt-external-event", "waiting-external")
    address = f"/v1/interrupts/{snap['interrupt']['interruptToken']}"
    asked = (await nobody.get(address)).json()
    assert set(asked) == {"kind", "key", "data", "timeoutMs"}
    assert asked["kind"] == "external-event"
    assert 0 < asked["timeoutMs"] <= 60_000
    refused(await nobody.post(address, json={"resumeValue": {}}), {400, 422})
    refused(await nobody.post(address, json={}), 400)
    assert (await snapshot(http, run_id))["status"] == "waiting-external"
    assert (await nobody.post(address, json={"resumeValue": EVENT})).status_code == 200
    assert (await ended(http, run_id))["status"] == "completed"
    for again in (await nobody.post(address, json={"resumeValue": EVENT}), await nobody.get(address)):
        refused(again, 409, "interrupt_already_resolved")


async def test_a_token_of_a_run_that_was_cancelled_is_gone(http, nobody):
    run_id, snap = await waiting(http, "interrupt-external-event", "waiting-external")
    await http.post(f"/v1/runs/{run_id}/cancel")
    address = f"/v1/interrupts/{snap['interrupt']['interruptToken']}"
    refused(await nobody.get(address), 410, "interrupt_gone")
    refused(await nobody.post(address, json={"resumeValue": EVENT}), 410, "interrupt_gone")


@pytest.mark.parametrize(
    "token",
    ["x", "a.b", "...", "e30.e30", "%00", "ü", "A" * 3000, base64.urlsafe_b64encode(b'{"runId":1}').decode() + ".x"],
)
async def test_a_token_that_is_not_ours_opens_nothing(nobody, token):
    refused(await nobody.get(f"/v1/interrupts/{token}"), 404, "interrupt_not_found")
    refused(await nobody.post(f"/v1/interrupts/{token}", json={"resumeValue": EVENT}), 404, "interrupt_not_found")


Forge = Callable[..., str]


@pytest.fixture
def forge(host: Host) -> Forge:
    """Tokens that say something else than the one that the host gave, signed with its key or with another."""

    def call(token: str, *, key: bytes | None = None, **changes: Any) -> str:
        secret = read_key(host.resources.settings.secret_key)
        claims = replace(tokens.verify([secret], token, datetime.now(UTC)), **changes)
        return tokens.sign(key or secret, claims)

    return call


async def test_a_token_that_was_tampered_with_opens_nothing(http, nobody, forge: Forge):
    run_id, snap = await waiting(http, "interrupt-external-event", "waiting-external")
    token = snap["interrupt"]["interruptToken"]
    body, _, mac = token.partition(".")
    middle = len(body) // 2
    changed = body[:middle] + ("A" if body[middle] != "A" else "B") + body[middle + 1 :]
    for wrong in (f"{changed}.{mac}", f"{body}.{mac[::-1]}", body, f"{body}.", forge(token, key=b"k" * 32)):
        refused(await nobody.post(f"/v1/interrupts/{wrong}", json={"resumeValue": EVENT}), 404)
    assert (await snapshot(http, run_id))["status"] == "waiting-external"
    await http.post(f"/v1/runs/{run_id}/cancel")


async def test_a_token_has_its_time_and_its_intent(http, nobody, forge: Forge):
    run_id, snap = await waiting(http, "interrupt-external-event", "waiting-external")
    token = snap["interrupt"]["interruptToken"]
    old = forge(token, expires_at=datetime.now(UTC) - timedelta(seconds=1))
    refused(await nobody.get(f"/v1/interrupts/{old}"), 410, "interrupt_expired")
    refused(await nobody.post(f"/v1/interrupts/{old}", json={"resumeValue": EVENT}), 410, "interrupt_expired")
    look = forge(token, intent="inspect")
    assert (await nobody.get(f"/v1/interrupts/{look}")).status_code == 200
    refused(await nobody.post(f"/v1/interrupts/{look}", json={"resumeValue": EVENT}), 403, "forbidden")
    claims: Claims = json.loads(base64.urlsafe_b64decode(token.partition(".")[0] + "=="))
    until_then = datetime.fromisoformat(claims["expiresAt"])
    assert until_then - datetime.now(UTC) <= timedelta(seconds=60)
    await http.post(f"/v1/runs/{run_id}/cancel")


async def test_a_token_can_be_taken_back_before_anybody_answers(http, nobody, stranger, host):
    run_id, snap = await waiting(http, "interrupt-external-event", "waiting-external")
    old = f"/v1/interrupts/{snap['interrupt']['interruptToken']}"
    address = f"/v1/runs/{run_id}/interrupts/wait-for-external/token"
    refused(await stranger.delete(address), 404)
    refused(await nobody.delete(address), 401)
    async with host.http(await host.key(scopes=["runs:read"], owner=snap["owner"]["tenant"])) as reader:
        refused(await reader.delete(address), 403)
    assert (await nobody.get(old)).status_code == 200
    etag = (await http.get(f"/v1/runs/{run_id}")).headers["etag"]
    gone = await http.delete(address)
    assert (gone.status_code, gone.content) == (204, b"")
    refused(await nobody.get(old), 410, "interrupt_expired")
    refused(await nobody.post(old, json={"resumeValue": EVENT}), 410, "interrupt_expired")
    assert (await snapshot(http, run_id))["status"] == "waiting-external"
    again = await http.get(f"/v1/runs/{run_id}", headers={"If-None-Match": etag})
    fresh = f"/v1/interrupts/{again.json()['interrupt']['interruptToken']}"
    assert (await nobody.post(fresh, json={"resumeValue": EVENT})).status_code == 200
    await ended(http, run_id)
    refused(await http.delete(address), 404, "interrupt_not_found")
    refused(await http.delete(f"/v1/runs/{run_id}/interrupts/nothing/token"), 404, "interrupt_not_found")


async def test_the_life_of_a_token_is_a_setting(host, http, key):
    run_id, snap = await waiting(http, "approval", "waiting-approval")
    settings = Settings(**{**host.settings, "interrupt_link_seconds": 86_400, "public_url": "https://reports.example/"})
    async with listening(settings) as other, other.http(key) as asked:
        longer = (await snapshot(asked, run_id))["interrupt"]
    for shown, seconds in ((snap["interrupt"], 1800), (longer, 86_400)):
        claims = json.loads(base64.urlsafe_b64decode(shown["interruptToken"].partition(".")[0] + "=="))
        life = datetime.fromisoformat(claims["expiresAt"]) - datetime.now(UTC)
        assert timedelta(seconds=seconds - 60) < life <= timedelta(seconds=seconds)
    assert longer["callbackUrl"] == f"https://reports.example/v1/interrupts/{longer['interruptToken']}"
    await http.post(f"/v1/runs/{run_id}/cancel")


async def test_only_those_who_may_answer_see_a_token(http, host):
    run_id, snap = await waiting(http, "approval", "waiting-approval")
    owner = snap["owner"]["tenant"]
    async with host.http(await host.key(scopes=["runs:read"], owner=owner)) as reader:
        shown = (await snapshot(reader, run_id))["interrupt"]
        assert "interruptToken" not in shown
        assert (
            refused(await answer(reader, run_id, "gate", {"action": "accept"}), 403)["scopeRequired"]
            == "approvals:respond"
        )
    await http.post(f"/v1/runs/{run_id}/cancel")


async def test_a_gate_for_signed_in_approvers_takes_no_token(http, nobody, host):
    run_id, snap = await waiting(http, "interrupt-auth-required", "waiting-approval")
    assert "interruptToken" not in snap["interrupt"]
    refused(await nobody.post(f"/v1/runs/{run_id}/interrupts/gate", json={"resumeValue": {"action": "accept"}}), 401)
    async with host.resources.pipeline.database.connect() as db:
        (asked,) = await interrupts.open_ones(db, run_id)
    claims = Claims(run_id, "gate", str(asked.id), datetime.now(UTC) + timedelta(minutes=1))
    token = tokens.sign(read_key(host.resources.settings.secret_key), claims)
    refused(await nobody.post(f"/v1/interrupts/{token}", json={"resumeValue": {"action": "accept"}}), 403, "forbidden")
    assert (await snapshot(http, run_id))["status"] == "waiting-approval"
    assert (await answer(http, run_id, "gate", {"action": "accept"})).status_code == 200
    assert (await ended(http, run_id))["status"] == "completed"


async def test_three_must_approve_where_three_are_asked(http):
    run_id, snap = await waiting(http, "interrupt-quorum", "waiting-approval")
    assert snap["interrupt"]["data"]["requiredApprovals"] == 3
    for voter in ("one", "two", "two", "one"):
        told = await answer(http, run_id, "gate", {"action": "accept", "voter": voter})
        assert (told.status_code, told.json()["status"]) == (200, "waiting-approval")
    assert (await snapshot(http, run_id))["status"] == "waiting-approval"
    assert (await answer(http, run_id, "gate", {"action": "accept", "voter": "three"})).status_code == 200
    assert (await ended(http, run_id))["status"] == "completed"


async def test_two_of_three_can_refuse(http):
    run_id, _ = await waiting(http, "interrupt-quorum", "waiting-approval")
    first = await answer(http, run_id, "gate", {"action": "reject", "voter": "one"})
    assert (first.status_code, first.json()["status"]) == (200, "waiting-approval")
    assert (await answer(http, run_id, "gate", {"action": "accept", "voter": "two"})).status_code == 200
    assert (await answer(http, run_id, "gate", {"action": "reject", "voter": "three"})).status_code == 200
    snap = await ended(http, run_id)
    assert (snap["status"], snap["error"]["code"]) == ("failed", "approval_rejected")


async def test_each_vote_is_an_event_and_a_question_is_no_vote(host, http):
    config = {"requiredApprovals": 2, "actions": ["accept", "reject", "ask"]}
    await store(host, "conformance-asking", {"id": "gate", "typeId": "core.approvalGate", "config": config})
    run_id, snap = await waiting(http, "asking", "waiting-approval")
    assert (await answer(http, run_id, "gate", {"action": "accept", "voter": "one"})).status_code == 200
    asked = await answer(http, run_id, "gate", {"action": "ask", "feedback": "why?", "voter": "two"})
    assert (asked.status_code, asked.json()["status"]) == (200, "waiting-approval")
    now = await snapshot(http, run_id)
    assert (now["status"], now["interrupt"]["key"]) == ("waiting-approval", snap["interrupt"]["key"])
    assert (await answer(http, run_id, "gate", {"action": "accept", "voter": "three"})).status_code == 200
    assert (await ended(http, run_id))["status"] == "completed"
    events = await log(http, run_id)
    votes = [one["payload"] for one in events if one["type"] == "vendor.pressrun.approval.voted"]
    assert [(one["voter"], one["votes"]["accept"]) for one in votes] == [("one", 1), ("three", 2)]
    (question,) = [one["payload"] for one in events if one["type"] == "vendor.pressrun.approval.asked"]
    assert question["feedback"] == "why?"
    assert len([one for one in events if one["type"] == "approval.received"]) == 1


async def test_an_answer_must_fit_its_question_s_schema(host, http):
    question = {"id": "size", "question": "How large?", "schema": {"type": "integer", "maximum": 9}}
    config = {"questions": [question]}
    await store(host, "conformance-sized", {"id": "ask", "typeId": "core.clarificationGate", "config": config})
    run_id, _ = await waiting(http, "sized", "waiting-input")
    for wrong in ("canary-1234567", 10):
        told = await answer(http, run_id, "ask", {"answers": {"size": wrong}})
        assert refused(told, 400, "validation_error") == {"field": "resumeValue.answers.size"}
        assert "canary" not in told.text
    assert (await answer(http, run_id, "ask", {"answers": {"size": 9}})).status_code == 200
    assert (await ended(http, run_id))["status"] == "completed"


@pytest.mark.parametrize(
    ("type_id", "config"),
    [
        ("core.approvalGate", {"requiredApprovals": "many"}),
        ("core.approvalGate", {"resumeSchema": {"type": "nonsense"}}),
        ("core.clarificationGate", {"questions": ["how?"]}),
        ("core.clarificationGate", {"questions": [{"id": "a", "question": "?", "schema": {"type": 5}}]}),
    ],
)
async def test_a_gate_that_nobody_could_answer_fails_by_its_field(host, http, type_id, config):
    name = f"broken-{next(iter(config)).lower()}-{len(str(config))}"
    await store(host, f"conformance-{name}", {"id": "gate", "typeId": type_id, "config": config})
    snap = await ended(http, await begin(http, name))
    assert (snap["status"], snap["error"]["code"]) == ("failed", "validation_error")
    assert next(iter(config)) in snap["error"]["message"]


async def test_votes_at_once_all_count(http):
    run_id, _ = await waiting(http, "interrupt-quorum", "waiting-approval")
    votes = [answer(http, run_id, "gate", {"action": "accept", "voter": name}) for name in ("one", "two", "three")]
    assert [one.status_code for one in await asyncio.gather(*votes)] == [200] * 3
    assert (await ended(http, run_id))["status"] == "completed"


async def store(host: Host, workflow_id: str, node: dict[str, Any]) -> None:
    """A workflow of one node."""
    raw = {"id": workflow_id, "name": "One node", "version": "1", "nodes": [{"inputs": {}, **node}], "edges": []}
    async with host.resources.pipeline.database.begin() as db:
        await runs.store_workflow(db, digest(raw), workflow_id, raw)


@pytest.mark.parametrize(
    ("type_id", "config", "status", "code"),
    [
        ("core.approvalGate", {}, "waiting-approval", "approval_rejected"),
        ("core.clarificationGate", {}, "waiting-input", "interrupt_timeout"),
        ("core.interrupt", {"kind": "external-event"}, "waiting-external", "interrupt_timeout"),
        ("core.interrupt", {"kind": "custom"}, "waiting-input", "interrupt_timeout"),
    ],
)
async def test_what_nobody_answers_in_time_fails(host, http, type_id, config, status, code):
    """Never the other way: silence is no consent."""
    name = f"conformance-timeout-{status}-{config.get('kind', 'none')}"
    await store(host, name, {"id": "gate", "typeId": type_id, "config": config | {"timeoutMs": 500}})
    run_id, snap = await waiting(http, name.removeprefix("conformance-"), status)
    ended_as = await ended(http, run_id, within_s=5)
    assert (ended_as["status"], ended_as["error"]["code"]) == ("failed", code)
    events = await log(http, run_id)
    received = [event["payload"]["action"] for event in events if event["type"] == "approval.received"]
    assert received == (["timeout"] if type_id == "core.approvalGate" else [])
    refused(await answer(http, run_id, "gate", {"action": "accept"}), 410, "interrupt_expired")
    address = f"/v1/interrupts/{snap['interrupt']['interruptToken']}"
    refused(await http.post(address, json={"resumeValue": {}}), 410, "interrupt_expired")


async def test_a_schema_of_the_node_s_own_is_kept_to_and_not_echoed(host, http):
    schema = {"type": "object", "required": ["code"], "properties": {"code": {"type": "integer"}}}
    node = {"id": "wait", "typeId": "core.interrupt", "config": {"kind": "custom", "resumeSchema": schema}}
    await store(host, "conformance-own-schema", node)
    run_id, snap = await waiting(http, "own-schema", "waiting-input")
    asked = (await http.get(f"/v1/interrupts/{snap['interrupt']['interruptToken']}")).json()
    assert asked["resumeSchema"] == schema
    wrong = await answer(http, run_id, "wait", {"code": "canary-1234567"})
    refused(wrong, 400, "validation_error")
    assert "canary" not in wrong.text
    assert (await answer(http, run_id, "wait", {"code": 1})).status_code == 200
    assert (await ended(http, run_id))["status"] == "completed"


async def test_named_approvers_answer_and_nobody_else(host, http, stranger, nobody):
    """A gate that names its approvers hears them, also on another owner's run, and neither the owner nor a token."""
    listed_key, other_key = await host.key(), await host.key()
    async with host.http(listed_key) as listed, host.http(other_key) as other:
        people = [await _principal(host, key) for key in (listed_key, other_key)]
        config = {"approversList": people, "requiredApprovals": 2}
        await store(host, "conformance-named", {"id": "gate", "typeId": "core.approvalGate", "config": config})
        run_id, snap = await waiting(http, "named", "waiting-approval")
        accept = {"action": "accept"}
        refused(await answer(http, run_id, "gate", accept), 403, "forbidden")
        refused(await answer(stranger, run_id, "gate", accept), 404, "not_found")
        assert "interruptToken" not in snap["interrupt"]
        token = await _token(host, run_id)
        refused(await nobody.post(f"/v1/interrupts/{token}", json={"resumeValue": accept}), 403, "forbidden")
        for vote in ({"action": "accept"}, {"action": "accept", "voter": people[1]}):
            assert (await answer(listed, run_id, "gate", vote)).status_code == 200
        assert (await snapshot(http, run_id))["status"] == "waiting-approval"  # one approver is one vote
        refused(await listed.get(f"/v1/runs/{run_id}"), 404)
        gate = f"/v1/runs/{run_id}/interrupts/gate"
        shown = (await listed.get(gate)).json()
        assert set(shown) == {"kind", "key", "data"}
        assert shown["data"]["approversList"] == people
        refused(await stranger.get(gate), 404, "not_found")
        refused(await nobody.get(gate), 401)
        assert (await http.get(gate)).json() == shown
        assert (await answer(other, run_id, "gate", accept)).status_code == 200
    assert (await ended(http, run_id))["status"] == "completed"
    refused(await http.get(gate), 404, "interrupt_not_found")


@pytest.mark.parametrize("actions", [["accept", "ask"], ["accept", "reject"]])
async def test_a_question_of_the_reviewer_s_keeps_the_gate_shut_where_it_is_offered(host, http, actions):
    name = f"asking-{len(actions[1])}"
    await store(
        host, f"conformance-{name}", {"id": "gate", "typeId": "core.approvalGate", "config": {"actions": actions}}
    )
    run_id, _ = await waiting(http, name, "waiting-approval")
    told = await answer(http, run_id, "gate", {"action": "ask", "feedback": "which year?"})
    assert told.status_code == (200 if "ask" in actions else 400)
    snap = await until(http, run_id, "waiting-approval")
    assert snap["interrupt"]["data"]["actions"] == actions
    assert (await answer(http, run_id, "gate", {"action": "accept"})).status_code == 200
    assert (await ended(http, run_id))["status"] == "completed"


async def _principal(host: Host, key: str) -> str:
    async with host.resources.pipeline.database.connect() as db:
        holder = await principals.by_key(db, key)
    assert holder is not None
    return str(holder.principal.id)


async def _token(host: Host, run_id: str) -> str:
    """A token that the host would not hand out."""
    async with host.resources.pipeline.database.connect() as db:
        (asked,) = await interrupts.open_ones(db, run_id)
    soon = datetime.now(UTC) + timedelta(minutes=1)
    claims = Claims(run_id=run_id, node_id="gate", interrupt_id=str(asked.id), expires_at=soon)
    return tokens.sign(read_key(host.resources.settings.secret_key), claims)
