"""Sharing a report: what each way of it gives, to whom, for how long, and nothing beyond that."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import httpx
import pytest
import structlog

from deploy.local.seaweedfs import S3
from services.worker.mail import Mails, open_mails
from shared.domain.sealing import read_key
from shared.observability import logging as our_logging
from tests.integration.worker.mailbox import Mailbox

from .conftest import FILES, Api, asked, failing, serving, told

ENDED = "This link has ended: links expire, can be used up and can be taken back. Ask whoever sent it for a new one"


async def finished(api: Api, client: httpx.AsyncClient, **more: Any) -> str:
    """A report that is done."""
    answer = await client.post("/api/reports/", json=asked(**more))
    report = answer.json()["data"]["report"]
    assert await api.finish(report["run_id"]) == "completed"
    return report["id"]


@pytest.fixture
async def owner(shared_api: Api) -> AsyncIterator[httpx.AsyncClient]:
    async with shared_api.client(await shared_api.key("Ada Owner")) as client:
        yield client


@pytest.fixture
async def stranger(shared_api: Api) -> AsyncIterator[httpx.AsyncClient]:
    """Nobody, with nothing to show."""
    async with shared_api.client() as client:
        yield client


@pytest.fixture
async def report_id(shared_api: Api, owner: httpx.AsyncClient) -> str:
    return await finished(shared_api, owner)


async def share(client: httpx.AsyncClient, report_id: str, prefix: str = "", **body: Any) -> dict[str, Any]:
    answer = await client.post(f"{prefix}/api/reports/{report_id}/share", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["success"] is True
    return answer.json()["data"]


def path_of(address: str) -> str:
    return httpx.URL(address).raw_path.decode()


def seconds_until(time: str) -> float:
    return (datetime.fromisoformat(time) - datetime.now(UTC)).total_seconds()


async def test_a_link_shows_the_report_and_nothing_else(
    owner: httpx.AsyncClient, stranger: httpx.AsyncClient, report_id: str
):
    """For a week, to anybody who has it."""
    data = await share(owner, report_id, method="link", message="Have a look")
    assert data["method"] == "link"
    assert data["message"]
    assert 7 * 86_400 - 60 < seconds_until(data["expires_at"]) <= 7 * 86_400
    page = await stranger.get(path_of(data["share_url"]), headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert "Tea and coffee" in page.text
    assert "Ada Owner" not in page.text
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert page.headers["referrer-policy"] == "no-referrer"
    assert data["share_url"].startswith(str(owner.base_url).rstrip("/"))


async def test_a_link_s_page_leads_to_the_rendition_and_the_files(
    owner: httpx.AsyncClient, stranger: httpx.AsyncClient, report_id: str
):
    token = (await share(owner, report_id, method="link"))["share_url"].rpartition("/")[2]
    page = (await stranger.get(f"/s/{token}")).text
    assert f'src="/api/reports/{report_id}/preview?token={token}"' in page
    assert f'href="/api/reports/{report_id}/download?token={token}&amp;format=pdf"' in page
    shown = await stranger.get(f"/api/reports/{report_id}/preview", params={"token": token})
    assert (shown.status_code, shown.content) == (200, FILES["html"])
    for _ in range(2):
        saved = await stranger.get(f"/api/reports/{report_id}/download", params={"token": token, "format": "md"})
        assert saved.content == FILES["md"]


async def test_a_link_shows_facts_without_what_was_asked_with(
    shared_api: Api, owner: httpx.AsyncClient, stranger: httpx.AsyncClient, report_id: str
):
    """The detail says how the caller came by it; the parameters stay the owner's."""
    token = (await share(owner, report_id, method="link", permissions=["view"]))["share_url"].rpartition("/")[2]
    by_link = (await stranger.get(f"/api/reports/{report_id}", params={"token": token})).json()["report"]
    assert (by_link["access_type"], by_link["access_permissions"], by_link["access_grants"]) == ("link", ["view"], [])
    assert by_link["parameters"] == {}
    assert "style_words" not in by_link["result_summary"]
    mine = (await owner.get(f"/api/reports/{report_id}")).json()["report"]
    assert (mine["access_type"], mine["parameters"]) == ("owner", asked()["parameters"])
    assert [grant["method"] for grant in mine["access_grants"]] == ["link"]
    assert token not in str(mine)


