"""Who may ask, and what a refusal looks like: one envelope, no secrets, no 5xx for odd input."""

from __future__ import annotations

import asyncio
import secrets
import time

import httpx
import pytest

from tests.contract.openwop.talk import begin, ended, keep, refused

CANARY = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJlLWNhbmFyeQ"

GUARDED = [
    ("GET", "/v1/runs/run-x"),
    ("POST", "/v1/runs"),
    ("POST", "/v1/runs:bulk-cancel"),
    ("POST", "/v1/runs/run-x/cancel"),
    ("POST", "/v1/runs/run-x:pause"),
    ("POST", "/v1/runs/run-x:resume"),
    ("POST", "/v1/runs/run-x:fork"),
    ("POST", "/v1/runs/run-x:unheard-of"),
    ("GET", "/v1/runs/run-x/events"),
    ("GET", "/v1/runs/run-x/events/poll"),
    ("POST", "/v1/runs/run-x/interrupts/gate"),
    ("GET", "/v1/runs/run-x/artifacts/a"),
    ("GET", "/v1/runs/run-x/debug-bundle"),
    ("GET", "/v1/workflows/conformance-noop"),
    ("POST", "/v1/webhooks"),
    ("DELETE", "/v1/webhooks/x"),
    ("GET", "/v1/audit/verify"),
]


@pytest.mark.parametrize(("method", "path"), GUARDED)
async def test_without_a_key_nobody_learns_what_is_there(nobody, method, path):
    answer = await nobody.request(method, path)
    refused(answer, 401, "unauthenticated")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("scheme", ["Bearer", "Basic", "bearer", ""])
async def test_a_wrong_key_is_401_and_never_repeated(nobody, scheme):
    for token in (CANARY, "sk_" + secrets.token_hex(20), "x" * 5000, "ü".encode().decode("latin-1")):
        headers = [(b"authorization", f"{scheme} {token}".strip().encode("latin-1"))]
        answer = await nobody.get("/v1/runs/run-x", headers=headers)
        refused(answer, 401, "unauthenticated")
        assert token not in answer.text
        assert token not in str(answer.headers)


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("POST", "/v1/runs", "runs:create"),
        ("GET", "/v1/runs/run-x", "runs:read"),
        ("POST", "/v1/runs/run-x/cancel", "runs:cancel"),
        ("POST", "/v1/runs/run-x:pause", "runs:cancel"),
        ("POST", "/v1/runs/run-x:fork", "runs:create"),
        ("POST", "/v1/runs:bulk-cancel", "runs:cancel"),
        ("GET", "/v1/workflows/conformance-noop", "manifest:read"),
        ("POST", "/v1/runs/run-x/interrupts/gate", "approvals:respond"),
        ("GET", "/v1/runs/run-x/artifacts/a", "artifacts:read"),
        ("POST", "/v1/webhooks", "webhooks:manage"),
        ("GET", "/v1/audit/verify", "audit:read"),
    ],
)
async def test_a_key_without_the_scope_is_told_which_one(host, method, path, scope):
    async with host.http(await host.key(scopes=["reports:read"])) as weak:
        details = refused(await weak.request(method, path, json={}), 403, "forbidden")
    assert details["scopeRequired"] == scope


async def test_a_fork_also_needs_to_read(host):
    async with host.http(await host.key(scopes=["runs:create"])) as weak:
        assert refused(await weak.post("/v1/runs/run-x:fork", json={}), 403)["scopeRequired"] == "runs:read"


async def test_another_owner_s_run_is_not_there(http, stranger):
    run_id = await begin(http, "cancellable")
    for method, path in [
        ("GET", f"/v1/runs/{run_id}"),
        ("GET", f"/v1/runs/{run_id}/events"),
        ("GET", f"/v1/runs/{run_id}/events/poll"),
        ("GET", f"/v1/runs/{run_id}/debug-bundle"),
        ("POST", f"/v1/runs/{run_id}/cancel"),
        ("POST", f"/v1/runs/{run_id}:pause"),
        ("POST", f"/v1/runs/{run_id}:fork"),
        ("POST", f"/v1/runs/{run_id}/interrupts/wait"),
    ]:
        refused(await stranger.request(method, path), 404, "not_found")
    assert (await http.post(f"/v1/runs/{run_id}/cancel")).json()["status"] == "cancelled"


