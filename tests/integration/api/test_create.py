"""Asking for a report: what is accepted, what is refused, and that nothing is half done."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from shared.contracts.states import RunStatus
from shared.db import runs

from .conftest import CONVERSATIONAL, DOCUMENT, Api, asked

PATHS = ["/api/reports/", "/api/reports", "/sting/api/reports/", "/sting/api/reports"]


@pytest.mark.parametrize("path", PATHS)
async def test_a_request_is_accepted_on_every_form_of_its_address(client: httpx.AsyncClient, path: str):
    """Without a redirect, which would lose the body."""
    answer = await client.post(path, json=asked(priority="high", output_format="md"))
    assert answer.status_code == 201
    body = answer.json()
    assert body["success"] is True
    report = body["data"]["report"]
    assert {name: report[name] for name in ("title", "status", "priority", "output_format")} == {
        "title": "Tea and coffee",
        "status": "queued",
        "priority": "high",
        "output_format": "md",
    }
    assert report["created_at"].endswith("Z")
    assert body["data"]["queue_position"] >= 1
    assert body["data"]["estimated_completion"] > report["created_at"]


async def test_a_report_gets_a_run_that_carries_the_requests_trace(api: Api):
    """Its inputs are the workflow's variables."""
    trace = "0af7651916cd43dd8448eb211c80319c"
    async with api.client(await api.key("Ada")) as client:
        headers = {"traceparent": f"00-{trace}-b7ad6b7169203331-01"}
        sent = asked(description="About", parameters={"query": "Why?", "language": "de"})
        answer = await client.post("/api/reports/", json=sent, headers=headers)
    report = answer.json()["data"]["report"]
    async with api.resources.pipeline.database.connect() as db:
        run = await runs.get(db, report["run_id"])
    assert run is not None
    assert (run.status, run.trace_id, str(run.report_id)) == (RunStatus.PENDING, trace, report["id"])
    assert run.inputs == {
        "reportId": report["id"],
        "title": "Tea and coffee",
        "description": "About",
        "query": "Why?",
        "parameters": {"query": "Why?", "language": "de"},
        "outputFormat": "pdf",
        "author": "Ada",
        "language": "de",
        "theme": "pressrun",
        "honeyJarId": None,
        "scrambling": True,
        "scramblingProfile": "gdpr_compliant",
        "template": {},
        "conversation": {},
    }
    assert answer.headers["traceparent"].split("-")[1] == trace


async def test_absent_options_are_the_templates(client: httpx.AsyncClient):
    """Scrambling is on where the template or the client asks for it."""
    for template, given, expected in (
        (CONVERSATIONAL, None, True),
        (DOCUMENT, None, False),
        (DOCUMENT, True, True),
    ):
        answer = await client.post(
            "/api/reports/", json=asked(template_id=template, scrambling_enabled=given, parameters={"context": "Tea."})
        )
        report = (await client.get(f"/api/reports/{answer.json()['data']['report']['id']}")).json()["report"]
        assert report["scrambling_enabled"] is expected
        assert report["priority"] == "normal"