@pytest.mark.parametrize("prefix", ["", "/sting"])
async def test_a_download_token_works_once(
    owner: httpx.AsyncClient, stranger: httpx.AsyncClient, report_id: str, prefix: str
):
    data = await share(owner, report_id, prefix, method="download_token")
    assert data["expires_in"] == pytest.approx(3600, abs=2)
    assert data["download_url"] == f"{prefix}/api/reports/{report_id}/download?token={data['download_token']}"
    first = await stranger.get(data["download_url"])
    assert (first.status_code, first.content) == (200, FILES["pdf"])
    assert first.headers["content-disposition"].startswith("attachment; ")
    again = await stranger.get(data["download_url"])
    assert (again.status_code, again.json()["error"]) == (404, ENDED)
    assert (await owner.get(f"/api/reports/{report_id}")).json()["report"]["download_count"] == 1


async def test_of_many_who_use_a_token_at_once_one_succeeds(
    owner: httpx.AsyncClient, stranger: httpx.AsyncClient, report_id: str
):
    url = (await share(owner, report_id, method="download_token"))["download_url"]
    answers = await asyncio.gather(*(stranger.get(url) for _ in range(12)))
    assert sorted(answer.status_code for answer in answers) == [200, *[404] * 11]


COMBINATIONS = [
    (method, permissions, state)
    for method, permissions in [
        ("link", ["view"]),
        ("link", ["download"]),
        ("link", ["view", "download"]),
        ("download_token", ["download"]),
        ("principal", ["view"]),
        ("principal", ["download"]),
        ("principal", ["download", "view"]),
    ]
    for state in ("valid", "expired", "revoked", "used")
    if state != "used" or method == "download_token"
]


async def test_a_grant_gives_exactly_what_it_says(
    shared_api: Api, owner: httpx.AsyncClient, stranger: httpx.AsyncClient
):
    """Every way of sharing, with every permission, in every state, at every route, of this report and of another."""
    mine, other = await finished(shared_api, owner), await finished(shared_api, owner)
    for method, permissions, state in COMBINATIONS:
        async with shared_api.client(await shared_api.key("Grace")) as grantee:
            visitor, query = await _given(shared_api, owner, (stranger, grantee), mine, method, permissions, state)
            routes = {"": "view", "/preview": "view", "/download": "download"}  # a token that works once is spent last
            for (route, needed), report in itertools.product(routes.items(), (other, mine)):
                answer = await visitor.get(f"/api/reports/{report}{route}", params=query)
                allowed = report == mine and state == "valid"
                expected = 404 if not allowed else 200 if needed in permissions else 403
                said = (method, permissions, state, route, report == mine)
                assert (said, answer.status_code) == (said, expected)
            for verb, route in [
                ("POST", "/cancel"),
                ("POST", "/retry"),
                ("POST", "/share"),
                ("GET", "/grants"),
                ("DELETE", ""),
            ]:
                answer = await visitor.request(verb, f"/api/reports/{mine}{route}", params=query, json={})
                expected = 401 if method != "principal" else 403 if state == "valid" else 404
                assert ((method, state, verb, route), answer.status_code) == ((method, state, verb, route), expected)


async def _given(
    api: Api,
    owner: httpx.AsyncClient,
    visitors: tuple[httpx.AsyncClient, httpx.AsyncClient],
    report_id: str,
    method: str,
    permissions: list[str],
    state: str,
) -> tuple[httpx.AsyncClient, dict[str, str]]:
    """A grant in a state, who has it, and what to show."""
    stranger, grantee = visitors
    if method == "principal":
        key = grantee.headers["X-API-Key"]
        async with api.resources.pipeline.database.begin() as db:
            whom = await db.fetchval("SELECT principal_id FROM api_keys WHERE hash = sha256($1)", key.encode())
        body = {"principal_id": str(whom), "permissions": permissions}
        answer = await owner.post(f"/api/reports/{report_id}/grant-access", json=body)
        assert answer.status_code == 200, answer.text
        grant_id, visitor, query = answer.json()["data"]["grant"]["id"], grantee, {}
    else:
        data = await share(owner, report_id, method=method, permissions=permissions)
        token = data.get("download_token") or data["share_url"].rpartition("/")[2]
        grant_id, visitor, query = data["grant_ids"][0], stranger, {"token": token}
    if state == "expired":
        async with api.resources.pipeline.database.begin() as db:
            await db.execute("UPDATE grants SET expires_at = now() WHERE id = $1::text::uuid", grant_id)
    if state == "revoked":
        assert (await owner.delete(f"/api/reports/{report_id}/grants/{grant_id}")).status_code == 200
    if state == "used":
        assert (await visitor.get(f"/api/reports/{report_id}/download", params=query)).status_code == 200
    return visitor, query


