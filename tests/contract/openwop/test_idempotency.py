"""One execution per key, and what repeats of it get."""

from __future__ import annotations

import asyncio
import secrets

from tests.contract.openwop.talk import begin, ended, refused, snapshot, until

REPLAY = "openwop-idempotent-replay"


def asked(nonce: str = "once") -> dict:
    return {"workflowId": "conformance-idempotent", "inputs": {"nonce": nonce}}


async def test_a_repeat_gets_the_same_run(http):
    headers = {"Idempotency-Key": secrets.token_hex(16)}
    first = await http.post("/v1/runs", json=asked(), headers=headers)
    assert (first.status_code, first.headers[REPLAY]) == (201, "false")
    for _ in range(5):
        await asyncio.sleep(0.1)
        again = await http.post("/v1/runs", json=asked(), headers=headers)
        assert (again.status_code, again.headers[REPLAY]) == (201, "true")
        assert again.json() == first.json()


async def test_without_a_key_nothing_is_said_of_replays(http):
    one, two = [await http.post("/v1/runs", json=asked()) for _ in range(2)]
    assert REPLAY not in one.headers
    assert one.json()["runId"] != two.json()["runId"]


async def test_the_same_request_in_other_words_is_the_same(http):
    headers = {"Idempotency-Key": secrets.token_hex(16)}
    first = await http.post(
        "/v1/runs", content=b'{"workflowId":"conformance-idempotent","inputs":{"nonce":"x"}}', headers=headers
    )
    again = await http.post(
        "/v1/runs", content=b'{ "inputs": {"nonce": "x"}, "workflowId": "conformance-idempotent" }', headers=headers
    )
    assert again.json() == first.json()


async def test_another_request_under_the_same_key_is_refused(http):
    headers = {"Idempotency-Key": secrets.token_hex(16)}
    await http.post("/v1/runs", json=asked(), headers=headers)
    other = await http.post("/v1/runs", json=asked("twice"), headers=headers)
    refused(other, 409, "idempotency_key_mismatch")
    assert "runId" not in other.text


async def test_a_key_is_its_owner_s_and_its_operation_s(http, stranger):
    headers = {"Idempotency-Key": secrets.token_hex(16)}
    mine = (await http.post("/v1/runs", json=asked(), headers=headers)).json()["runId"]
    theirs = (await stranger.post("/v1/runs", json=asked(), headers=headers)).json()["runId"]
    assert mine != theirs
    one, two = await begin(http, "cancellable"), await begin(http, "cancellable")
    assert (await http.post(f"/v1/runs/{one}/cancel", headers=headers)).json()["runId"] == one
    refused(await http.post(f"/v1/runs/{two}/cancel", headers=headers), 409, "idempotency_key_mismatch")
    await http.post(f"/v1/runs/{two}/cancel")


async def test_what_was_wrong_may_be_put_right_under_the_same_key(http):
    headers = {"Idempotency-Key": secrets.token_hex(16)}
    refused(await http.post("/v1/runs", json={"workflowId": "conformance-idempotent"}, headers=headers), 400)
    right = await http.post("/v1/runs", json=asked(), headers=headers)
    assert (right.status_code, right.headers[REPLAY]) == (201, "false")


async def test_a_refusal_that_is_final_is_repeated(http):
    headers = {"Idempotency-Key": secrets.token_hex(16)}
    for replay in ("false", "true"):
        answer = await http.post("/v1/runs/run-unknown/cancel", headers=headers)
        refused(answer, 404, "not_found")
        assert answer.headers[REPLAY] == replay


async def test_a_refusal_that_says_when_to_come_back_is_not_final(http):
    scope = {"scopeId": secrets.token_hex(8)}
    headers = {"Idempotency-Key": secrets.token_hex(16), "X-Dedup": "enforce"}
    first = await begin(http, "cancellable", **scope)
    for _ in range(2):
        busy = await http.post("/v1/runs", json=asked() | scope, headers=headers)
        assert refused(busy, 409, "run_already_active")["activeRunId"] == first
        assert busy.headers["retry-after"]
        assert busy.headers[REPLAY] == "false"
    await http.post(f"/v1/runs/{first}/cancel")
    made = await http.post("/v1/runs", json=asked() | scope, headers=headers)
    assert (made.status_code, made.headers[REPLAY]) == (201, "false")


