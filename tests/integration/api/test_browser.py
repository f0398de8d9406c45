"""The pages in a real browser: live, honest about a lost connection, and quiet towards other hosts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from .conftest import Api, asked
from .line import line


@pytest.fixture(scope="session")
async def browser(chromium: Path) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield launched
        await launched.close()


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    """A page whose every complaint, and every request to another host, fails the test."""
    context = await browser.new_context(viewport={"width": 390, "height": 844})
    opened = await context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    opened.on("request", lambda asked: complaints.append(asked.url) if "//127.0.0.1:" not in asked.url else None)
    yield opened
    await context.close()
    assert [one for one in complaints if not one.startswith(("data:", "Failed to load resource"))] == []


async def test_the_queue_page_follows_the_queue(api: Api, page: Page):
    """Without a reload, on a telephone's width."""
    async with api.client(await api.key()) as client:
        await page.goto(f"{api.url}/queue")
        await expect(page.locator(".pill")).to_have_text("Live")
        await expect(page.locator("[data-text=pending]")).to_have_text("0")
        for priority in ("urgent", "low"):
            await client.post("/api/reports/", json=asked(priority=priority))
        await expect(page.locator("[data-text=pending]")).to_have_text("2")
        await expect(page.locator("[data-lane=low] .pending")).to_have_attribute("width", "100")
        await expect(page.locator("[data-note]")).to_contain_text("No worker")
        assert await page.evaluate("document.documentElement.scrollWidth") == 390


async def test_a_lost_connection_is_said_and_taken_up_again(api: Api, page: Page):
    """Old numbers must not look new."""
    async with line(api.url) as connection:
        await page.goto(f"{connection.address}/queue")
        await expect(page.locator(".pill")).to_have_text("Live")
        await connection.cut()
        await expect(page.locator(".pill")).to_have_text("Connection lost, trying again")
        await connection.mend()
        await expect(page.locator(".pill")).to_have_text("Live", timeout=15_000)


async def test_the_queue_page_needs_no_script(api: Api, browser: Browser):
    """The figures are there; it reloads itself."""
    async with api.client(await api.key()) as client:
        await client.post("/api/reports/", json=asked())
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(f"{api.url}/queue")
    assert await page.inner_text("[data-text=pending]") == "1"
    assert (
        await page.locator("noscript meta[http-equiv=refresh]").count()
        + await page.locator("meta[http-equiv=refresh]").count()
    )
    await context.close()


async def test_the_api_can_be_tried_from_its_document(api: Api, page: Page):
    """With a key, from this host alone: the example there is accepted."""
    key = await api.key()
    await page.set_viewport_size({"width": 1200, "height": 1000})
    await page.goto(f"{api.url}/docs")
    await page.click(".btn.authorize")
    await page.locator(".auth-container", has_text="X-API-Key").locator("input").fill(key)
    await page.locator(".auth-container", has_text="X-API-Key").locator(".btn.authorize").click()
    await page.click(".btn-done")
    await page.locator(".opblock-post", has_text="Ask for a report").locator(".opblock-summary-control").click()
    await page.click(".execute")
    await expect(page.locator(".live-responses-table .response .response-col_status")).to_contain_text("201")
    async with api.client(key) as client:
        assert (await client.get("/api/reports/")).json()["data"]["pagination"]["total"] == 1