async def test_another_tenant_s_name_is_refused(http):
    body = {"workflowId": "conformance-noop", "tenantId": "somebody-else"}
    refused(await http.post("/v1/runs", json=body), 403, "forbidden")
    mine = (await http.get(f"/v1/runs/{await begin(http, 'noop')}")).json()["owner"]["tenant"]
    await ended(http, await begin(http, "noop", tenantId=mine))


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"workflowId": ""},
        {"workflowId": 7},
        {"workflowId": None},
        {"workflowId": "conformance-unknown"},
        {"workflowId": "conformance-idempotent"},
        {"workflowId": "conformance-idempotent", "inputs": {"nonce": 7}},
        {"workflowId": "conformance-identity", "inputs": {"payload": "text"}},
        {"workflowId": "conformance-noop", "inputs": []},
        {"workflowId": "conformance-noop", "inputs": None},
        {"workflowId": "conformance-noop", "tags": ["x"] * 101},
        {"workflowId": "conformance-noop", "tags": ["x" * 257]},
        {"workflowId": "conformance-noop", "tags": "x"},
        {"workflowId": "conformance-noop", "metadata": {"a": "x" * 9000}},
        {"workflowId": "conformance-noop", "metadata": {"a": {"b": {"c": {"d": {"e": 1}}}}}},
        {"workflowId": "conformance-noop", "configurable": {"recursionLimit": 0}},
        {"workflowId": "conformance-noop", "configurable": {"recursionLimit": True}},
        {"workflowId": "conformance-noop", "configurable": {"runTimeoutMs": "1000"}},
        {"workflowId": "conformance-noop", "configurable": {"temperature": 3}},
        {"workflowId": "conformance-noop", "configurable": {"extras": {"maxTokens": -1}}},
        {"workflowId": "conformance-noop", "configurable": []},
        {"workflowId": "conformance-noop", "inputs": {"a": "\0"}},
        {"workflowId": "conformance-noop", "inputs": {"a": 1e300}},
        {"workflowId": "conformance-noop", "inputs": {"a": 10**30}},
        {"workflowId": "conformance-noop", "scopeId": ""},
    ],
)
async def test_a_request_that_is_wrong_starts_nothing(http, body):
    refused(await http.post("/v1/runs", json=body), 400, "validation_error")


@pytest.mark.parametrize("callback", ["http://[::1", "ftp://x.example/", "//x", "https://127.0.0.1/", "x" * 3000])
async def test_a_callback_that_we_would_not_call_is_refused(http, callback):
    body = {"workflowId": "conformance-noop", "callbackUrl": callback}
    refused(await http.post("/v1/runs", json=body), 400)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"workflowId": "\\ud800"}',
        b'{"workflowId":' + b"[" * 5000 + b"]" * 5000 + b"}",
        b'{"workflowId": "conformance-noop", "inputs":' + b'{"a":' * 500 + b"1" + b"}" * 501,
        b'{"workflowId": "conformance-noop", "inputs": {"a": 1' + b"0" * 6000 + b"}}",
        b'{"workflowId": "conformance-noop", "inputs": {"a": NaN}}',
    ],
)
async def test_a_body_that_is_no_usable_json_is_refused(http, content):
    refused(await http.post("/v1/runs", content=content), 400, "validation_error")


async def test_a_body_over_the_limit_is_413(http):
    body = {"workflowId": "conformance-noop", "inputs": {"text": "x" * (9 * 1024 * 1024)}}
    refused(await http.post("/v1/runs", json=body), 413, "validation_error")


@pytest.mark.parametrize(
    "run_id", ["run-unknown", "a%00b", "%ff", "a%2Fb", "%F0%9F%92%A9", "x" * 300, "'; drop table runs; --", "..%2f.."]
)
async def test_an_odd_id_is_only_not_found(http, run_id):
    for path in (run_id, f"{run_id}/events", f"{run_id}/events/poll", f"{run_id}/debug-bundle", f"{run_id}/artifacts"):
        refused(await http.get(f"/v1/runs/{path}"), 404, "not_found")
    refused(await http.get(f"/v1/workflows/{run_id}"), 404, "not_found")
    for path in (f"{run_id}/cancel", f"{run_id}:pause", f"{run_id}:fork", f"{run_id}:unheard-of"):
        refused(await http.post(f"/v1/runs/{path}", json={"mode": "replay"}), 404, "not_found")
    refused(await http.post(f"/v1/runs/{run_id}/interrupts/gate", json={"resumeValue": 1}), 404)
    refused(await http.get(f"/v1/interrupts/{run_id}"), 404)
    refused(await http.delete(f"/v1/webhooks/{run_id}"), 404)


async def test_an_odd_node_or_artifact_is_only_not_found(http):
    run_id = await begin(http, "approval")
    refused(await http.post(f"/v1/runs/{run_id}/interrupts/a%00b", json={"resumeValue": 1}), 404)
    refused(await http.get(f"/v1/runs/{run_id}/artifacts/a%00b"), 404, "not_found")
    refused(await http.get(f"/v1/runs/{run_id}/artifacts/unknown/content"), 404, "not_found")
    await http.post(f"/v1/runs/{run_id}/cancel")


async def test_addresses_that_are_none(http, nobody):
    for path in ("/v1", "/v1/unknown", "/v1/runs/run-x/unknown"):
        refused(await http.get(path), 404, "not_found")
    for path in (
        "/runs",
        "/runs/run-x",
        "/runs:bulk-cancel",
        "/workflows/x",
        "/interrupts/x",
        "/webhooks",
        "/audit/verify",
    ):
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            refused(await nobody.request(method, path), 400, "validation_error")
    refused(await http.put("/v1/runs", json={}), 405)
    refused(await http.delete("/v1/runs/run-x"), 405)