@pytest.mark.parametrize("token", ["", "share_nonsense", "x" * 4000, "../..", "share_" + "A" * 43, "%00", "\u00e9"])
async def test_a_wrong_token_is_told_that_links_end(stranger: httpx.AsyncClient, report_id: str, token: str):
    """At every route that takes one; a browser gets a page."""
    for route in ("", "/preview", "/download"):
        answer = await stranger.get(f"/api/reports/{report_id}{route}", params={"token": token})
        assert (answer.status_code, answer.json()["error"]) == (404, ENDED)
    if token.startswith("share_"):
        page = await stranger.get(f"/s/{token}", headers={"Accept": "text/html,*/*"})
        assert page.status_code == 404
        assert ENDED in page.text
        assert (await stranger.get(f"/s/{token}")).json()["message"] == ENDED


async def test_access_is_given_to_a_person_and_taken_back(shared_api: Api, owner: httpx.AsyncClient, report_id: str):
    """By e-mail; it shows among what others have given, and is gone at once."""
    person = await shared_api.person()
    body = {"user_email": person.email.upper(), "expires_at": (datetime.now(UTC) + timedelta(days=2)).isoformat()}
    given = (await owner.post(f"/api/reports/{report_id}/grant-access", json=body)).json()
    assert 2 * 86_400 - 60 < seconds_until(given["data"]["expires_at"]) <= 2 * 86_400
    async with shared_api.browser(person) as grantee:
        assert (await grantee.get("/api/reports/")).json()["data"]["reports"] == []
        (listed,) = (await grantee.get("/api/reports/?granted=true")).json()["data"]["reports"]
        assert (listed["id"], listed["access_type"]) == (report_id, "grant")
        assert (await grantee.get(f"/api/reports/{report_id}/download")).content == FILES["pdf"]
        (grant,) = (await owner.get(f"/api/reports/{report_id}/grants")).json()["data"]["grants"]
        assert (grant["principal_name"], grant["used"], grant["state"]) == (person.email, 1, "valid")
        await owner.delete(f"/api/reports/{report_id}/grants/{grant['id']}")
        assert (await grantee.get(f"/api/reports/{report_id}/download")).status_code == 404
        assert (await grantee.get("/api/reports/?granted=true")).json()["data"]["pagination"]["total"] == 0


async def test_giving_access_again_replaces_what_was_given(shared_api: Api, owner: httpx.AsyncClient, report_id: str):
    person = await shared_api.person()
    for permissions in (["view", "download"], ["view"]):
        body = {"principal_id": str(person.id), "permissions": permissions}
        assert (await owner.post(f"/api/reports/{report_id}/grant-access", json=body)).status_code == 200
    grants = (await owner.get(f"/api/reports/{report_id}/grants")).json()["data"]["grants"]
    assert [(grant["permissions"], grant["state"]) for grant in grants] == [
        (["view"], "valid"),
        (["download", "view"], "revoked"),
    ]
    async with shared_api.browser(person) as grantee:
        answer = await grantee.get(f"/api/reports/{report_id}/download")
    assert answer.status_code == 403
    assert "may not be downloaded" in answer.json()["error"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"method": "fax"}, "method"),
        ({"method": 3}, "method"),
        ({"permissions": []}, "permissions"),
        ({"permissions": ["own"]}, "permissions"),
        ({"method": "download_token", "permissions": ["view"]}, "permissions"),
        ({"expires_in": 0}, "expires_in"),
        ({"expires_in": 10**9}, "expires_in"),
        ({"expires_in": "long"}, "expires_in"),
        ({"message": "x" * 2001}, "message"),
        ({"method": "email", "recipients": ["a@example.org"]}, "method"),
    ],
)
async def test_a_wrong_share_names_its_field(
    owner: httpx.AsyncClient, report_id: str, body: dict[str, Any], field: str
):
    answer = await owner.post(f"/api/reports/{report_id}/share", json=body)
    assert answer.status_code == 400
    assert answer.json()["details"]["field"] == field
    assert answer.json()["error"].startswith(f"{field}: ")


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({}, 400, "principal_id"),
        ({"principal_id": "me"}, 400, "principal_id"),
        ({"principal_id": "00000000-0000-0000-0000-000000000000"}, 404, "principal_id"),
        ({"user_email": "nobody@example.org"}, 404, "user_email"),
        ({"user_email": "nobody@example.org", "expires_at": "2001-01-01T00:00:00Z"}, 400, "expires_at"),
        ({"user_email": "nobody@example.org", "expires_at": "2030-01-01T00:00:00"}, 400, "expires_at"),
        ({"user_email": "nobody@example.org", "permissions": ["delete"]}, 400, "permissions"),
    ],
)
async def test_a_wrong_access_names_its_field(
    owner: httpx.AsyncClient, report_id: str, body: dict[str, Any], status: int, field: str
):
    answer = await owner.post(f"/api/reports/{report_id}/grant-access", json=body)
    assert answer.status_code == status
    assert answer.json()["details"]["field"] == field