async def test_a_key_that_is_too_long_is_refused(http):
    for key in ("x" * 256, "x" * 4000):
        refused(await http.post("/v1/runs", json=asked(), headers={"Idempotency-Key": key}), 400, "validation_error")
    assert (await http.post("/v1/runs", json=asked(), headers={"Idempotency-Key": "x" * 255})).status_code == 201


async def test_ten_at_once_with_one_key_are_one_run(http):
    headers = {"Idempotency-Key": secrets.token_hex(16)}
    made = await asyncio.gather(*(http.post("/v1/runs", json=asked(), headers=headers) for _ in range(10)))
    assert {one.status_code for one in made} == {201}
    assert len({one.json()["runId"] for one in made}) == 1
    assert sorted(one.headers[REPLAY] for one in made) == ["false"] + ["true"] * 9


async def test_ten_at_once_with_ten_keys_are_ten_runs(http):
    made = await asyncio.gather(
        *(http.post("/v1/runs", json=asked(), headers={"Idempotency-Key": secrets.token_hex(16)}) for _ in range(10))
    )
    runs = {one.json()["runId"] for one in made}
    assert len(runs) == 10
    assert {(await ended(http, run_id))["status"] for run_id in runs} == {"completed"}


async def test_every_verb_keeps_its_answer(http):
    run_id = await begin(http, "delay", {"delayMs": 300})
    hook = {"url": "https://hooks.example.com/x", "events": ["run.completed"]}
    gate = await begin(http, "approval")
    await until(http, gate, "waiting-approval")
    await ended(http, run_id)
    for path, body in [
        (f"/v1/runs/{run_id}/cancel", {}),
        ("/v1/runs:bulk-cancel", {"runIds": [run_id]}),
        (f"/v1/runs/{run_id}:fork", {"mode": "branch", "fromSeq": 1}),
        (f"/v1/runs/{run_id}:pause", {}),
        (f"/v1/runs/{gate}/interrupts/gate", {"resumeValue": {"action": "accept"}}),
        ("/v1/webhooks", hook),
    ]:
        headers = {"Idempotency-Key": secrets.token_hex(16)}
        first = await http.post(path, json=body, headers=headers)
        again = await http.post(path, json=body, headers=headers)
        assert (again.status_code, again.content) == (first.status_code, first.content)
        assert (first.headers[REPLAY], again.headers[REPLAY]) == ("false", "true")
    webhook = first.json()["webhookId"]
    headers = {"Idempotency-Key": secrets.token_hex(16)}
    for replay in ("false", "true"):
        gone = await http.delete(f"/v1/webhooks/{webhook}", headers=headers)
        assert (gone.status_code, gone.headers[REPLAY]) == (204, replay)


async def test_a_token_keeps_its_answer_too(http, nobody):
    run_id = await begin(http, "interrupt-external-event")
    token = (await until(http, run_id, "waiting-external"))["interrupt"]["interruptToken"]
    body = {"resumeValue": {"orderId": "fixture-order-1", "status": "completed"}}
    headers = {"Idempotency-Key": secrets.token_hex(16)}
    first = await nobody.post(f"/v1/interrupts/{token}", json=body, headers=headers)
    again = await nobody.post(f"/v1/interrupts/{token}", json=body, headers=headers)
    assert (first.status_code, first.headers[REPLAY]) == (200, "false")
    assert (again.status_code, again.headers[REPLAY], again.json()) == (200, "true", first.json())
    assert (await ended(http, run_id))["status"] == "completed"


async def test_reading_ignores_keys(http):
    run_id = await begin(http, "noop")
    answer = await http.get(f"/v1/runs/{run_id}", headers={"Idempotency-Key": "x"})
    assert REPLAY not in answer.headers
    assert (await snapshot(http, run_id))["runId"] == run_id
