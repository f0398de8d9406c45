"""A run's life and log: what is started, how it ends, what is written down, and what the snapshot shows."""

from __future__ import annotations

import asyncio
import gzip
import json
import secrets
from datetime import datetime

import httpx
import pytest

from tests.contract.openwop.talk import (
    SECRETIVE,
    TERMINAL,
    begin,
    ended,
    keep,
    log,
    ran,
    refused,
    snapshot,
    stream,
    types,
    until,
)


async def test_a_new_run_says_where_to_follow_it(http):
    made = await http.post("/v1/runs", json={"workflowId": "conformance-noop"})
    assert made.status_code == 201
    body = made.json()
    assert body["runId"].startswith("run-")
    assert body["status"] in {"pending", "running"}
    assert body["eventsUrl"] == f"/v1/runs/{body['runId']}/events"
    assert (await http.get(body["statusUrl"])).status_code == 200
    assert (await ended(http, body["runId"], within_s=5))["status"] == "completed"


async def test_a_snapshot_names_its_workflow_and_its_times(http):
    run_id = await begin(http, "noop", tags=["one", "two"], metadata={"who": {"is": "it"}})
    snap = await ended(http, run_id)
    assert (snap["runId"], snap["workflowId"]) == (run_id, "conformance-noop")
    assert (snap["tags"], snap["metadata"]) == (["one", "two"], {"who": {"is": "it"}})
    assert datetime.fromisoformat(snap["startedAt"]) <= datetime.fromisoformat(snap["completedAt"])
    assert snap["endedAt"] == snap["completedAt"]
    assert "error" not in snap
    assert "currentNodeId" not in snap


async def test_a_run_that_fails_says_why(http):
    snap = await ended(http, await begin(http, "failure"))
    assert snap["status"] == "failed"
    assert set(snap["error"]) <= {"code", "message", "details"}
    assert snap["error"]["code"] == "conformance_test_failure"
    assert snap["error"]["message"]


async def test_a_failed_node_says_why_in_the_log(http):
    run_id = await ran(http, "failure")
    events = (await http.get(f"/v1/runs/{run_id}/events", headers={"Accept": "application/json"})).json()["events"]
    assert types(events) == ["run.started", "node.started", "node.failed", "run.failed"]
    failed = events[2]
    assert (failed["nodeId"], failed["payload"]["nodeId"]) == ("fail", "fail")
    assert failed["payload"]["error"] == {"code": "conformance_test_failure", "message": "this node always fails"}
    assert events[3]["payload"]["error"]["code"] == "conformance_test_failure"


async def test_a_log_is_ordered_complete_and_the_same_whenever_it_is_read(http):
    run_id = await ran(http, "noop")
    events = await log(http, run_id)
    assert events == await log(http, run_id)
    assert [event["sequence"] for event in events] == list(range(len(events)))
    assert types(events) == ["run.started", "node.started", "node.completed", "run.completed"]
    assert [event["type"] in TERMINAL for event in events] == [False, False, False, True]
    assert len({event["eventId"] for event in events}) == len(events)


async def test_an_event_has_its_six_fields_and_only_known_ones_beside(http):
    events = await log(http, await ran(http, "multi-node"))
    for event in events:
        assert {"eventId", "runId", "type", "payload", "timestamp", "sequence"} <= set(event)
        assert set(event) <= {
            *("eventId", "runId", "type", "payload", "timestamp", "sequence"),
            *("nodeId", "schemaVersion", "engineVersion", "causationId"),
        }
        datetime.fromisoformat(event["timestamp"])


async def test_a_cursor_is_exclusive_and_may_lie_beyond_the_end(http):
    run_id = await ran(http, "noop")
    for cursor, left in [("", 4), ("-1", 4), ("0", 3), ("2", 1), ("3", 0), ("99999", 0), ("9" * 18, 0)]:
        page = (await http.get(f"/v1/runs/{run_id}/events/poll", params={"lastSequence": cursor})).json()
        assert len(page["events"]) == left
        assert page["isComplete"] is True