async def test_an_owner_cannot_be_given_access(shared_api: Api):
    """It is theirs already."""
    person = await shared_api.person()
    async with shared_api.browser(person) as client:
        report_id = await finished(shared_api, client)
        answer = await client.post(f"/api/reports/{report_id}/grant-access", json={"user_email": person.email})
    assert answer.status_code == 400


async def test_only_what_is_finished_can_be_shared(shared_api: Api, owner: httpx.AsyncClient):
    """Neither what waits nor what failed."""
    made = (await owner.post("/api/reports/", json=asked())).json()["data"]["report"]
    assert (await owner.post(f"/api/reports/{made['id']}/share", json={})).status_code == 400
    await shared_api.finish(made["run_id"], {"report.collect": failing})
    answer = await owner.post(f"/api/reports/{made['id']}/share", json={})
    assert (answer.status_code, answer.json()["error"]) == (400, "Report not ready for sharing")


async def test_a_grant_ends_with_its_report(owner: httpx.AsyncClient, report_id: str, shared_api: Api):
    """It is not promised for longer."""
    async with shared_api.resources.pipeline.database.begin() as db:
        await db.execute(
            "UPDATE reports SET expires_at = now() + interval '1 hour' WHERE id = $1::text::uuid", report_id
        )
    data = await share(owner, report_id, method="link", expires_in=86_400)
    assert 3500 < seconds_until(data["expires_at"]) <= 3600


async def test_a_repeated_share_gives_the_same_link(owner: httpx.AsyncClient, report_id: str):
    """With its Idempotency-Key, there is one grant."""
    answers = [
        await owner.post(f"/api/reports/{report_id}/share", json={}, headers={"Idempotency-Key": "once"})
        for _ in range(2)
    ]
    assert answers[0].json() == answers[1].json()
    assert (await owner.get(f"/api/reports/{report_id}/grants")).json()["data"]["count"] == 1


async def test_who_shared_and_who_downloaded_is_in_the_audit_log(
    shared_api: Api, owner: httpx.AsyncClient, stranger: httpx.AsyncClient, report_id: str
):
    person = await shared_api.person()
    data = await share(owner, report_id, method="download_token")
    await stranger.get(data["download_url"])
    await owner.post(f"/api/reports/{report_id}/grant-access", json={"user_email": person.email})
    async with shared_api.browser(person) as grantee:
        await grantee.get(f"/api/reports/{report_id}/download")
    await owner.delete(f"/api/reports/{report_id}/grants/{data['grant_ids'][0]}")
    async with shared_api.resources.pipeline.database.connect() as db:
        rows = await db.fetch(
            "SELECT actor, action, details FROM audit_entries WHERE object_id = $1 AND action <> 'report.create' ORDER BY at",
            report_id,
        )
    assert [row["action"] for row in rows] == [
        "report.share",
        "report.download",
        "report.grant",
        "report.download",
        "report.revoke",
    ]
    assert rows[1]["actor"] == f"grant:{data['grant_ids'][0]}"
    assert rows[3]["actor"] == str(person.id)
    assert not any(data["download_token"] in row["details"] for row in rows)