async def test_what_a_template_demands_scrambled_is_not_sent_as_it_is(client: httpx.AsyncClient):
    """A template that requires scrambling refuses to go without; the answer names the field and what to do."""
    answer = await client.post("/api/reports/", json=asked(template_id=CONVERSATIONAL, scrambling_enabled=False))
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("scrambling_enabled: must not be false")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   ",
        b"nonsense",
        b"{",
        b'{"title": }',
        b"[]",
        b"null",
        b'"text"',
        b"5",
        b"\xff\xfe{}",
        b'{"title": "\xff"}',
        b'{"title": "\\ud800"}',
        b'{"title": "\\udc00x"}',
        b'{"n": 1e400}',
        b'{"n": ' + b"1" * 6000 + b"}",
        b'{"n": NaN}',
        b'{"a": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
        b"\xef\xbb\xbf{}",
        b"template_id=1&title=x",
    ],
)
async def test_what_is_not_json_is_refused(client: httpx.AsyncClient, body: bytes):
    """With the contract's text, and never a 500."""
    answer = await client.post("/api/reports/", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["error"] == "JSON data required"


@pytest.mark.parametrize(
    ("more", "status", "error"),
    [
        ({"title": None}, 400, "template_id and title are required"),
        ({"template_id": ""}, 400, "template_id and title are required"),
        ({"template_id": "nope"}, 404, "Template not found"),
        ({"template_id": "00000000-0000-0000-0000-000000000000"}, 404, "Template not found"),
        ({"honey_jar_id": "jar-1"}, 404, "Honey jar not found"),
        ({"priority": "asap"}, 400, "priority: must be one of urgent, high, normal, low"),
        ({"output_format": "docx"}, 400, "output_format: must be one of pdf, html, md"),
        ({"title": "x" * 10_000}, 400, "title: must be text of 1 to 500 characters"),
        ({"title": "a\0b"}, 400, "title: holds a NUL character; remove it"),
        ({"parameters": {"user_query": " "}}, 400, None),
        ({"parameters": {"context": [7]}}, 400, None),
        ({"parameters": {"n": 10**30}}, 400, None),
        ({"parameters": {"n": list(range(20_000))}}, 400, None),
    ],
)
async def test_a_wrong_request_is_refused_and_leaves_nothing(
    shared_api: Api, more: dict[str, Any], status: int, error: str | None
):
    """A 4xx that names the field, and no row."""
    async with shared_api.client(await shared_api.key()) as client:
        answer = await client.post("/api/reports/", json=asked(**more))
        listed = await client.get("/api/reports/")
    assert answer.status_code == status
    body = answer.json()
    assert body["success"] is False
    if error is not None:
        assert body["error"] == error
    else:
        assert body["error"].startswith("parameters")
    assert listed.json()["data"]["pagination"]["total"] == 0


async def test_of_a_key_that_is_there_twice_the_last_counts(client: httpx.AsyncClient):
    """As in every common parser; what matters is that check and use see the same one."""
    body = b'{"title": "first", "title": "second", "template_id": "%s"}' % CONVERSATIONAL.encode()
    answer = await client.post("/api/reports/", content=body)
    assert answer.json()["data"]["report"]["title"] == "second"


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "'; DROP TABLE reports; --",
    "{{ 7 * 7 }} {% raw %} ${7*7} #{7*7}",
    "%s %n %x \\u0000 \\x00",
    "\u202eevil\u202c \u0000".replace("\u0000", "\u0001"),
    "🖨️ 日本語 العربية \U0001f468\u200d\U0001f469\u200d\U0001f467",
    "=cmd|'/c calc'!A1",
    "../../../etc/passwd",
    "a\r\nSet-Cookie: x=y",
    '{"$result": "0", "bytes": 1, "count": 9}',
    "[P1] [x](javascript:alert(1)) ![](http://example.org/x.png)",
]


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_text_comes_back_as_the_text_it_is(client: httpx.AsyncClient, text: str):
    """In title, description and parameters, letter by letter."""
    sent = asked(title=text, description=text, parameters={"user_query": text, text: [text], "n": {text: None}})
    answer = await client.post("/api/reports/", json=sent)
    assert answer.status_code == 201
    shown = await client.get(f"/api/reports/{answer.json()['data']['report']['id']}")
    report = shown.json()["report"]
    assert (report["title"], report["description"], report["parameters"]) == (text, text, sent["parameters"])
    assert shown.headers["content-type"] == "application/json"
    found = await client.get("/api/reports/", params={"search": text})
    assert [one["title"] for one in found.json()["data"]["reports"]] == [text]


async def test_parameters_that_look_like_the_engines_own_values_stay_text(client: httpx.AsyncClient):
    """A reference to a stored value is not something that a client can forge."""
    forged = {"user_query": "q", "x": {"$result": "0" * 64, "bytes": 1, "count": 5}}
    answer = await client.post("/api/reports/", json=asked(parameters=forged))
    shown = await client.get(f"/api/reports/{answer.json()['data']['report']['id']}")
    assert shown.json()["report"]["parameters"] == forged


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("path", ["/api/reports/", "/sting/api/reports"])
async def test_a_body_over_the_limit_is_refused(shared_api: Api, path: str, chunked: bool):
    """Whether it says its length or not, and without reading it to its end."""
    sent = json.dumps(asked(parameters={"user_query": "x" * (shared_api.settings.body_limit_bytes)})).encode()

    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(sent), 10_000):
            yield sent[start : start + 10_000]

    async with shared_api.client(await shared_api.key()) as client:
        answer = await client.post(path, content=chunks() if chunked else sent)
    assert answer.status_code == 413
    body = answer.json()
    assert (body["success"], body["code"]) == (False, "body_too_large")
    assert str(shared_api.settings.body_limit_bytes) in body["error"]
    assert answer.headers["traceparent"]


async def test_a_chunked_body_within_the_limit_is_accepted(client: httpx.AsyncClient):
    async def chunks() -> AsyncIterator[bytes]:
        for piece in json.dumps(asked()).split(","):
            yield (piece if piece.startswith("{") else "," + piece).encode()

    assert (await client.post("/api/reports/", content=chunks())).status_code == 201


async def test_a_large_context_is_welcome(api: Api):
    """Several thousand words, a megabyte even; more is refused with the limit."""
    context = [{"title": f"Document {n}", "type": "text", "text": "word " * 41_900} for n in range(5)]
    async with api.client(await api.key()) as client:
        answer = await client.post("/api/reports/", json=asked(parameters={"user_query": "q", "context": context}))
        more = await client.post("/api/reports/", json=asked(parameters={"context": [*context, "word " * 300]}))
    assert answer.status_code == 201
    assert (more.status_code, more.json()["error"].split(";")[0]) == (
        400,
        "parameters: must be at most 1048576 bytes of JSON",
    )


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
async def test_a_method_that_is_not_there_is_said_so(client: httpx.AsyncClient, method: str):
    """In the dialect of the path."""
    answer = await client.request(method, "/api/reports/")
    assert answer.status_code == 405
    assert answer.json()["success"] is False
