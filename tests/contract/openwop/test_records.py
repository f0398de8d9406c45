"""What is kept to be looked at later: the audit log, the debug bundle, artifacts."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import secrets

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from services.api.settings import Settings
from tests.contract.openwop.conftest import listening
from tests.contract.openwop.talk import begin, log, ran, refused, snapshot


async def verified(http: httpx.AsyncClient, query: str = "") -> dict:
    told = await http.get(f"/v1/audit/verify{query}")
    assert told.status_code == 200, told.text
    body = told.json()
    assert set(body) <= {"fromSeq", "toSeq", "chainValid", "checkpointsValid", "checkpoints", "anomalies"}
    return body


async def test_the_audit_log_is_whole(http):
    await ran(http, "noop")
    for query in ("?fromSeq=0&toSeq=100", "", "?fromSeq=1", "?toSeq=1000000", "?fromSeq=5&toSeq=5"):
        told = await verified(http, query)
        assert told["chainValid"] is True
        assert told.get("checkpointsValid", True) is True
        assert told["anomalies"] == []
    assert (await verified(http, "?fromSeq=0&toSeq=100"))["fromSeq"] == 0


async def test_checkpoints_are_signed_ascend_and_are_never_too_far_apart(http):
    advert = (await http.get("/.well-known/openwop")).json()["auth"]["auditLogIntegrity"]
    key = load_der_public_key(base64.b64decode(advert["checkpointPublicKey"]))
    assert isinstance(key, Ed25519PublicKey)
    missing = {"runIds": ["run-unknown"] * 100}
    run_id = await ran(http, "noop")
    async with asyncio.timeout(60):
        while not (found := (await verified(http))["checkpoints"]):
            await http.post("/v1/runs:bulk-cancel", json=missing)
            await asyncio.gather(*(http.post(f"/v1/runs/{run_id}:fork", json={"mode": "replay"}) for _ in range(20)))
    last = 0
    for one in found:
        assert set(one) == {"checkpoint", "atSequence", "merkleRoot", "signature"}
        assert re.fullmatch(r"[0-9a-f]{64}", one["merkleRoot"])
        assert 0 < one["atSequence"] - last <= advert["checkpointIntervalEntries"]
        last = one["atSequence"]


async def test_what_a_retired_key_signed_holds_as_long_as_its_public_half_is_told(host, http, key):
    old = (await http.get("/.well-known/openwop")).json()["auth"]["auditLogIntegrity"]["checkpointPublicKey"]
    fresh = {"audit_key": base64.b64encode(secrets.token_bytes(32)).decode()}
    for retired, holds in (("", False), (f" {old} ,", True)):
        settings = Settings(**{**host.settings, **fresh, "audit_retired_keys": retired})
        async with listening(settings) as other, other.http(key) as asked:
            told = await verified(asked)
            assert told["checkpoints"]
            assert told["checkpointsValid"] is holds
            assert told["chainValid"] is holds


@pytest.mark.parametrize(
    "query", ["?fromSeq=x", "?fromSeq=-1", "?fromSeq=5&toSeq=4", "?toSeq=1.5", "?toSeq=" + "9" * 5000]
)
async def test_a_range_that_is_none_is_refused(http, query):
    refused(await http.get(f"/v1/audit/verify{query}"), 400, "validation_error")


async def test_a_bundle_says_what_happened_without_what_it_was_about(http):
    canary = f"canary-{secrets.token_hex(8)}"
    run_id = await ran(http, "identity", {"payload": {"secret": canary}, "undeclared": canary}, metadata={"x": canary})
    found = await http.get(f"/v1/runs/{run_id}/debug-bundle")
    assert (found.status_code, found.headers["cache-control"]) == (200, "no-store")
    bundle = found.json()
    assert canary not in found.text
    assert re.fullmatch(r"\d+\.\d+", bundle["bundleVersion"])
    assert bundle["host"]["name"] == "pressrun"
    assert bundle["host"]["version"]
    assert (bundle["run"]["runId"], bundle["run"]["status"]) == (run_id, "completed")
    events = await log(http, run_id)
    assert [one["eventId"] for one in bundle["events"]] == [one["eventId"] for one in events]
    assert bundle["metrics"]["eventCount"] == len(events)
    assert bundle["metrics"]["nodeCount"] == 1
    assert bundle["redactionApplied"] is True
    assert bundle["redactionMode"] in {"mask", "omit", "hash"}
    assert "truncated" not in bundle


async def test_a_bundle_s_spans_belong_to_the_caller_s_trace(http):
    trace = secrets.token_hex(16)
    body = {"workflowId": "conformance-multi-node"}
    made = await http.post("/v1/runs", json=body, headers={"traceparent": f"00-{trace}-{secrets.token_hex(8)}-01"})
    run_id = made.json()["runId"]
    async with asyncio.timeout(10):
        while (await snapshot(http, run_id))["status"] != "completed":
            await asyncio.sleep(0.03)
    spans = (await http.get(f"/v1/runs/{run_id}/debug-bundle")).json()["spans"]
    assert [span["name"] for span in spans] == ["a", "b", "c"]
    assert {span["traceId"] for span in spans} == {trace}
    assert {span["kind"] for span in spans} == {"internal"}
    assert {span["status"]["code"] for span in spans} == {"ok"}


async def test_a_bundle_has_at_most_as_many_events_as_asked_for(http):
    run_id = await ran(http, "multi-node")
    total = len(await log(http, run_id))
    short = (await http.get(f"/v1/runs/{run_id}/debug-bundle?maxEvents=3")).json()
    assert [one["sequence"] for one in short["events"]] == [0, 1, 2]
    assert (short["truncated"], short["metrics"]["eventCount"]) == (True, total)
    assert short["truncatedReason"]
    whole = (await http.get(f"/v1/runs/{run_id}/debug-bundle?maxEvents={total}")).json()
    assert len(whole["events"]) == total
    assert "truncated" not in whole
    for wrong in ("0", "-1", "x", "1.5", "9" * 30):
        refused(await http.get(f"/v1/runs/{run_id}/debug-bundle?maxEvents={wrong}"), 400, "validation_error")


async def test_a_bundle_of_a_failed_and_of_a_running_run(http):
    failed = (await http.get(f"/v1/runs/{await ran(http, 'failure')}/debug-bundle")).json()
    assert failed["run"]["error"]["code"] == "conformance_test_failure"
    assert [span["status"]["code"] for span in failed["spans"]] == ["error"]
    run_id = await begin(http, "cancellable")
    running = (await http.get(f"/v1/runs/{run_id}/debug-bundle")).json()
    assert "endedAt" not in running["run"]
    await http.post(f"/v1/runs/{run_id}/cancel")
    refused(await http.get("/v1/runs/run-unknown/debug-bundle"), 404, "not_found")


async def test_an_artifact_that_is_not_there(http, nobody):
    run_id = await ran(http, "noop")
    assert (await http.get(f"/v1/runs/{run_id}/artifacts")).json() == {"artifacts": []}
    address = f"/v1/runs/{run_id}/artifacts/unknown"
    refused(await http.get(address), 404, "not_found")
    refused(await nobody.get(address), 401, "unauthenticated")
    refused(await http.get(f"/v1/runs/{run_id}/artifacts/01a20500-0000-7000-8000-000000000000"), 404, "not_found")


async def test_headers_and_keys_of_requests_are_in_no_record(http, key):
    canary = f"canary-{secrets.token_hex(8)}"
    headers = {"X-Custom": canary, "Idempotency-Key": canary, "User-Agent": canary}
    made = await http.post("/v1/runs", json={"workflowId": "conformance-noop"}, headers=headers)
    run_id = made.json()["runId"]
    text = json.dumps([await log(http, run_id), await snapshot(http, run_id)])
    text += (await http.get(f"/v1/runs/{run_id}/debug-bundle")).text
    assert canary not in text
    assert key not in text