@pytest.mark.parametrize(
    "query",
    ["lastSequence=x", "lastSequence=1.5", "lastSequence=" + "9" * 5000, "timeout=x", "timeout=61", "timeout=-1"],
)
async def test_a_poll_that_makes_no_sense_is_refused(http, query):
    refused(await http.get(f"/v1/runs/{await begin(http, 'noop')}/events/poll?{query}"), 400, "validation_error")


async def test_a_poll_waits_for_what_comes(http):
    run_id = await begin(http, "delay", {"delayMs": 600})
    await until(http, run_id, "running")
    last = (await log(http, run_id))[-1]["sequence"]
    page = (await http.get(f"/v1/runs/{run_id}/events/poll?lastSequence={last}&timeout=5")).json()
    assert page["events"][0]["sequence"] == last + 1
    await ended(http, run_id)


async def test_a_poll_returns_empty_when_its_time_is_up(http):
    run_id = await begin(http, "cancellable")
    await until(http, run_id, "running")
    last = (await log(http, run_id))[-1]["sequence"]
    began = asyncio.get_running_loop().time()
    page = (await http.get(f"/v1/runs/{run_id}/events/poll?lastSequence={last}&timeout=1")).json()
    assert page == {"events": [], "isComplete": False}
    assert 0.8 < asyncio.get_running_loop().time() - began < 3
    await http.post(f"/v1/runs/{run_id}/cancel")


async def test_whoever_changed_a_run_polls_what_he_changed(http):
    """Also while others are watching."""
    run_id = await begin(http, "cancellable")
    await until(http, run_id, "running")
    watching = asyncio.create_task(http.get(f"/v1/runs/{run_id}/events/poll?lastSequence=50&timeout=20"))
    await asyncio.sleep(0.1)
    await http.post(f"/v1/runs/{run_id}/cancel")
    assert (await log(http, run_id))[-1]["type"] == "run.cancelled"
    assert (await watching).json()["isComplete"] is True


async def test_nodes_complete_in_their_order(http):
    events = await log(http, await ran(http, "multi-node"))
    assert [event["nodeId"] for event in events if event["type"] == "node.completed"] == ["a", "b", "c"]
    assert [event["nodeId"] for event in events if event["type"] == "node.started"] == ["a", "b", "c"]


async def test_the_log_can_be_had_as_json_at_once(http):
    run_id = await begin(http, "cancellable")
    await until(http, run_id, "running")
    for accept in ("application/json", "application/json, text/plain"):
        page = (await http.get(f"/v1/runs/{run_id}/events", headers={"Accept": accept})).json()
        assert page["events"][0]["type"] == "run.started"
        assert page["isComplete"] is False
    await http.post(f"/v1/runs/{run_id}/cancel")
    page = (await http.get(f"/v1/runs/{run_id}/events", headers={"Accept": "application/json"})).json()
    assert page["isComplete"] is True


async def test_a_payload_comes_out_as_it_went_in(http):
    payload = {
        "text": "Zürich \u2028 \U0001f4a9 \\ \" '",
        "numbers": [0, -1, 2**53, 1.5, 1e-9, -0.25],
        "deep": {"a": [{"b": [{"c": None}, True, False, []]}, {}]},
        "": "empty name",
        "$result": "not a reference",
        "big": "x" * 100_000,
    }
    snap = await ended(http, await begin(http, "identity", {"payload": payload}))
    assert snap["status"] == "completed"
    assert snap["variables"]["payload"] == payload


async def test_undeclared_inputs_are_ignored_and_defaults_stand_in(http):
    run_id = await begin(http, "delay", {"delaySeconds": 5, "userField": {"x": 1}})
    snap = await ended(http, run_id)
    assert snap["variables"] == {"delayMs": 1000}


async def test_a_run_whose_node_sleeps_is_running(http):
    run_id = await begin(http, "delay", {"delayMs": 800})
    snap = await until(http, run_id, lambda snap: snap["status"] != "pending")
    assert (snap["status"], snap["currentNodeId"]) == ("running", "wait")
    assert (await ended(http, run_id))["status"] == "completed"