async def test_tokens_are_in_no_log_and_in_no_row(
    shared_api: Api, owner: httpx.AsyncClient, stranger: httpx.AsyncClient, report_id: str
):
    """Whatever is done with them."""
    written = StringIO()
    root = logging.getLogger()
    before, level, configured = root.handlers, root.level, structlog.get_config()
    our_logging.configure("debug", "json", "api")
    structlog.configure(
        **structlog.get_config() | {"cache_logger_on_first_use": False}
    )  # for the tests behind this one
    root.handlers[0].setStream(written)
    try:
        link = await share(owner, report_id, method="link")
        once = await share(owner, report_id, method="download_token")
        token = link["share_url"].rpartition("/")[2]
        for address in (f"/s/{token}", f"/s/{token}/nowhere", f"/api/reports/{report_id}/preview?token={token}"):
            await stranger.get(address)
        await stranger.get(once["download_url"])
        await stranger.get(once["download_url"])
    finally:
        root.handlers = before
        root.setLevel(level)
        structlog.configure(**configured)
    assert "request.answered" in written.getvalue()
    assert token not in written.getvalue()
    assert once["download_token"] not in written.getvalue()
    async with shared_api.resources.pipeline.database.connect() as db:
        stored = await db.fetchval("SELECT string_agg(grants::text, ' ') FROM grants")
    assert token not in stored


async def test_a_preview_may_be_framed_by_us_alone(owner: httpx.AsyncClient, report_id: str):
    """Shown where it is, without acting for this host; it counts as no download."""
    for form, media_type in (
        ("html", "text/html; charset=utf-8"),
        ("pdf", "application/pdf"),
        ("md", "text/plain; charset=utf-8"),
    ):
        answer = await owner.get(f"/api/reports/{report_id}/preview", params={"format": form})
        assert (answer.status_code, answer.content) == (200, FILES[form])
        assert answer.headers["content-type"] == media_type
        assert answer.headers["content-disposition"].startswith(
            f'inline; filename="Tea and coffee_{report_id[:8]}.{form}"'
        )
        assert "frame-ancestors 'self'" in answer.headers["content-security-policy"]
        assert answer.headers["x-frame-options"] == "SAMEORIGIN"
    assert "sandbox" in (await owner.get(f"/api/reports/{report_id}/preview")).headers["content-security-policy"]
    assert (await owner.get(f"/api/reports/{report_id}")).json()["report"]["download_count"] == 0
    assert (await owner.get(f"/api/reports/{report_id}/preview?format=docx")).json()["details"]["field"] == "format"


async def test_what_is_not_ready_cannot_be_looked_at(owner: httpx.AsyncClient):
    report_id = (await owner.post("/api/reports/", json=asked())).json()["data"]["report"]["id"]
    answer = await owner.get(f"/api/reports/{report_id}/preview")
    assert (answer.status_code, answer.json()["error"]) == (400, "Report not ready for preview")


async def test_a_browser_downloads_with_its_cookie_alone(shared_api: Api):
    """As one does that is simply sent to the address."""
    person = await shared_api.person()
    async with shared_api.browser(person) as client:
        report_id = await finished(shared_api, client)
        cookies = dict(client.cookies)
    async with httpx.AsyncClient(base_url=shared_api.url, cookies=cookies) as bare:
        assert (await bare.get(f"/api/reports/{report_id}/download")).content == FILES["pdf"]
        assert (await bare.get(f"/api/reports/{report_id}/preview")).content == FILES["html"]


@pytest.fixture
async def mailing(fresh_database_url: str, fresh_redis_url: str, s3: S3) -> AsyncIterator[tuple[Api, Mailbox, Mails]]:
    """An api that may send mails, who takes them, and who brings them there."""
    async with Mailbox() as mailbox:
        more = {
            "smtp_url": mailbox.url,
            "mail_from": "reports@example.com",
            "public_url": "https://reports.example.com",
        }
        settings = told(fresh_database_url, fresh_redis_url, s3, **more)
        async with serving(settings) as api:
            key = read_key(settings.secret_key)
            worker = open_mails(
                api.resources.pipeline.database, key, smtp_url=settings.smtp_url, sender=settings.mail_from
            )
            assert worker is not None
            yield api, mailbox, worker
            worker.close()


