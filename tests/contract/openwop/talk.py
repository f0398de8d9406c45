"""Sentences that the tests say to a host over plain HTTP, and what they understand of its answers."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from typing import Any

import httpx
import msgspec

from shared.db import runs
from shared.domain.definition import digest

ENDED = frozenset({"completed", "failed", "cancelled"})
TERMINAL = frozenset({"run.completed", "run.failed", "run.cancelled"})


async def begin(http: httpx.AsyncClient, workflow_id: str, inputs: dict[str, Any] | None = None, **more: Any) -> str:
    """Start a run of a conformance workflow; ``noop`` stands for ``conformance-noop``."""
    body = {"workflowId": f"conformance-{workflow_id}", "inputs": inputs or {}} | more
    made = await http.post("/v1/runs", json=body)
    assert made.status_code == 201, made.text
    return made.json()["runId"]


async def snapshot(http: httpx.AsyncClient, run_id: str) -> dict[str, Any]:
    found = await http.get(f"/v1/runs/{run_id}")
    assert found.status_code == 200, found.text
    return found.json()


async def until(
    http: httpx.AsyncClient, run_id: str, wanted: str | Callable[[dict[str, Any]], bool], *, within_s: float = 15
) -> dict[str, Any]:
    """The run's snapshot once it is as wanted."""
    test = wanted if callable(wanted) else lambda snap: snap["status"] == wanted
    async with asyncio.timeout(within_s):
        while True:
            snap = await snapshot(http, run_id)
            if test(snap):
                return snap
            await asyncio.sleep(0.03)


async def ended(http: httpx.AsyncClient, run_id: str, *, within_s: float = 15) -> dict[str, Any]:
    return await until(http, run_id, lambda snap: snap["status"] in ENDED, within_s=within_s)


async def ran(http: httpx.AsyncClient, workflow_id: str, inputs: dict[str, Any] | None = None, **more: Any) -> str:
    """The id of a run that has come to its end."""
    run_id = await begin(http, workflow_id, inputs, **more)
    await ended(http, run_id)
    return run_id


async def log(http: httpx.AsyncClient, run_id: str) -> list[dict[str, Any]]:
    """Every event so far."""
    found = await http.get(f"/v1/runs/{run_id}/events/poll?timeout=1")
    assert found.status_code == 200, found.text
    return found.json()["events"]


def types(events: list[dict[str, Any]]) -> list[str]:
    """The log in short; a host's own events, which others need not know, are left out."""
    return [event["type"] for event in events if not event["type"].startswith("vendor.")]


def refused(response: httpx.Response, status: int | set[int], code: str | None = None) -> dict[str, Any]:
    """The details of a refusal, after its envelope was looked at: error, message, perhaps details, and no more."""
    assert response.status_code in (status if isinstance(status, set) else {status}), response.text
    body = response.json()
    assert set(body) <= {"error", "message", "details"}, body
    assert re.fullmatch(r"[a-z][a-z0-9_]*", body["error"])
    assert isinstance(body["message"], str)
    assert body["message"]
    assert isinstance(body.get("details", {}), dict)
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}", response.headers["traceparent"])
    if code is not None:
        assert body["error"] == code, body
    return body.get("details", {})


class Frame(msgspec.Struct, frozen=True):
    """One server-sent event."""

    id: str
    event: str
    data: Any


async def stream(
    http: httpx.AsyncClient, run_id: str, *, last: str | None = None, most: int | None = None, **query: Any
) -> list[Frame]:
    """The frames of a stream until the host closes it, or until there are ``most``."""
    headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": last} if last is not None else {})
    found: list[Frame] = []
    async with http.stream("GET", f"/v1/runs/{run_id}/events", params=query, headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert "content-encoding" not in answer.headers
        fields: dict[str, str] = {}
        async for line in answer.aiter_lines():
            name, _, value = line.partition(": ")
            if name:
                fields[name] = value
            elif "data" in fields:
                found.append(Frame(fields["id"], fields["event"], json.loads(fields["data"])))
                fields = {}
                if len(found) == most:
                    return found
    return found


SECRETIVE: dict[str, Any] = {
    "id": "conformance-sensitive",
    "name": "Hands a secret on",
    "version": "1",
    "nodes": [
        {
            "id": "echo",
            "typeId": "core.identity",
            "inputs": {
                "pin": {"type": "variable", "variableName": "pin"},
                "said": {"type": "expression", "expression": "join('', ['my pin is ', variables.pin])"},
                "plain": {"type": "variable", "variableName": "plain"},
            },
            "config": {"assign": {"copy": "said"}},
        },
        {
            "id": "gate",
            "typeId": "core.approvalGate",
            "config": {"artifactId": "sk-ant-looks-like-a-key-0123456789"},
            "inputs": {"title": {"type": "connection", "nodeId": "echo", "outputKey": "said"}},
        },
    ],
    "edges": [{"id": "e", "sourceNodeId": "echo", "targetNodeId": "gate"}],
    "variables": [
        {"name": "pin", "type": "string", "required": True, "sensitive": True},
        {"name": "plain", "type": "string"},
        {"name": "copy", "type": "string"},
    ],
}
"""A workflow with a sensitive variable, which its nodes hand on as outputs, as another variable and to a reviewer."""


async def keep(host: Any, raw: dict[str, Any]) -> None:
    """Let the host know a workflow."""
    async with host.resources.pipeline.database.begin() as db:
        await runs.store_workflow(db, digest(raw), raw["id"], raw)