async def test_what_was_submitted_is_not_repeated_in_a_refusal(http):
    """Nor is anything else that looks like a secret, wherever it was put."""
    bodies = [
        {"workflowId": CANARY},
        {"workflowId": "conformance-noop", "tenantId": CANARY},
        {"workflowId": "conformance-noop", "configurable": {"model": [CANARY]}},
        {"workflowId": "conformance-noop", "configurable": {"mockProvider": {"id": CANARY}}},
        {"workflowId": "conformance-configurable-schema", "configurable": {CANARY: 1}},
        {"workflowId": "conformance-configurable-schema", "configurable": {"tags": CANARY}},
        {"workflowId": "conformance-noop", "tags": [CANARY * 5]},
        {"workflowId": "conformance-noop", "metadata": {CANARY: {CANARY: {CANARY: {CANARY: {CANARY: 1}}}}}},
        {"workflowId": "conformance-noop", "inputs": {CANARY: "\0"}},
        {"workflowId": "conformance-noop", "callbackUrl": f"http://{CANARY}/"},
    ]
    for body in bodies:
        answer = await http.post("/v1/runs", json=body)
        refused(answer, {400, 403})
        assert CANARY not in answer.text
    for answer in (
        await http.get(f"/v1/runs/{CANARY}"),
        await http.get(f"/v1/workflows/{CANARY}"),
        await http.get(f"/v1/interrupts/{CANARY}"),
        await http.post("/v1/runs", json={"workflowId": CANARY}, headers={"Idempotency-Key": CANARY}),
        await http.get(f"/v1/runs/run-x/events?streamMode={CANARY}"),
        await http.get(f"/v1/runs/run-x/events/poll?lastSequence={CANARY}"),
    ):
        refused(answer, {400, 404})
        assert CANARY not in answer.text


async def test_the_caller_s_trace_goes_on(http):
    trace = secrets.token_hex(16)
    answer = await http.get("/v1/runs/run-x", headers={"traceparent": f"00-{trace}-{secrets.token_hex(8)}-01"})
    assert answer.headers["traceparent"].split("-")[1] == trace
    answer = await http.get("/v1/runs/run-x", headers={"traceparent": "00-nonsense-01"})
    assert len(answer.headers["traceparent"].split("-")[1]) == 32


async def test_a_mock_and_a_forced_version_are_for_test_keys(host, http):
    mock = {"workflowId": "conformance-stream-text", "configurable": {"mockProvider": {"id": "stream-text"}}}
    noop = {"workflowId": "conformance-noop"}
    async with host.http(await host.key(test=False)) as earnest:
        details = refused(await earnest.post("/v1/runs", json=mock), 403, "mock_provider_forbidden")
        assert details == {"requestedProvider": "stream-text", "supportedProviders": ["stream-text"]}
        forced = await earnest.post("/v1/runs", json=noop, headers={"X-Force-Engine-Version": "1"})
        refused(forced, 403, "force_engine_version_forbidden")
    forced = await http.post("/v1/runs", json=noop, headers={"X-Force-Engine-Version": "99"})
    refused(forced, 400, "unsupported_force_engine_version")
    assert (await http.post("/v1/runs", json=noop, headers={"X-Force-Engine-Version": "1"})).status_code == 201


@pytest.mark.parametrize(
    ("type_id", "capability"),
    [
        ("core.conversationGate", "conversation"),
        ("core.orchestrator.supervisor", "orchestrator"),
        ("core.dispatch", "dispatch"),
    ],
)
async def test_a_workflow_that_needs_what_this_host_has_not_is_not_started(host, http, type_id, capability):
    name = f"conformance-needs-{capability}"
    nodes = [{"id": "start", "typeId": "core.noop"}, {"id": "wants", "typeId": type_id}]
    await keep(host, {"id": name, "name": name, "version": "1", "nodes": nodes, "edges": []})
    details = refused(await http.post("/v1/runs", json={"workflowId": name}), 422, "capability_required")
    assert details == {"requiredCapability": capability, "offendingTypeId": type_id, "nodeId": "wants"}


async def test_a_thousand_requests_are_not_too_many(http):
    """The conformance suite comes fast; nobody is told to slow down."""
    began = time.monotonic()
    for _ in range(50):
        told = await asyncio.gather(*(http.get("/v1/runs/run-x") for _ in range(20)))
        assert {one.status_code for one in told} == {404}
    assert time.monotonic() - began < 30


async def test_the_client_s_own_header_does_not_matter(http: httpx.AsyncClient):
    answer = await http.post("/v1/runs", content=b'{"workflowId": "conformance-noop"}', headers={"content-type": "x"})
    assert answer.status_code == 201
