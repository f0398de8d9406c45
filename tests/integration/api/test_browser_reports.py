"""The pages of reports in a real browser: asked for, followed, read, shared, deleted; on a telephone and by keyboard."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from shared.domain.outcome import ArtifactFile, Done, Outcome, Work
from shared.pipeline.chunks import ChunkStream
from shared.storage.keys import MEDIA_TYPES, artifact_key

from . import ml
from .conftest import FILES, Api, Person, asked, failing

HTML = b"""<!doctype html><html lang="en"><title>Tea</title><style>h1 { color: rgb(1, 2, 3) }</style>
<h1>Tea and coffee</h1><p>Green tea is brewed below 80 degrees.</p>
<script>document.querySelector("h1").textContent = "owned"</script></html>"""


@pytest.fixture(scope="module")
async def chrome(chromium: Path) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield launched
        await launched.close()


@pytest.fixture
async def context(chrome: Browser) -> AsyncIterator[BrowserContext]:
    """Pages of a telephone's width whose every complaint, and every request to another host, fails the test."""
    opened = await chrome.new_context(viewport={"width": 390, "height": 844}, locale="en-GB")
    opened.set_default_timeout(20_000)
    complaints: list[str] = []
    opened.on("weberror", lambda error: complaints.append(str(error.error)))
    opened.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    opened.on("request", lambda sent: complaints.append(sent.url) if "//127.0.0.1:" not in sent.url else None)
    yield opened
    await opened.close()
    expected = ("Failed to load resource", "Blocked script execution")
    assert [one for one in complaints if not one.startswith(expected)] == []


@pytest.fixture
async def person(api: Api) -> Person:
    return await api.person()


@pytest.fixture
async def page(context: BrowserContext, api: Api, person: Person) -> Page:
    """A page of somebody who is logged in."""
    await context.add_cookies([{"name": "pressrun_session", "value": person.token, "url": api.url}])
    return await context.new_page()


async def make(api: Api, person: Person, **more: object) -> tuple[str, str]:
    """A report of this person's; its id and its run's."""
    async with api.browser(person) as client:
        report = (await client.post("/api/reports/", json=asked(**more))).json()["data"]["report"]
    return report["id"], report["run_id"]


def printing(api: Api) -> dict[str, object]:
    """A render node whose web page can be looked at."""

    async def render(_: Work) -> Outcome:
        made = []
        for kind, data in (FILES | {"html": HTML}).items():
            sha256 = hashlib.sha256(data).hexdigest()
            key = artifact_key(sha256, kind)
            await api.resources.pipeline.store.put(key, data, MEDIA_TYPES[kind])
            made.append(
                ArtifactFile(format=kind, media_type=MEDIA_TYPES[kind], key=key, size_bytes=len(data), sha256=sha256)
            )
        return Done(outputs={"formats": sorted(FILES), "pages": 3}, artifacts=made)

    return {"report.render": render}


async def fits(page: Page) -> bool:
    return bool(await page.evaluate("document.documentElement.scrollWidth <= 390"))


async def test_a_stranger_is_sent_to_log_in(api: Api, context: BrowserContext):
    """And back to where he wanted to go."""
    page = await context.new_page()
    await page.goto(f"{api.url}/reports?x=1")
    await page.wait_for_url("**/login?next=%2Freports%3Fx%3D1")


