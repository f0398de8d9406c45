"""The calls of the published web client, sent by a real browser from a page of this origin with nothing but its cookie.

Paths, queries, bodies and headers are that client's; what each answer must hold is what it reads.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, async_playwright

from .conftest import CONVERSATIONAL, Api, failing

CALL = """async ([method, path, body, headers]) => {
    const answer = await fetch(path, {
        method, credentials: "same-origin", redirect: "error",
        headers: {Accept: "application/json, text/plain, */*", ...headers,
                  ...(body === null ? {} : {"Content-Type": "application/json"})},
        body: body === null ? undefined : JSON.stringify(body),
    });
    const said = await answer.text();
    let json = null;
    try { json = JSON.parse(said); } catch {}
    return {status: answer.status, json, bytes: said.length, disposition: answer.headers.get("content-disposition")};
}"""
FRESH = {"Cache-Control": "no-cache", "Pragma": "no-cache"}
ROW = (
    *("id", "title", "description", "template", "status", "progress_percentage", "error_message", "result_file_id"),
    *("result_size_bytes", "download_count", "queue_position", "estimated_completion", "created_at"),
)


class WebClient:
    """``reportApi``: root-relative paths, the session's cookie, no token against forgery."""

    def __init__(self, page: Page) -> None:
        self._page = page

    async def __call__(
        self, method: str, path: str, body: Any = None, *, status: int = 200, headers: dict[str, str] | None = None
    ) -> Any:
        answer = await self._page.evaluate(CALL, [method, path, body, headers or {}])
        assert answer["status"] == status, answer
        return answer["json"] if answer["json"] is not None else answer


async def test_every_call_of_the_web_client_finds_what_it_reads(api: Api, chromium: Path):
    """From the list of templates to the shared and the deleted report, by the login server's cookie."""
    person = await api.person(role="admin")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        context = await browser.new_context()
        await context.add_cookies(
            [{"name": "ory_kratos_session", "value": person.token, "url": api.url, "httpOnly": True, "sameSite": "Lax"}]
        )
        page = await context.new_page()
        await page.goto(f"{api.url}/queue")
        try:
            call = WebClient(page)
            await _templates(call)
            await _queue(call)
            await _reports(api, call)
        finally:
            await browser.close()


async def _templates(call: WebClient) -> None:
    listed = await call("GET", "/api/reports/templates?category=analysis")
    assert listed["success"] is True
    assert CONVERSATIONAL in [one["id"] for one in listed["data"]["templates"]]
    made = {"name": "Weekly look", "display_name": "Weekly look", "description": "A week", "category": "analysis"}
    template = (await call("POST", "/api/reports/templates", made, status=201))["data"]["template"]
    path = f"/api/reports/templates/{template['id']}"
    assert (await call("GET", path))["data"]["template"]["display_name"] == "Weekly look"
    changed = await call("PUT", path, made | {"description": "Seven days"})
    assert changed["data"]["template"]["description"] == "Seven days"
    assert "error" in await call("POST", "/api/reports/templates", made, status=409)
    assert (await call("DELETE", path))["success"] is True


async def _queue(call: WebClient) -> None:
    queue = await call("GET", "/api/reports/queue/status?queue=default")
    assert queue["success"] is True
    assert queue["data"]["queue_name"] == "default"
    assert {"total_pending", "currently_processing", "user_active_reports"} <= queue["data"].keys()
    assert (await call("GET", "/api/reports/health"))["status"] == "healthy"


async def _reports(api: Api, call: WebClient) -> None:
    asked = {
        "template_id": CONVERSATIONAL, "title": "Generated", "description": "What is tea?", "priority": "normal",
        "parameters": {}, "output_format": "pdf",
    }  # fmt: skip
    made = await call("POST", "/api/reports/", asked, status=201)
    report_id = made["data"]["report"]["id"]
    rows = await call("GET", "/api/reports/?limit=10&offset=0&search=generated&_t=1700000000000", headers=FRESH)
    assert rows["success"] is True
    assert rows["data"]["pagination"]["total"] == 1
    (row,) = rows["data"]["reports"]
    assert set(ROW) <= row.keys()
    assert row["template"]["category"] == "analysis"
    assert (row["status"], row["result_file_id"], row["error_message"]) == ("queued", None, None)
    await api.work()
    shown = (await call("GET", f"/api/reports/{report_id}"))["data"]["report"]
    assert (shown["status"], shown["progress_percentage"]) == ("completed", 100)
    assert {"display_name", "category", "security_level", "requires_scrambling"} <= shown["template"].keys()
    assert isinstance(shown["result_summary"], dict)
    assert shown["parameters"] == {}
    assert shown["result_file_id"]
    file = await call("GET", f"/api/reports/{report_id}/download")
    assert "Generated_" in file["disposition"]
    assert file["bytes"] > 20
    assert (await call("POST", f"/api/reports/{report_id}/share", {"method": "link"}))["data"]["share_url"]
    token = (await call("POST", f"/api/reports/{report_id}/share", {"method": "download_token"}))["data"]
    assert token["download_token"]
    assert token["download_url"]
    await _cancelled_and_retried(api, call, asked)


async def _cancelled_and_retried(api: Api, call: WebClient, asked: dict[str, Any]) -> None:
    """Both without a body and without its type."""
    report_id = (await call("POST", "/api/reports/", asked, status=201))["data"]["report"]["id"]
    assert (await call("POST", f"/api/reports/{report_id}/cancel"))["success"] is True
    assert (await call("POST", f"/api/reports/{report_id}/retry"))["success"] is True
    await api.work({"report.outline": failing})
    failed = (await call("GET", "/api/reports/?limit=10&offset=0&status=failed"))["data"]["reports"]
    assert [one["id"] for one in failed] == [report_id]
    assert failed[0]["error_message"]


@pytest.mark.parametrize("cookie", ["", "no-session-of-anybody"])
async def test_without_a_session_the_web_client_is_sent_to_log_in(shared_api: Api, cookie: str):
    """It looks for 401, with the reason under ``error``."""
    async with shared_api.browser() as client:
        if cookie:
            client.cookies.set("ory_kratos_session", cookie)
        answer = await client.get("/api/reports/?limit=10&offset=0")
    assert answer.status_code == 401
    assert answer.json()["error"] == "Authentication required"


async def test_a_session_without_its_second_factor_is_sent_to_give_it(shared_api: Api):
    """It looks for 403 with this code, and for what to ask for."""
    person = await shared_api.person(enrolled=True)
    async with shared_api.browser(person) as client:
        answer = await client.get("/api/reports/?limit=10&offset=0")
    assert answer.status_code == 403
    body = answer.json()
    assert body["code"] == "METHOD_REQUIRED"
    assert body["required_methods"]
    assert body["operation"]