async def test_a_second_of_delay_takes_less_than_two(http):
    began = asyncio.get_running_loop().time()
    await ended(http, await begin(http, "delay"))
    assert 1 <= asyncio.get_running_loop().time() - began < 2


async def test_one_run_of_a_scope_at_a_time_for_those_who_ask_for_it(http, stranger):
    scope = {"workflowId": "conformance-cancellable", "scopeId": secrets.token_hex(8)}
    dedup = {"X-Dedup": "enforce"}
    first = (await http.post("/v1/runs", json=scope, headers=dedup)).json()["runId"]
    second = await http.post("/v1/runs", json=scope, headers=dedup)
    details = refused(second, 409, "run_already_active")
    assert details["activeRunId"] == first
    assert details["activeHost"] == "cloud"
    assert second.headers["retry-after"] == str(details["retryAfter"])
    assert "runId" not in second.json()
    others = [
        await http.post("/v1/runs", json=scope),
        await stranger.post("/v1/runs", json=scope, headers=dedup),
        await http.post("/v1/runs", json=scope | {"scopeId": secrets.token_hex(8)}, headers=dedup),
        await http.post("/v1/runs", json={"workflowId": "conformance-noop"}, headers=dedup),
    ]
    assert [one.status_code for one in others] == [201] * 4
    for run_id in [first, *(one.json()["runId"] for one in others[:3])]:
        await http.post(f"/v1/runs/{run_id}/cancel")
        await stranger.post(f"/v1/runs/{run_id}/cancel")
    assert (await http.post("/v1/runs", json=scope, headers=dedup)).status_code == 201


async def test_of_many_twins_at_once_one_is_started(http):
    scope = {"workflowId": "conformance-cancellable", "scopeId": secrets.token_hex(8)}
    made = await asyncio.gather(*(http.post("/v1/runs", json=scope, headers={"X-Dedup": "enforce"}) for _ in range(8)))
    assert sorted(one.status_code for one in made) == [201] + [409] * 7
    for one in made:
        if one.status_code == 201:
            await http.post(f"/v1/runs/{one.json()['runId']}/cancel")


async def test_a_workflow_s_schema_says_what_may_be_configured(http):
    schema = (await http.get("/v1/workflows/conformance-configurable-schema")).json()["configurableSchema"]
    assert set(schema["properties"]) == {"recursionLimit", "tags"}
    run_id = await begin(http, "configurable-schema", configurable={"recursionLimit": 5, "tags": ["x"]})
    assert (await ended(http, run_id))["configurable"] == {"recursionLimit": 5, "tags": ["x"]}
    for wrong in ({"recursionLimit": "many"}, {"tags": [1]}, {"unknown": 1}):
        body = {"workflowId": "conformance-configurable-schema", "configurable": wrong}
        refused(await http.post("/v1/runs", json=body), {400, 422}, "validation_error")


async def test_nulls_and_extras_of_the_typed_client_are_taken_as_they_are_meant(http):
    flattened = {"recursionLimit": 5, "model": None, "temperature": None, "extras": {"tags": ["x"], "none": None}}
    snap = await ended(http, await begin(http, "configurable-schema", configurable=flattened))
    assert snap["configurable"] == {"recursionLimit": 5, "tags": ["x"]}


async def test_a_capability_that_nobody_has_fails_the_run_by_its_name(http):
    snap = await ended(http, await begin(http, "capability-missing"))
    assert snap["status"] == "failed"
    assert snap["error"]["code"] == "capability_not_provided"
    assert "conformance.never-provided" in snap["error"]["message"]


async def test_one_node_too_many_is_a_breach_and_never_starts(http):
    run_id = await begin(http, "cap-breach", configurable={"recursionLimit": 3})
    snap = await ended(http, run_id)
    assert (snap["status"], snap["error"]["code"]) == ("failed", "recursion_limit_exceeded")
    events = await log(http, run_id)
    (breach,) = [event for event in events if event["type"] == "cap.breached"]
    assert breach["payload"] == {"kind": "node-executions", "limit": 3, "observed": 4, "nodeId": "n4"}
    assert [event["nodeId"] for event in events if event["type"] == "node.started"] == ["n1", "n2", "n3"]
    assert types(events)[-2:] == ["cap.breached", "run.failed"]