async def test_a_report_is_asked_for_and_followed_until_it_is_done(api: Api, person: Person, page: Page):
    """From the form to the file, without a reload."""
    await page.goto(f"{api.url}/reports")
    await expect(page.get_by_text("There is no report yet")).to_be_visible()
    await page.get_by_role("button", name="New report").click()
    await page.locator("[name=template_id]").select_option(label="Bee Conversational Report")
    await page.get_by_label("Title").fill("Tea & <b>coffee</b>")
    await page.get_by_label("What shall it answer?").fill("Compare tea and coffee.")
    await page.get_by_label("Documents to write from").fill("Green tea must not be brewed above 80 degrees.")
    await page.get_by_label("Style").select_option("comparison")
    await page.get_by_label("Format").select_option("md")
    await expect(page.get_by_label("Hide private data")).to_be_disabled()
    assert await fits(page)
    await page.get_by_role("button", name="Ask for it").click()
    await page.wait_for_url("**/reports/*-*")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Tea & <b>coffee</b>")
    await expect(page.locator("[data-status] , .pill").first).to_contain_text("Waiting")
    await expect(page.locator("[data-outlook]")).to_contain_text("Number 1 in the queue")
    report_id = page.url.rpartition("/")[2]
    async with api.browser(person) as client:
        kept = (await client.get(f"/api/reports/{report_id}")).json()["report"]
    assert kept["output_format"] == "md"
    assert kept["parameters"] | {"page_size": "A4"} == kept["parameters"]
    assert kept["parameters"]["report_style"] == "comparison"
    assert kept["parameters"]["context"][0]["text"].startswith("Green tea")

    writing, may_end = asyncio.Event(), asyncio.Event()

    async def write(work: Work) -> Outcome:
        if work.slice == 0:
            async with ChunkStream(api.resources.pipeline, work) as live:
                await live.write(["Green tea is ", "<i>brewed</i> below 80 degrees."])
            writing.set()
            await may_end.wait()
        return Done(outputs={"section": work.inputs["item"]})

    working = asyncio.create_task(api.work({"report.write": write, **printing(api)}))
    await asyncio.wait_for(writing.wait(), 30)
    await expect(page.locator(".live .text").first).to_have_text("Green tea is <i>brewed</i> below 80 degrees.")
    await expect(page.locator(".pill")).to_contain_text("Being made")
    assert await fits(page)
    may_end.set()
    await asyncio.wait_for(working, 60)
    await expect(page.locator(".pill")).to_contain_text("Done")
    await expect(page.get_by_text("as it was asked for", exact=True)).to_be_visible()
    await expect(page.get_by_text("Found by these words")).to_have_count(0)
    frame = page.frame_locator("[data-preview]")
    await expect(frame.get_by_role("heading")).to_have_text("Tea and coffee")
    await expect(frame.get_by_role("heading")).to_have_css("color", "rgb(1, 2, 3)")
    assert await fits(page)
    async with page.expect_download() as saved:
        await page.get_by_role("link", name="Download Markdown").click()
    assert (await saved.value).suggested_filename == f"Tea bcoffeeb_{report_id[:8]}.md"


async def test_the_list_is_searched_filtered_and_paged(api: Api, person: Person, page: Page):
    """And it moves on by itself."""
    for number in range(12):
        await make(api, person, title=f"Report {number}")
    report_id, run_id = await make(api, person, title="Herbal tea")
    await page.goto(f"{api.url}/reports")
    rows = page.locator(".one")
    await expect(rows).to_have_count(10)
    await expect(page.locator("[data-range]")).to_have_text("1 to 10 of 13")
    await page.get_by_role("button", name="Older").click()
    await expect(rows).to_have_count(3)
    await page.get_by_label("Search").fill("herbal")
    await expect(rows).to_have_count(1)
    await expect(rows.locator(".pill")).to_have_text("Waiting")
    await expect(rows.locator(".place")).to_contain_text("Number 13 in the queue")
    assert await fits(page)
    await api.finish(run_id)
    await expect(rows.locator(".pill")).to_have_text("Done")
    await expect(rows.get_by_role("link", name="Download Herbal tea as PDF")).to_have_attribute(
        "href", f"/api/reports/{report_id}/download?format=pdf"
    )
    await page.get_by_label("Status").select_option("failed")
    await expect(page.get_by_text("No report is like that.")).to_be_visible()


async def test_a_report_is_shared_and_taken_back_by_keyboard(
    api: Api, person: Person, page: Page, context: BrowserContext
):
    """The link opens for somebody without an account, and ends."""
    report_id, run_id = await make(api, person)
    await api.finish(run_id, printing(api))  # type: ignore[arg-type]
    await page.goto(f"{api.url}/reports/{report_id}")
    await page.get_by_role("button", name="Share").focus()
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_be_visible()
    await dialog.get_by_role("button", name="Share").focus()
    await page.keyboard.press("Enter")
    await expect(dialog.locator("[data-made] code")).to_contain_text("/s/share_")
    link = await dialog.locator("[data-made] code").text_content()
    assert link is not None
    await expect(dialog.locator("[data-grants] li")).to_contain_text("not used yet")
    assert await fits(page)
    stranger = await chrome_of(context)
    shared = await stranger.new_page()
    await shared.goto(link)
    await expect(shared.get_by_role("heading", level=1)).to_have_text("Tea and coffee")
    await expect(shared.frame_locator("iframe").get_by_role("heading")).to_have_text("Tea and coffee")
    assert await fits(shared)
    async with shared.expect_download() as saved:
        await shared.get_by_role("link", name="Download PDF").click()
    assert (await saved.value).suggested_filename == f"Tea and coffee_{report_id[:8]}.pdf"
    await dialog.get_by_role("button", name="Take back: Link").click()
    await expect(dialog.locator("[data-grants] li")).to_contain_text("taken back")
    await shared.goto(link)
    await expect(shared.get_by_text("This link has ended")).to_be_visible()
    await stranger.close()
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    assert await page.evaluate("document.activeElement.textContent") == "Share"


