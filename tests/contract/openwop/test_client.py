"""Every method of the unmodified ``openwop-client`` 1.1.1 against the host."""

from __future__ import annotations

import asyncio
import secrets

import pytest
from openwop_client import (
    BulkCancelRunsRequest,
    CreateRunRequest,
    ForkRunRequest,
    ResolveInterruptRequest,
    RunConfigurable,
    WopError,
)

from tests.contract.openwop.conftest import Client, Host


async def begin(client: Client, workflow_id: str, inputs: dict | None = None, **more) -> str:
    made = await client("runs_create", CreateRunRequest(workflowId=workflow_id, inputs=inputs or {}, **more))
    assert made.eventsUrl.endswith(f"{made.runId}/events")
    return made.runId


async def test_discovery(client: Client):
    said = await client("discovery_capabilities")
    assert said.protocolVersion == "1.0"
    assert said.limits.clarificationRounds >= 0
    assert (await client("discovery_openapi"))["openapi"].startswith("3.1")


async def test_a_workflow_is_served_as_it_was_stored(client: Client):
    found = await client("workflows_get", "conformance-multi-node")
    assert [node["id"] for node in found["nodes"]] == ["a", "b", "c"]


async def test_create_get_and_the_read_me_example(client: Client):
    """The client's README, line by line: create, poll, branch from the log, stream."""
    run_id = await begin(client, "conformance-identity", {"payload": {"deep": [1, {"x": None}]}})
    snap = await client.ended(run_id)
    assert snap.status == "completed"
    assert snap.variables["payload"] == {"deep": [1, {"x": None}]}
    fork = await client("runs_fork", run_id, ForkRunRequest(fromSeq=1, mode="branch"))
    assert (fork.sourceRunId, fork.mode) == (run_id, "branch")
    assert (await client.ended(fork.runId)).status == "completed"
    events = await client.collect("runs_events", run_id, stream_mode="updates")
    assert [event.type for event in events] == ["run.started", "node.completed", "run.completed"]


async def test_typed_configurable_arrives_as_it_was_meant(client: Client):
    """The client flattens its dataclass before it leaves out nulls, and nests extras."""
    run_id = await begin(client, "conformance-cap-breach", configurable=RunConfigurable(recursionLimit=3))
    snap = await client.ended(run_id)
    assert snap.error.code == "recursion_limit_exceeded"
    assert snap.configurable == {"recursionLimit": 3}


async def test_polling_is_by_an_exclusive_cursor(client: Client):
    run_id = await begin(client, "conformance-noop")
    await client.ended(run_id)
    everything = await client("runs_poll_events", run_id)
    assert [event.sequence for event in everything.events] == [0, 1, 2, 3]
    assert everything.isComplete
    rest = await client("runs_poll_events", run_id, last_sequence=1)
    assert [event.sequence for event in rest.events] == [2, 3]
    assert (await client("runs_poll_events", run_id, last_sequence=99)).events == []


async def test_streams_of_every_mode(client: Client):
    run_id = await begin(client, "conformance-delay", {"delayMs": 300})
    updates, debug, values = await asyncio.gather(
        client.collect("runs_events", run_id, stream_mode="updates"),
        client.collect("runs_events", run_id, stream_mode="debug"),
        client.collect("runs_events", run_id, stream_mode="values"),
    )
    assert [event.type for event in updates] == ["run.started", "node.completed", "run.completed"]
    assert [event.type for event in debug] == ["run.started", "node.started", "node.completed", "run.completed"]
    assert {event.type for event in values} == {"state.snapshot"}
    assert values[-1].payload["status"] == "completed"
    assert values[0].payload["status"] == "pending"


async def test_a_model_s_text_is_streamed(client: Client):
    mock = {"mockProvider": {"id": "stream-text", "config": {"chunks": ["one ", "two ", "three"]}}}
    run_id = await begin(client, "conformance-stream-text", configurable=mock)
    chunks = await client.collect("runs_events", run_id, stream_mode="messages")
    assert [event.payload["chunk"] for event in chunks] == ["one ", "two ", "three"]
    assert [event.payload["isLast"] for event in chunks] == [False, False, True]
    assert {event.type for event in chunks} == {"ai.message.chunk"}


async def test_cancel_and_bulk_cancel(client: Client):
    one, two = [await begin(client, "conformance-cancellable") for _ in range(2)]
    assert (await client("runs_cancel", one)).status == "cancelled"
    assert (await client("runs_cancel", one)).status == "cancelled"
    done = await client("runs_bulk_cancel", BulkCancelRunsRequest(runIds=[one, two, "run-unknown"]))
    assert [result.ok for result in done.results] == [True, True, False]
    assert (await client.ended(two)).status == "cancelled"


async def test_an_approval_by_run(client: Client):
    run_id = await begin(client, "conformance-approval")
    snap = await client.until(run_id, "waiting-approval")
    assert snap.currentNodeId == "gate"
    told = await client(
        "interrupts_resolve_by_run", run_id, "gate", ResolveInterruptRequest(resumeValue={"action": "accept"})
    )
    assert (told.runId, told.nodeId) == (run_id, "gate")
    assert (await client.ended(run_id)).status == "completed"


async def test_an_event_by_token(client: Client, http):
    """The token is in the snapshot, and is the only credential that its holder needs."""
    run_id = await begin(client, "conformance-interrupt-external-event")
    await client.until(run_id, "waiting-external")
    token = (await http.get(f"/v1/runs/{run_id}")).json()["interrupt"]["interruptToken"]
    asked = await client("interrupts_inspect_by_token", token)
    assert (asked.kind, asked.key) == ("external-event", "wait-for-external:0")
    value = {"orderId": "fixture-order-1", "status": "completed", "more": True}
    await client("interrupts_resolve_by_token", token, ResolveInterruptRequest(resumeValue=value))
    assert (await client.ended(run_id)).status == "completed"


async def test_the_audit_log_verifies(client: Client):
    await begin(client, "conformance-noop")
    told = await client("audit_verify", 0, 10_000)
    assert told.chainValid
    assert told.anomalies == []


async def test_a_key_makes_one_run(client: Client):
    """Ten at once with one key, then one more with another body."""
    key, nonce = secrets.token_hex(8), secrets.token_hex(8)
    asked = CreateRunRequest(workflowId="conformance-idempotent", inputs={"nonce": nonce})
    made = await asyncio.gather(*(client("runs_create", asked, idempotency_key=key) for _ in range(10)))
    assert len({one.runId for one in made}) == 1
    other = CreateRunRequest(workflowId="conformance-idempotent", inputs={"nonce": "another"})
    with pytest.raises(WopError) as caught:
        await client("runs_create", other, idempotency_key=key)
    assert caught.value.status == 409
    assert caught.value.envelope.error == "idempotency_key_mismatch"


async def test_an_error_carries_its_trace(client: Client):
    with pytest.raises(WopError) as caught:
        await client("runs_get", "run-unknown")
    assert caught.value.status == 404
    assert caught.value.envelope.error == "not_found"
    assert len(caught.value.trace_id) == 32


async def test_another_owner_s_run_is_not_there(client: Client, host: Host):
    run_id = await begin(client, "conformance-noop")
    other = Client(host.url, await host.key())
    with pytest.raises(WopError) as caught:
        await other("runs_get", run_id)
    assert caught.value.status == 404