async def test_a_limit_that_is_kept_breaks_nothing(http):
    assert (await ended(http, await begin(http, "cap-breach", configurable={"recursionLimit": 6})))[
        "status"
    ] == "completed"


async def test_a_run_that_takes_too_long_is_ended(http):
    run_id = await begin(http, "run-duration-breach", configurable={"runTimeoutMs": 1000})
    snap = await ended(http, run_id, within_s=6)
    assert (snap["status"], snap["error"]["code"]) == ("failed", "run_timeout")
    events = await log(http, run_id)
    (breach,) = [event["payload"] for event in events if event["type"] == "cap.breached"]
    assert (breach["kind"], breach["limit"]) == ("run-duration", 1000)
    assert breach["observed"] > breach["limit"]
    assert types(events)[-1] == "run.failed"


async def test_what_is_old_leaves_a_channel(http):
    run_id = await begin(http, "channel-ttl")
    snap = await ended(http, run_id)
    ((entry),) = snap["variables"]["events"]
    assert entry["value"] == "d"
    assert isinstance(entry["_ts"], int)
    assert set(entry) == {"value", "_ts"}
    written = [event["payload"]["value"] for event in await log(http, run_id) if event["type"] == "channel.written"]
    assert written == ["a", "b", "c", "d"]


async def test_a_snapshot_that_has_not_changed_is_not_sent_again(http):
    run_id = await begin(http, "approval")
    await until(http, run_id, "waiting-approval")
    first = await http.get(f"/v1/runs/{run_id}")
    etag = first.headers["etag"]
    assert etag.startswith('"')
    again = await http.get(f"/v1/runs/{run_id}", headers={"If-None-Match": etag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    await http.post(f"/v1/runs/{run_id}/interrupts/gate", json={"resumeValue": {"action": "accept"}})
    await ended(http, run_id)
    after = await http.get(f"/v1/runs/{run_id}", headers={"If-None-Match": etag})
    assert after.status_code == 200
    assert after.headers["etag"] != etag


@pytest.mark.parametrize("tags", ["{}", "W/{}", '"other", {}', "*", '"a,b" , W/{}'])
async def test_a_condition_may_be_a_list_weak_or_anything(http, tags):
    for path in (f"/v1/runs/{await ran(http, 'noop')}", "/.well-known/openwop"):
        tag = (await http.get(path)).headers["etag"]
        known = await http.get(path, headers={"If-None-Match": tags.format(tag)})
        assert (known.status_code, known.content) == (304, b"")
        other = await http.get(path, headers={"If-None-Match": tags.format('"other"').replace("*", '"*"')})
        assert other.status_code == 200


async def test_the_smallest_snapshot_is_compressed_and_an_empty_answer_is_not(host, key):
    """A client that was told of gzip may rely on it."""
    async with host.http(key) as http:
        address = f"/v1/runs/{await ran(http, 'noop')}"
        plain = await http.get(address, headers={"Accept-Encoding": "identity"})
        assert "content-encoding" not in plain.headers
        packed = await http.get(address, headers={"Accept-Encoding": "gzip"})
        assert packed.headers["content-encoding"] == "gzip"
        assert packed.content == plain.content
        asked = {"Accept-Encoding": "gzip", "If-None-Match": plain.headers["etag"]}
        known = await http.get(address, headers=asked)
        hook = {"url": "https://hooks.example.com/x", "events": ["run.completed"]}
        webhook = (await http.post("/v1/webhooks", json=hook)).json()["webhookId"]
        gone = await http.delete(f"/v1/webhooks/{webhook}", headers={"Accept-Encoding": "gzip"})
    assert (known.status_code, gone.status_code) == (304, 204)
    for empty in (known, gone):
        assert empty.content == b""
        assert "content-encoding" not in empty.headers


async def test_a_compressed_answer_is_the_same_answer(host, key):
    async with host.http(key) as http:
        run_id = await ran(http, "cap-breach")
        address = f"/v1/runs/{run_id}/events/poll"
        plain = await http.get(address, headers={"Accept-Encoding": "identity"})
        assert "content-encoding" not in plain.headers
        request = http.build_request("GET", address, headers={"Accept-Encoding": "gzip"})
        packed = await http.send(request, stream=True)
        raw = b"".join([chunk async for chunk in packed.aiter_raw()])
    assert packed.headers["content-encoding"] == "gzip"
    assert "accept-encoding" in packed.headers["vary"].lower()
    assert len(raw) < len(plain.content) / 2
    assert gzip.decompress(raw) == plain.content


async def test_a_kept_answer_is_not_kept_compressed(http: httpx.AsyncClient):
    headers = {"Idempotency-Key": secrets.token_hex(8)}
    body = {"runIds": ["run-unknown"] * 100}
    first = await http.post("/v1/runs:bulk-cancel", json=body, headers=headers | {"Accept-Encoding": "gzip"})
    assert first.headers["content-encoding"] == "gzip"
    again = await http.post("/v1/runs:bulk-cancel", json=body, headers=headers | {"Accept-Encoding": "identity"})
    assert again.headers["openwop-idempotent-replay"] == "true"
    assert "content-encoding" not in again.headers
    assert json.loads(again.content) == first.json()


async def test_the_log_of_a_run_does_not_hold_its_inputs(http):
    """Declared or not: events are copied to receivers who were never shown them."""
    canaries = {name: f"canary-{secrets.token_hex(6)}" for name in ("token", "userField", "apiKey")}
    run_id = await ran(http, "noop", canaries | {"nested": {"deep": [canaries["token"]]}})
    text = json.dumps(await log(http, run_id)) + (await http.get(f"/v1/runs/{run_id}/debug-bundle")).text
    text += json.dumps(await snapshot(http, run_id))
    assert not [canary for canary in canaries.values() if canary in text]


async def test_what_looks_like_a_secret_is_masked_wherever_it_comes_out(http):
    secret = "sk-ant-" + secrets.token_hex(20)
    run_id = await ran(http, "identity", {"payload": {"said": f"my key is {secret}"}}, metadata={"key": secret})
    assert secret not in json.dumps(await log(http, run_id))
    assert (await snapshot(http, run_id))["metadata"] == {"key": "[REDACTED]"}


async def test_an_input_that_is_not_sensitive_is_shown_as_it_was_given(host, http):
    """Even if it says the same as one that is: who gave it is who reads it."""
    await keep(host, SECRETIVE)
    run_id = await begin(http, "sensitive", {"pin": "word", "plain": "a word in a text"})
    snap = await until(http, run_id, "waiting-approval")
    assert snap["variables"]["plain"] == "a word in a text"
    await http.post(f"/v1/runs/{run_id}/cancel")


async def test_a_sensitive_variable_is_masked_wherever_it_turns_up(host, http):
    await keep(host, SECRETIVE)
    run_id = await begin(http, "sensitive", {"pin": "canary-4711", "plain": "word"})
    snap = await until(http, run_id, "waiting-approval")
    assert snap["variables"] == {"pin": "[REDACTED]", "plain": "word", "copy": "my pin is [REDACTED]"}
    asked = snap["interrupt"]["data"]
    assert (asked["title"], asked["artifactId"]) == ("my pin is [REDACTED]", "[REDACTED]")
    for address in (f"/v1/interrupts/{snap['interrupt']['interruptToken']}", f"/v1/runs/{run_id}/interrupts/gate"):
        assert (await http.get(address)).json()["data"] == asked
    await http.post(f"/v1/runs/{run_id}/interrupts/gate", json={"resumeValue": {"action": "accept"}})
    await ended(http, run_id)
    outputs = {"pin": "[REDACTED]", "said": "my pin is [REDACTED]", "plain": "word"}
    assert snap["nodeStates"]["echo"]["outputs"] == outputs
    shown = json.dumps([snap, await log(http, run_id)])
    for mode in ("updates", "debug", "values"):
        shown += str(await stream(http, run_id, streamMode=mode))
    shown += (await http.get(f"/v1/runs/{run_id}/events", headers={"Accept": "application/json"})).text
    assert "canary-4711" not in shown
