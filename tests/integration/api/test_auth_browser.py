"""The pages of people in a real browser, at a telephone's width."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from .conftest import PASSWORD, RECOVERY, Api, Person, code

NEW = "tea coffee and a biscuit"


@pytest.fixture(scope="module")
async def chrome(chromium: Path) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield launched
        await launched.close()


@pytest.fixture
async def page(chrome: Browser) -> AsyncIterator[Page]:
    """A page whose every complaint, and every request to another host, fails the test."""
    context = await chrome.new_context(viewport={"width": 390, "height": 844})
    opened = await context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    opened.on("request", lambda asked: complaints.append(asked.url) if "//127.0.0.1:" not in asked.url else None)
    yield opened
    await context.close()
    assert [one for one in complaints if not one.startswith("Failed to load resource")] == []


async def fits(page: Page) -> bool:
    return bool(await page.evaluate("document.documentElement.scrollWidth <= 390"))


async def log_in(page: Page, email: str, password: str = PASSWORD) -> None:
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_label("Password").fill(password)
    await page.get_by_role("button", name="Log in").click()


async def come_in(page: Page, api: Api, person: Person) -> None:
    await page.context.add_cookies([{"name": "pressrun_session", "value": person.token, "url": api.url}])


async def test_a_newcomer_chooses_a_password_and_sets_up_a_second_factor(shared_api: Api, page: Page):
    """From the one-time password to codes on paper, and in again with the authenticator."""
    person = await shared_api.person()
    async with shared_api.resources.pipeline.database.connect() as db:
        await db.execute("UPDATE users SET must_change_password = true WHERE principal_id = $1", person.id)
    await page.goto(f"{shared_api.url}/login?next=/queue")
    assert await fits(page)
    await log_in(page, person.email, "not the password")
    await expect(page.get_by_role("alert")).to_have_text("The e-mail or the password is wrong.")
    await log_in(page, person.email)
    await page.wait_for_url("**/account")
    await expect(page.locator("[data-must]")).to_be_visible()
    await expect(page.locator("#keys")).to_be_hidden()
    await page.get_by_label("Present password").fill(PASSWORD)
    await page.get_by_label("New password").fill(NEW)
    await page.get_by_role("button", name="Change password").click()
    await expect(page.locator("[data-must]")).to_be_hidden()
    await expect(page.locator("[data-factor-state]")).to_have_text("off")

    await page.get_by_label("Your password").fill(NEW)
    await page.get_by_role("button", name="Set up an authenticator").click()
    await expect(page.locator("[data-qr] svg")).to_be_visible()
    assert await fits(page)
    secret = (await page.inner_text("[data-secret]")).replace(" ", "")
    await page.get_by_label("The code that it shows now").fill(code(secret))
    await page.get_by_role("button", name="Confirm").click()
    await expect(page.locator("[data-code-list] li")).to_have_count(10)
    await expect(page.locator("[data-factor-state]")).to_have_text("on")
    assert await fits(page)
    recovery = await page.locator("[data-code-list] code").first.inner_text()

    await page.get_by_role("button", name="Log out", exact=True).click()
    await page.wait_for_url("**/login")
    await log_in(page, person.email, NEW)
    await page.wait_for_url("**/security-upgrade?next=%2Faccount")
    assert await fits(page)
    await page.get_by_label("The code").fill("000 000")
    await page.get_by_role("button", name="Confirm").click()
    await expect(page.get_by_role("alert")).to_contain_text("wrong or was used")
    await page.get_by_role("button", name="Use a recovery code").click()
    await page.get_by_label("One of your recovery codes").fill(recovery)
    await page.get_by_role("button", name="Confirm").click()
    await page.wait_for_url("**/account")
    await expect(page.locator("[data-factor-text]")).to_contain_text("9 recovery codes are left")


async def test_keys_and_sessions_are_looked_after(shared_api: Api, page: Page):
    person = await shared_api.person()
    async with shared_api.browser() as other:
        await other.post("/api/auth/login", json={"email": person.email, "password": PASSWORD})
        await come_in(page, shared_api, person)
        await page.goto(f"{shared_api.url}/account")
        await page.get_by_text("Make a key").click()
        await page.get_by_label("What it is for").fill("<b>nightly</b>")
        await page.get_by_role("button", name="Make the key").click()
        await expect(page.locator("[data-key]")).to_contain_text("sk_")
        key = await page.inner_text("[data-key]")
        assert key.startswith("sk_")
        assert await fits(page)
        await expect(page.locator("[data-keys] li strong")).to_have_text("<b>nightly</b>")
        await page.reload()
        await expect(page.locator("[data-keys] li")).to_have_count(1)
        assert key not in await page.content()
        await page.get_by_role("button", name="Revoke").click()
        await page.get_by_role("button", name="sure?").click()
        await expect(page.locator("[data-keys] .state")).to_have_text("revoked")
        await page.get_by_role("button", name="End").click()
        await expect(page.locator("[data-sessions] li")).to_have_count(1)
        assert (await other.get("/api/reports/")).status_code == 401


async def test_a_stranger_is_sent_to_log_in_and_comes_back(shared_api: Api, page: Page):
    person = await shared_api.person()
    await page.goto(f"{shared_api.url}/account")
    await page.wait_for_url("**/login?next=%2Faccount")
    await log_in(page, person.email)
    await page.wait_for_url("**/account")


@pytest.mark.parametrize(
    "wanted",
    ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "\\\\evil.example", "/login"],
)
async def test_nobody_is_sent_to_another_host(shared_api: Api, page: Page, wanted: str):
    await come_in(page, shared_api, await shared_api.person())
    await page.goto(f"{shared_api.url}/login?next={quote(wanted, safe='')}")
    await page.wait_for_url(f"{shared_api.url}/account")


async def test_giving_up_the_second_factor_wants_it_shown_first(shared_api: Api, page: Page):
    person = await shared_api.person(enrolled=True, stepped_up=True)
    async with shared_api.resources.pipeline.database.connect() as db:
        await db.execute(
            "UPDATE sessions SET stepped_up_at = now() - interval '20 minutes' WHERE id = $1", person.session_id
        )
    await come_in(page, shared_api, person)
    await page.goto(f"{shared_api.url}/account")
    for _ in range(2):
        await page.locator("[data-disable]").click()
    await page.wait_for_url("**/security-upgrade?next=%2Faccount")
    await page.get_by_role("button", name="Use a recovery code").click()
    await page.get_by_label("One of your recovery codes").fill(RECOVERY)
    await page.get_by_role("button", name="Confirm").click()
    await page.wait_for_url("**/account")
    for _ in range(2):
        await page.locator("[data-disable]").click()
    await expect(page.locator("[data-factor-state]")).to_have_text("off")
