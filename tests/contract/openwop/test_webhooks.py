"""Subscriptions: who may have one, where they may go, what is delivered and to whom."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.contract.openwop.conftest import Host
from tests.contract.openwop.talk import SECRETIVE, begin, ended, keep, ran, refused, snapshot
from tests.integration.worker.receiver import Received, Receiver

HOOK = {"url": "https://hooks.example.com/x", "events": ["run.completed"]}


@pytest.mark.parametrize(
    "url",
    [
        *(
            "http://hooks.example.com/x",
            "https://localhost/x",
            "https://127.0.0.1/x",
            "https://127.1/x",
            "https://[::1]/x",
        ),
        *("https://10.0.0.1/x", "https://172.16.0.1/x", "https://192.168.1.1/x", "https://169.254.169.254/latest"),
        *("https://[fd00::1]/x", "https://[fe80::1]/x", "https://metadata.google.internal/x", "https://0x7f.1/x"),
        *("https://2130706433/x", "https://[::ffff:127.0.0.1]/x", "https://user:pass@hooks.example.com/x"),
        *(
            "ftp://hooks.example.com/x",
            "file:///etc/passwd",
            "not a url",
            "https://",
            "//x",
            "https://hooks.example.com/#x",
        ),
    ],
)
async def test_an_address_that_we_would_not_call_is_refused(http, url):
    refused(await http.post("/v1/webhooks", json=HOOK | {"url": url}), 400, "webhook_url_rejected")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"events": ["run.completed"]},
        HOOK | {"url": ""},
        HOOK | {"url": 7},
        HOOK | {"url": None},
        {"url": HOOK["url"]},
        HOOK | {"events": []},
        HOOK | {"events": "run.completed"},
        HOOK | {"events": [7]},
        HOOK | {"events": ["no type"]},
        HOOK | {"tags": "x"},
        HOOK | {"secret": "short"},
    ],
)
async def test_a_subscription_that_makes_no_sense_is_refused(http, body):
    refused(await http.post("/v1/webhooks", json=body), 400, "validation_error")


async def test_a_subscription_is_told_its_secret_once_and_can_be_ended_once(http):
    made = await http.post("/v1/webhooks", json=HOOK)
    assert made.status_code == 201
    told = made.json()
    assert len(told["secret"]) == 64
    assert told["secretFingerprint"] == hashlib.sha256(told["secret"].encode()).hexdigest()[:8]
    assert (await http.delete(f"/v1/webhooks/{told['webhookId']}")).status_code == 204
    refused(await http.delete(f"/v1/webhooks/{told['webhookId']}"), 404, "subscription_not_found")
    refused(await http.delete("/v1/webhooks/unknown"), 404, "subscription_not_found")


async def test_event_types_may_be_called_by_their_other_name(http):
    made = await http.post("/v1/webhooks", json={"url": HOOK["url"], "eventTypes": ["run.failed"]})
    assert made.status_code == 201
    await http.delete(f"/v1/webhooks/{made.json()['webhookId']}")


async def test_another_tenant_s_subscriptions_are_out_of_reach(http, stranger):
    refused(await http.post("/v1/webhooks", json=HOOK | {"tenantId": "somebody-else"}), 403, "forbidden")
    mine = (await snapshot(http, await ran(http, "noop")))["owner"]["tenant"]
    made = await http.post("/v1/webhooks", json=HOOK | {"tenantId": mine})
    assert made.status_code == 201
    address = f"/v1/webhooks/{made.json()['webhookId']}"
    refused(await stranger.delete(address), 404, "subscription_not_found")
    refused(await http.delete(f"{address}?tenantId=somebody-else"), 403, "forbidden")
    assert (await http.delete(f"{address}?tenantId={mine}")).status_code == 204


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver() as opened:
        yield opened


@pytest.fixture
async def near(lenient: Host) -> AsyncIterator[httpx.AsyncClient]:
    """A tenant of its own, whose host may call loopback."""
    async with lenient.http(await lenient.key()) as opened:
        yield opened


async def received(receiver: Receiver, count: int, *, within_s: float = 5) -> list[Received]:
    async with asyncio.timeout(within_s):
        while len(receiver.received) < count:
            await asyncio.sleep(0.01)
    return receiver.received


async def test_a_delivery_is_signed_and_says_what_happened(near, receiver: Receiver):
    made = (await near.post("/v1/webhooks", json={"url": receiver.url, "events": ["run.completed"]})).json()
    run_id = await ran(near, "noop")
    (got,) = await received(receiver, 1)
    assert got.line.startswith("POST /hook ")
    body = json.loads(got.body)
    assert (body["type"], body["runId"]) == ("run.completed", run_id)
    assert (body["event"]["type"], body["event"]["runId"]) == ("run.completed", run_id)
    assert body["workspaceId"]
    assert got.headers["content-type"] == "application/json"
    assert got.headers["user-agent"].startswith("openwop-webhook-dispatcher/")
    assert got.headers["x-openwop-webhook-id"] == made["webhookId"]
    assert got.headers["x-openwop-event-type"] == "run.completed"
    assert got.headers["x-openwop-signature-algorithm"] == "v1"
    stamp = got.headers["x-openwop-timestamp"]
    assert abs(int(stamp) - time.time()) < 60
    mac = hmac.new(made["secret"].encode(), f"{stamp}.".encode() + got.body, hashlib.sha256).hexdigest()
    assert got.headers["x-openwop-signature"] == f"sha256={mac}"


async def test_a_delivery_comes_within_half_a_second_of_the_end(near, receiver: Receiver):
    """The best of a few, for the machine may be busy with others."""
    await near.post("/v1/webhooks", json={"url": receiver.url, "events": ["run.completed"]})
    took = []
    for number in range(1, 6):
        await ended(near, await begin(near, "noop"))
        seen = asyncio.get_running_loop().time()
        took.append((await received(receiver, number))[-1].at - seen)
    assert min(took) < 0.5


async def test_only_what_was_asked_for_is_delivered_and_in_order(near, receiver: Receiver):
    wanted = ["run.started", "node.completed", "run.completed"]
    await near.post("/v1/webhooks", json={"url": receiver.url, "events": wanted, "tags": ["mine"]})
    await ran(near, "noop", tags=["other"])
    run_id = await ran(near, "multi-node", tags=["mine", "x"])
    got = await received(receiver, 5)
    await asyncio.sleep(0.3)
    assert [one.headers["x-openwop-event-type"] for one in got] == [
        *("run.started", "node.completed", "node.completed", "node.completed", "run.completed")
    ]
    assert {one.run_id for one in got} == {run_id}


async def test_another_tenant_s_runs_are_not_heard_of(near, lenient, receiver: Receiver):
    await near.post("/v1/webhooks", json={"url": receiver.url, "events": ["run.completed"]})
    async with lenient.http(await lenient.key()) as other:
        await ran(other, "noop")
    mine = await ran(near, "noop")
    assert {one.run_id for one in await received(receiver, 1)} == {mine}
    await asyncio.sleep(0.5)
    assert len(receiver.received) == 1


async def test_nobody_hears_of_a_replay_and_everybody_of_a_branch(near, receiver: Receiver):
    run_id = await ran(near, "noop")
    await near.post("/v1/webhooks", json={"url": receiver.url, "events": ["run.started", "run.completed"]})
    for mode in ("replay", "branch"):
        made = await near.post(f"/v1/runs/{run_id}:fork", json={"mode": mode, "fromSeq": 0})
        await ended(near, made.json()["runId"])
    got = await received(receiver, 2)
    await asyncio.sleep(0.5)
    assert {one.run_id for one in got} == {made.json()["runId"]}
    assert len(got) == 2


async def test_a_subscription_that_was_ended_hears_nothing(near, receiver: Receiver):
    made = (await near.post("/v1/webhooks", json={"url": receiver.url, "events": ["run.completed"]})).json()
    await near.delete(f"/v1/webhooks/{made['webhookId']}")
    await ran(near, "noop")
    await asyncio.sleep(0.5)
    assert receiver.received == []


async def test_a_run_s_callback_hears_how_to_answer(near, nobody, receiver: Receiver):
    """With a token, which no subscription and no event has."""
    run_id = await begin(near, "interrupt-external-event", callbackUrl=receiver.url)
    async with asyncio.timeout(10):
        while not receiver.received:
            await asyncio.sleep(0.02)
    said = json.loads(receiver.received[0].body)
    assert (said["type"], said["runId"]) == ("interrupt.requested", run_id)
    link = said["interrupt"]
    assert link["callbackUrl"] == f"/v1/interrupts/{link['interruptToken']}"  # this worker knows no public address
    event = {"orderId": "fixture-order-1", "status": "completed"}
    assert (await nobody.post(link["callbackUrl"], json={"resumeValue": event})).status_code == 200
    assert (await ended(near, run_id))["status"] == "completed"


async def test_a_callback_is_told_no_token_where_the_gate_wants_an_account(near, receiver: Receiver):
    run_id = await begin(near, "interrupt-auth-required", callbackUrl=receiver.url)
    async with asyncio.timeout(10):
        while not receiver.received:
            await asyncio.sleep(0.02)
    assert "interrupt" not in json.loads(receiver.received[0].body)
    await near.post(f"/v1/runs/{run_id}/cancel")


async def test_a_run_s_callback_hears_how_it_ended(near, receiver: Receiver):
    run_id = await ran(near, "noop", callbackUrl=receiver.url)
    (got,) = await received(receiver, 1)
    assert (got.run_id, json.loads(got.body)["type"]) == (run_id, "run.completed")
    assert "x-openwop-signature" not in got.headers


async def test_what_the_log_hides_is_hidden_on_its_way_too(near, lenient, receiver: Receiver):
    await keep(lenient, SECRETIVE)
    await near.post("/v1/webhooks", json={"url": receiver.url, "events": ["node.completed"]})
    key = "sk_" + "k" * 30
    run_id = await begin(near, "sensitive", {"pin": "canary-4711", "plain": f"a {key}"})
    (got,) = await received(receiver, 1)
    await near.post(f"/v1/runs/{run_id}/cancel")
    outputs = {"pin": "[REDACTED]", "said": "my pin is [REDACTED]", "plain": "a [REDACTED]"}
    assert json.loads(got.body)["event"]["payload"]["outputs"] == outputs