async def chrome_of(context: BrowserContext) -> BrowserContext:
    """Another visitor's browser."""
    assert context.browser is not None
    return await context.browser.new_context(viewport={"width": 390, "height": 844})


async def test_what_cannot_be_shared_is_said_in_the_dialog(api: Api, person: Person, page: Page):
    """Without a mail server, with the remedy."""
    report_id, run_id = await make(api, person)
    await api.finish(run_id)
    await page.goto(f"{api.url}/reports/{report_id}")
    await page.get_by_role("button", name="Share").click()
    await page.get_by_label("By mail").check()
    await page.get_by_label("To", exact=True).fill("grace@example.org")
    await page.get_by_role("dialog").get_by_role("button", name="Share").click()
    await expect(page.get_by_role("alert").filter(has_text="PRESSRUN_SMTP_URL")).to_be_visible()


async def test_a_report_is_cancelled_made_again_and_deleted(api: Api, person: Person, page: Page):
    """Each with one button; deleting asks first."""
    report_id, _ = await make(api, person)
    await page.goto(f"{api.url}/reports/{report_id}")
    await page.get_by_role("button", name="Cancel").click()
    await expect(page.locator(".pill")).to_have_text("Cancelled")
    await page.get_by_role("button", name="Make it again").click()
    await expect(page.locator(".pill")).to_have_text("Waiting")
    await api.work({"report.collect": failing})
    await expect(page.locator(".pill")).to_have_text("Failed")
    await expect(page.get_by_text("the third document is not text")).to_be_visible()
    await page.get_by_role("button", name="Delete").click()
    await page.get_by_role("button", name="Delete it for good?").click()
    await page.wait_for_url("**/reports")
    await expect(page.get_by_text("There is no report yet")).to_be_visible()
    await page.goto(f"{api.url}/reports/{report_id}")
    await expect(page.get_by_text("Report not found")).to_be_visible()


async def test_somebody_with_access_sees_it_and_what_may_be_done(api: Api, person: Person, page: Page):
    """No more than was given."""
    async with api.client(await api.key()) as owner:
        report = (await owner.post("/api/reports/", json=asked())).json()["data"]["report"]
        await api.finish(report["run_id"], printing(api))  # type: ignore[arg-type]
        body = {"user_email": person.email, "permissions": ["view"]}
        assert (await owner.post(f"/api/reports/{report['id']}/grant-access", json=body)).status_code == 200
    await page.goto(f"{api.url}/reports")
    await page.get_by_label("Whose").select_option(label="shared with me")
    await page.get_by_role("link", name="Tea and coffee").click()
    await expect(page.get_by_text("Shared with you", exact=True)).to_be_visible()
    await expect(page.frame_locator("[data-preview]").get_by_role("heading")).to_have_text("Tea and coffee")
    for button in ("Share", "Delete", "Cancel"):
        await expect(page.get_by_role("button", name=button, exact=True)).to_be_hidden()
    await expect(page.get_by_role("link", name="Download")).to_have_count(0)


async def test_machine_learning_reports_are_among_them_and_open_like_the_others(
    api: Api, person: Person, context: BrowserContext, page: Page
):
    """What clients of the other API have asked for is listed, said in figures, looked at and deleted here."""
    async with api.browser(person) as client:
        family = await ml.push(client)
        made = await ml.order(client, ml.asked(family, title="How good is GBM 1?"))
    await page.goto(f"{api.url}/reports")
    await expect(page.get_by_role("link", name="How good is GBM 1?")).to_be_visible()
    await expect(page.locator("[data-list] .facts")).to_contain_text("Model report")
    await expect(page.locator("[data-list] .pill")).to_contain_text("Waiting")
    assert await ml.finish(api, made, printing(api)) == "completed"
    await page.goto(f"{api.url}/reports/{made['report_id']}")
    await expect(page.locator("[data-about]")).to_contain_text("AUC: 0.94")
    await expect(page.get_by_role("link", name="Download PDF")).to_be_visible()
    frame = page.frame_locator("iframe")
    await expect(frame.get_by_role("heading", name="Tea and coffee")).to_be_visible()
    assert await fits(page)
