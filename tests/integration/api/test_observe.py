"""What operators and programs learn from every answer: trace, log line, problem, health, document."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from shared.db import reports
from shared.observability.tracing import parse

from .conftest import Api, asked

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = f"00-{TRACE}-b7ad6b7169203331-01"
PATHS = [
    "/",
    "/queue",
    "/health/live",
    "/nothing",
    "/api/reports/",
    "/api/reports/x",
    "/api/reports/?limit=x",
    "/assets/no",
]


@pytest.mark.parametrize("path", PATHS)
async def test_every_answer_carries_the_trace(client: httpx.AsyncClient, path: str):
    """The caller's, or a new one; errors included."""
    ours = parse((await client.get(path)).headers["traceparent"])
    theirs = parse((await client.get(path, headers={"traceparent": PARENT})).headers["traceparent"])
    wrong = parse((await client.get(path, headers={"traceparent": "00-zz"})).headers["traceparent"])
    assert ours is not None
    assert theirs is not None
    assert wrong is not None
    assert theirs.trace_id == TRACE
    assert len({ours.trace_id, wrong.trace_id, TRACE}) == 3


async def test_one_wide_line_is_logged_per_request(shared_api: Api):
    """Who, what, how long and how it ended; neither body nor query nor key."""
    key = await shared_api.key()
    async with shared_api.client(key) as client:
        with capture_logs() as lines:
            await client.post("/api/reports/", json=asked(title="Secret plan"), headers={"traceparent": PARENT})
            await client.get("/api/reports/?search=secret")
            await client.get("/nothing/here")
            await client.get("/health/live")
    answered = [line for line in lines if line["event"] == "request.answered"]
    assert [(line["route"], line["status"], line["method"]) for line in answered] == [
        ("/api/reports", 201, "POST"),
        ("/api/reports", 200, "GET"),
        ("unmatched", 404, "GET"),
    ]
    assert all(line["ms"] >= 0 and line["client"] == "127.0.0.1" for line in answered)
    assert answered[0]["principal_id"]
    assert answered[2]["path"] == "/nothing/here"
    text = json.dumps(lines, default=str).lower()
    assert "secret" not in text
    assert key.lower() not in text


async def test_a_crash_shows_a_correlation_id_and_nothing_else(shared_api: Api, monkeypatch: pytest.MonkeyPatch):
    """The log has the traceback; the client has the id to ask with."""

    async def crash(*_: Any, **__: Any) -> None:
        raise KeyError("a secret inside")

    monkeypatch.setattr(reports, "insert", crash)
    monkeypatch.setattr(reports, "page", crash)
    async with shared_api.client(await shared_api.key()) as client:
        with capture_logs() as lines:
            created = await client.post("/api/reports/", json=asked(), headers={"traceparent": PARENT})
            listed = await client.get("/api/reports/")
    assert (created.status_code, listed.status_code) == (500, 500)
    assert created.json() == {
        "success": False,
        "error": "Failed to queue report",
        "detail": "Failed to queue report",
        "code": "internal_error",
        "correlation_id": TRACE,
    }
    assert "secret" not in created.text + listed.text
    assert "Traceback" not in created.text + listed.text
    assert len([line for line in lines if line["event"] == "request.crashed" and line["exc_info"]]) == 2


async def test_a_path_that_is_nowhere_is_answered_in_its_neighbours_dialect(client: httpx.AsyncClient):
    """Long-form below its prefixes, plainly elsewhere."""
    for path in ("/api/reports/a/b/c", "/sting/api/reports/a/b/c"):
        answer = await client.get(path)
        assert (answer.status_code, answer.json()["success"]) == (404, False)
    answer = await client.get("/api/reportsx")
    assert (answer.status_code, answer.json()["error"]) == (404, "not_found")


async def test_health_is_ok_while_every_part_answers(shared_api: Api):
    async with shared_api.client() as client:
        ready = await client.get("/health/ready")
        longform = await client.get("/api/reports/health")
        live = await client.get("/health/live")
    assert (ready.status_code, ready.json()) == (
        200,
        {"status": "ok", "parts": {"database": "ok", "queue": "ok", "store": "ok"}},
    )
    assert (live.status_code, live.json()) == (200, {"status": "ok"})
    body = longform.json()
    assert (body["status"], body["database_connected"], body["report_service"]) == ("healthy", True, "available")


async def test_the_openapi_document_names_every_report_route_and_its_errors(client: httpx.AsyncClient):
    """With the request that is read by hand, and the keys that it wants."""
    answer = await client.get("/openapi.json")
    document = answer.json()
    assert document["openapi"].startswith("3.1")
    paths = document["paths"]
    assert set(paths) >= {
        "/api/reports",
        "/api/reports/templates",
        "/api/reports/{report_id}",
        "/api/reports/{report_id}/download",
        "/api/reports/{report_id}/cancel",
        "/api/reports/{report_id}/retry",
        "/api/reports/{report_id}/preview",
        "/api/reports/{report_id}/share",
        "/api/reports/{report_id}/grant-access",
        "/api/reports/{report_id}/grants",
        "/api/reports/{report_id}/grants/{grant_id}",
        "/api/reports/queue/status",
    }
    create = paths["/api/reports"]["post"]
    longform, ml = create["requestBody"]["content"]["application/json"]["schema"]["anyOf"]
    assert longform["required"] == ["template_id", "title"]
    assert sorted(longform["properties"]["priority"]["enum"]) == ["high", "low", "normal", "urgent"]
    assert ml["required"] == ["project_id", "kind", "entity_id"]
    assert set(create["responses"]) == {"201", "400", "401", "403", "404", "409", "429", "503"}
    assert set(document["components"]["securitySchemes"]) == {"key", "bearer"}
    _check_references(document)


def _check_references(document: dict[str, Any]) -> None:
    def walk(value: Any) -> None:
        if isinstance(value, dict):
            if "$ref" in value:
                found: Any = document
                for part in value["$ref"].removeprefix("#/").split("/"):
                    found = found[part]
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    walk(document)