async def test_a_mail_brings_each_recipient_a_link_of_their_own(mailing: tuple[Api, Mailbox, Mails]):
    """Each is used, and taken back, by itself."""
    api, mailbox, worker = mailing
    async with api.client(await api.key("Ada\r\nBcc: eve@example.org")) as owner, api.client() as stranger:
        report_id = await finished(api, owner, title="Tea \u8336\r\nX-Evil: 1")
        recipients = ["grace@example.org", "Grace@example.org", "niels@example.org"]
        data = await share(owner, report_id, method="email", recipients=recipients, message="Have a look\n\n.")
        assert data["recipients"] == ["Grace@example.org", "niels@example.org"]
        assert "share_url" not in data
        async with api.resources.pipeline.database.connect() as db:
            assert await worker.due() == 2
            assert not await db.fetchval("SELECT bool_or(letter::text LIKE '%share%') FROM mails")
        while await worker.on_bell():
            pass
        links = []
        for address in data["recipients"]:
            (message,) = mailbox.to(address)
            assert message["Subject"] == "Ada Bcc: eve@example.org shares a report with you: Tea 茶 X-Evil: 1"
            assert message["Bcc"] is message["X-Evil"] is None
            text = message.get_content()
            assert "> Have a look" in text
            links.append(next(line.strip() for line in text.splitlines() if line.startswith("https://")))
        assert len(set(links)) == 2
        assert all(link.startswith("https://reports.example.com/s/share_") for link in links)
        assert [(await stranger.get(path_of(link))).status_code for link in links] == [200, 200]
        grants = (await owner.get(f"/api/reports/{report_id}/grants")).json()["data"]["grants"]
        assert {(grant["recipient"], grant["mail_status"], grant["used"]) for grant in grants} == {
            ("Grace@example.org", "sent", 1),
            ("niels@example.org", "sent", 1),
        }
        first = next(grant["id"] for grant in grants if grant["recipient"] == "Grace@example.org")
        await owner.delete(f"/api/reports/{report_id}/grants/{first}")
        assert [(await stranger.get(path_of(link))).status_code for link in links] == [404, 200]


async def test_a_mail_that_is_taken_back_in_time_is_not_sent(mailing: tuple[Api, Mailbox, Mails]):
    api, mailbox, worker = mailing
    async with api.client(await api.key()) as owner:
        report_id = await finished(api, owner)
        data = await share(owner, report_id, method="email", recipients=["grace@example.org"])
        await owner.delete(f"/api/reports/{report_id}/grants/{data['grant_ids'][0]}")
        assert not await worker.on_bell()
        (grant,) = (await owner.get(f"/api/reports/{report_id}/grants")).json()["data"]["grants"]
        assert (grant["state"], grant["mail_status"]) == ("revoked", "failed")
        await share(owner, report_id, method="email", recipients=["grace@example.org"])
        await owner.delete(f"/api/reports/{report_id}")
        assert not await worker.on_bell()
    assert mailbox.taken == []


async def test_a_wrong_recipient_is_named(mailing: tuple[Api, Mailbox, Mails]):
    """And nobody gets a mail."""
    api, _, worker = mailing
    async with api.client(await api.key()) as owner:
        report_id = await finished(api, owner)
        for recipients, field in (
            (None, "recipients"),
            ([], "recipients"),
            ("grace@example.org", "recipients"),
            (["grace@example.org", "nobody"], "recipients[1]"),
            (["grace@example.org\r\nBcc: eve@example.org"], "recipients[0]"),
            ([f"a{number}@example.org" for number in range(21)], "recipients"),
        ):
            answer = await owner.post(
                f"/api/reports/{report_id}/share", json={"method": "email", "recipients": recipients}
            )
            assert (answer.status_code, answer.json()["details"]["field"]) == (400, field)
        assert not await worker.on_bell()


async def test_without_a_mail_server_the_other_ways_are_named(owner: httpx.AsyncClient, report_id: str):
    answer = await owner.post(
        f"/api/reports/{report_id}/share", json={"method": "email", "recipients": ["grace@example.org"]}
    )
    assert answer.status_code == 400
    assert "PRESSRUN_SMTP_URL" in answer.json()["error"]
    assert "use link or download_token" in answer.json()["error"]
