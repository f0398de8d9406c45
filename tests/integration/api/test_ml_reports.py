"""Machine-learning reports: ask, list, look, view, download, cancel, retry, delete."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from deploy.local.seaweedfs import S3
from services.api.reports.ml import links
from tests.contract.coreplexml.entities import KINDS, Family

from . import ml
from .conftest import FILES, Api, failing, serving, told
from .conftest import asked as longform


@pytest.fixture
async def family(client: httpx.AsyncClient) -> Family:
    return await ml.push(client)


async def report_of(client: httpx.AsyncClient, report_id: str) -> dict[str, Any]:
    answer = await client.get(f"/api/reports/{report_id}")
    assert answer.status_code == 200, answer.text
    return answer.json()["report"]


async def test_a_report_goes_from_queued_to_succeeded(shared_api: Api, client: httpx.AsyncClient, family: Family):
    """By the words of its own dialect; report and job agree at every step."""
    answer = await client.post("/api/reports", json=ml.asked(family))
    assert answer.status_code == 201
    made = answer.json()
    assert made.keys() == {"report_id", "job_id", "status"}
    seen: list[Any] = []
    held, go_on = asyncio.Event(), asyncio.Event()

    async def load(work: Any) -> Any:
        if work.run_id == f"run-{made['job_id'].replace('-', '')}":
            held.set()
            await go_on.wait()
        return await ml.NODES(shared_api)["ml.load"](work)

    async def look() -> None:
        report = await report_of(client, made["report_id"])
        job = (await client.get(f"/api/jobs/{made['job_id']}")).json()["job"]
        assert (job["status"], job["progress"]) == (report["status"], report["progress"])
        assert (job["report_id"], job["project_id"]) == (report["id"], report["project_id"])
        seen.append((report["status"], report["summary"] == {}, report["artifact_id"] is None, "error" in report))

    await look()
    working = asyncio.create_task(ml.finish(shared_api, made, {"ml.load": load}))
    await asyncio.wait_for(held.wait(), 30)
    await look()
    go_on.set()
    await asyncio.wait_for(working, 60)
    await look()
    assert seen == [
        ("queued", True, True, False),
        ("running", True, True, False),
        ("succeeded", False, False, False),
    ]


@pytest.mark.parametrize("kind", KINDS)
async def test_the_summary_is_short_and_says_how_the_report_was_made(
    shared_api: Api, client: httpx.AsyncClient, family: Family, kind: str
):
    report = await ml.done(shared_api, client, ml.asked(family, kind, colour="red", metrics=False))
    summary = report["summary"]
    assert summary["pages"] == 3
    assert summary["generator"].startswith("Pressrun ")
    assert (summary["llm_used"], summary["llm_insights"]) == (False, "off")
    assert summary["ignored_options"] == ["colour"]
    assert isinstance(summary["metrics"], dict)
    assert report["options"] == {"include_metrics": False}
    (listed,) = (await client.get("/api/reports", params={"kind": kind})).json()["items"]
    assert listed["summary"] == summary


async def test_titles_are_the_clients_or_made_of_the_entitys_name(client: httpx.AsyncClient, family: Family):
    """A title that was asked for is never changed."""
    given = await ml.order(client, ml.asked(family, title="  Für die Revision: 3 Fragen  "))
    assert (await report_of(client, given["report_id"]))["title"] == "Für die Revision: 3 Fragen"
    titles = {}
    for kind in KINDS:
        made = await ml.order(client, ml.asked(family, kind))
        titles[kind] = (await report_of(client, made["report_id"]))["title"]
    assert titles == {
        "experiment": "Experiment report: Fraud v3",
        "model": "Model report: GBM_1",
        "project": "Project report: Fraud",
        "deployment": "Deployment report: fraud-prod",
        "synthgen": "Synthetic data report: Payments CTGAN",
    }


async def test_lists_are_filtered_and_paged(client: httpx.AsyncClient):
    first, second = await ml.push(client), await ml.push(client)
    made = [
        await ml.order(client, ml.asked(first)),
        await ml.order(client, ml.asked(first, "experiment")),
        await ml.order(client, ml.asked(second)),
    ]
    ids = [one["report_id"] for one in made]

    async def listed(**query: Any) -> list[str]:
        answer = (await client.get("/api/reports", params={"limit": 500} | query)).json()
        assert answer["total"] >= len(answer["items"])
        return [item["id"] for item in answer["items"]]

    assert await listed() == ids[::-1]
    assert await listed(project_id=first.project) == [ids[1], ids[0]]
    assert await listed(kind="model") == [ids[2], ids[0]]
    assert await listed(entity_id=second.model) == [ids[2]]
    assert await listed(project_id=second.project, kind="experiment") == []
    assert await listed(project_id=str(uuid4())) == []
    page = (await client.get("/api/reports", params={"limit": 1, "offset": 1})).json()
    assert [page["total"], page["limit"], page["offset"], [item["id"] for item in page["items"]]] == [3, 1, 1, [ids[1]]]
    assert (await client.get("/api/reports", params={"offset": 10**30})).json()["items"] == []
    assert (await client.get("/api/reports")).json()["limit"] == 50


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("limit=-1", "limit"),
        ("limit=ten", "limit"),
        ("limit=", "limit"),
        ("offset=-1", "offset"),
        ("offset=x", "offset"),
        ("project_id=nope", "project_id"),
        ("entity_id=1", "entity_id"),
        ("kind=book", "kind"),
    ],
)
@pytest.mark.parametrize("mount", ["", "/ml"], ids=["root", "ml"])
async def test_a_list_that_cannot_be_read_is_refused_by_name(
    client: httpx.AsyncClient, mount: str, query: str, name: str
):
    answer = await client.get(f"{mount}/api/reports?{query}")
    assert answer.status_code == 422
    assert [one["loc"] for one in answer.json()["detail"]] == [["query", name]]


async def test_the_page_is_viewed_in_place_and_downloaded_as_a_file(
    shared_api: Api, client: httpx.AsyncClient, family: Family
):
    """A PDF to save and a page to look at, unless the other is asked for."""
    report = (await ml.done(shared_api, client, ml.asked(family, title="A view")))["id"]
    name = f"A view_{report[:8]}"
    for path, kind, disposition, body in (
        ("view", "text/html; charset=utf-8", f'inline; filename="{name}.html"', FILES["html"]),
        ("view?format=pdf", "application/pdf", f'inline; filename="{name}.pdf"', FILES["pdf"]),
        ("download", "application/pdf", f'attachment; filename="{name}.pdf"', FILES["pdf"]),
        ("download?format=html", "text/html; charset=utf-8", f'attachment; filename="{name}.html"', FILES["html"]),
        ("preview", "text/html; charset=utf-8", f'inline; filename="{name}.html"', FILES["html"]),
    ):
        answer = await client.get(f"/api/reports/{report}/{path}")
        assert answer.status_code == 200, answer.text
        assert (answer.headers["content-type"], answer.content) == (kind, body), path
        assert answer.headers["content-disposition"].startswith(disposition), path
    for path in ("view?format=docx", "download?format=docx"):
        refused = await client.get(f"/api/reports/{report}/{path}")
        assert refused.status_code == 422
        assert refused.json()["detail"][0]["loc"] == ["query", "format"]


async def test_html_can_be_the_reports_own_format(shared_api: Api, client: httpx.AsyncClient, family: Family):
    report = await ml.done(shared_api, client, ml.asked(family, format="html"))
    answer = await client.get(f"/api/reports/{report['id']}/download")
    assert (report["format"], answer.content) == ("html", FILES["html"])
    assert answer.headers["content-disposition"].endswith(".html")


async def test_a_view_can_stand_in_a_frame(shared_api: Api, client: httpx.AsyncClient, family: Family):
    """Of our own pages, or of whom the settings name; the page inside can do nothing."""
    report = (await ml.done(shared_api, client, ml.asked(family)))["id"]
    headers = (await client.get(f"/api/reports/{report}/view")).headers
    assert headers["x-frame-options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in headers["content-security-policy"]
    assert "sandbox" in headers["content-security-policy"]
    assert "default-src 'none'" in headers["content-security-policy"]


async def test_a_link_shows_a_report_for_a_short_time_and_nothing_else(
    shared_api: Api, client: httpx.AsyncClient, family: Family
):
    """For frames, which send no key."""
    report = await ml.done(shared_api, client, ml.asked(family))
    other = await ml.done(shared_api, client, ml.asked(family))
    answer = await client.post(f"/ml/api/reports/{report['id']}/view-link")
    assert (answer.status_code, answer.headers["cache-control"]) == (201, "no-store")
    link = answer.json()
    left = datetime.fromisoformat(link["expires_at"]) - datetime.now(UTC)
    assert timedelta(seconds=200) < left <= timedelta(seconds=shared_api.settings.view_seconds)
    assert link["url"] == f"/ml/api/reports/{report['id']}/view?token={link['token']}"
    secret, ident = shared_api.settings.secret_key, UUID(report["id"])
    late = links.make(secret, ident, datetime.now(UTC) - timedelta(seconds=1))
    forged = links.make("A" * 43 + "=", ident, datetime.now(UTC) + timedelta(hours=1))
    async with shared_api.client() as frame:
        shown = await frame.get(link["url"])
        assert (shown.status_code, shown.content) == (200, FILES["html"])
        assert (await frame.get(f"{link['url']}&format=pdf")).content == FILES["pdf"]
        shape = (await frame.get(f"/api/reports/{report['id']}?token={link['token']}")).json()["report"]
        assert (shape["status"], shape["options"]) == ("succeeded", {})
        token = link["token"]
        assert (await frame.get(f"/api/reports/{report['id']}/download?token={token}")).status_code == 403
        assert (await frame.get(f"/api/reports/{other['id']}/view?token={token}")).status_code == 404
        for wrong in (late, forged, f"{token}A", f"{token[:-2]}AA", "view_", "view_é"):
            answer = await frame.get(f"/api/reports/{report['id']}/view", params={"token": wrong})
            assert (answer.status_code, answer.json()["code"]) == (404, "grant_ended"), wrong
        assert (await frame.post(f"/api/reports/{report['id']}/view-link")).status_code == 401


async def test_a_cancelled_report_has_failed(shared_api: Api, client: httpx.AsyncClient, family: Family):
    made = await ml.order(client, ml.asked(family))
    answer = await client.post(f"/api/reports/{made['report_id']}/cancel")
    assert (answer.status_code, answer.json()) == (200, {"ok": True, "message": "Report cancelled successfully"})
    report = await report_of(client, made["report_id"])
    assert (report["status"], report["error"], report["summary"]) == ("failed", "cancelled", {})
    job = (await client.get(f"/api/jobs/{made['job_id']}")).json()["job"]
    assert (job["status"], job["error"], job["result"]["artifact_id"]) == ("failed", "cancelled", None)
    for path in ("view", "download"):
        refused = await client.get(f"/api/reports/{made['report_id']}/{path}")
        assert refused.status_code == 409
        assert "cancelled" in refused.json()["detail"]
    (listed,) = (await client.get("/api/reports")).json()["items"]
    assert listed["status"] == "failed"


async def test_a_failed_report_says_why_and_can_be_made_again(
    shared_api: Api, client: httpx.AsyncClient, family: Family
):
    made = await ml.order(client, ml.asked(family))
    assert await ml.finish(shared_api, made, {"ml.compose": failing}) == "failed"
    report = await report_of(client, made["report_id"])
    why = "parameters.context: the third document is not text"
    assert (report["status"], report["error"]) == ("failed", why)
    assert why in (await client.get(f"/api/reports/{made['report_id']}/view")).json()["detail"]
    again = (await client.post(f"/api/reports/{made['report_id']}/retry")).json()
    assert (again["ok"], again["report_id"], again["status"]) == (True, made["report_id"], "queued")
    assert again["job_id"] != made["job_id"]
    assert await ml.finish(shared_api, again) == "completed"
    report = await report_of(client, made["report_id"])
    assert (report["status"], report["job_id"]) == ("succeeded", again["job_id"])
    assert "error" not in report
    refused = await client.post(f"/api/reports/{made['report_id']}/retry")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_retryable")


async def test_an_entity_that_is_deleted_meanwhile_fails_its_report(
    shared_api: Api, client: httpx.AsyncClient, family: Family
):
    made = await ml.order(client, ml.asked(family))
    await client.delete(f"/api/ml/entities/model/{family.model}")
    assert await ml.finish(shared_api, made) == "failed"
    assert "deleted" in (await report_of(client, made["report_id"]))["error"]


async def test_a_deleted_report_is_gone_with_its_job(shared_api: Api, client: httpx.AsyncClient, family: Family):
    report = await ml.done(shared_api, client, ml.asked(family))
    answer = await client.delete(f"/api/reports/{report['id']}")
    assert answer.json() == {"ok": True, "message": "Report deleted successfully"}
    for path in (f"reports/{report['id']}", f"reports/{report['id']}/view", f"jobs/{report['job_id']}"):
        assert (await client.get(f"/api/{path}")).status_code == 404


async def test_another_owners_reports_jobs_and_entities_are_not_there(
    shared_api: Api, client: httpx.AsyncClient, family: Family
):
    report = await ml.done(shared_api, client, ml.asked(family))
    async with shared_api.client(await shared_api.key()) as other:
        for method, path in (
            ("GET", f"/api/reports/{report['id']}"),
            ("GET", f"/api/reports/{report['id']}/view"),
            ("GET", f"/api/reports/{report['id']}/download"),
            ("POST", f"/api/reports/{report['id']}/cancel"),
            ("POST", f"/api/reports/{report['id']}/view-link"),
            ("DELETE", f"/api/reports/{report['id']}"),
            ("GET", f"/api/jobs/{report['job_id']}"),
            ("GET", f"/api/privacy/sessions/{family.privacy_session}/report"),
        ):
            assert (await other.request(method, path)).status_code == 404, path
        assert (await other.post("/api/reports", json=ml.asked(family))).status_code == 404
        assert (await other.get("/api/reports", params={"project_id": family.project})).json()["total"] == 0


async def test_whom_its_owner_gave_access_sees_the_report_but_not_its_options(
    shared_api: Api, client: httpx.AsyncClient, family: Family
):
    report = await ml.done(shared_api, client, ml.asked(family, comments="Between us."))
    shared = await client.post(f"/api/reports/{report['id']}/share", json={"method": "link"})
    token = shared.json()["data"]["share_url"].rpartition("/")[2]
    async with shared_api.client() as guest:
        seen = (await guest.get(f"/api/reports/{report['id']}?token={token}")).json()["report"]
        assert (seen["status"], seen["options"]) == ("succeeded", {})
        assert (await guest.get(f"/api/reports/{report['id']}/view?token={token}")).content == FILES["html"]


async def test_a_repeated_request_with_a_key_makes_one_report(client: httpx.AsyncClient, family: Family):
    headers = {"Idempotency-Key": "once"}
    answers = [await client.post("/api/reports", json=ml.asked(family), headers=headers) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201] * 3
    assert len({answer.content for answer in answers}) == 1
    assert (await client.get("/api/reports")).json()["total"] == 1
    other = await client.post("/api/reports", json=ml.asked(family, "experiment"), headers=headers)
    assert other.status_code == 409


async def test_every_write_is_in_the_audit_log(shared_api: Api, client: httpx.AsyncClient, family: Family):
    made = await ml.order(client, ml.asked(family))
    report_id = made["report_id"]
    await client.post(f"/api/reports/{report_id}/view-link")
    await client.post(f"/api/reports/{report_id}/cancel")
    await client.post(f"/api/reports/{report_id}/retry")
    await client.delete(f"/api/reports/{report_id}")
    async with shared_api.resources.pipeline.database.connect() as db:
        rows = await db.fetch("SELECT action FROM audit_entries WHERE object_id = $1 ORDER BY id", report_id)
    assert [row["action"] for row in rows] == [
        "report.create",
        "report.view_link",
        "report.cancel",
        "report.retry",
        "report.delete",
    ]


async def test_settings_say_how_often_and_in_whose_frames(fresh_database_url: str, fresh_redis_url: str, s3: S3):
    """The two dialects are counted apart, and a GET is never told to wait for long."""
    settings = told(
        fresh_database_url,
        fresh_redis_url,
        s3,
        limits=True,
        limit_create="1/3600",
        limit_create_ml="2/3600",
        limit_list="2/3600",
        frame_ancestors="https://ml.example.org",
    )
    async with serving(settings) as api, api.client(await api.key()) as client:
        family = await ml.push(client)
        report = await ml.done(api, client, ml.asked(family))
        view = await client.get(f"/api/reports/{report['id']}/view")
        assert "frame-ancestors 'self' https://ml.example.org" in view.headers["content-security-policy"]
        assert "x-frame-options" not in view.headers
        assert (await client.post("/api/reports", json=ml.asked(family))).status_code == 201
        refused = await client.post("/api/reports", json=ml.asked(family))
        assert (refused.status_code, int(refused.headers["retry-after"]) > 5) == (429, True)
        assert refused.json()["error"] == refused.json()["detail"]
        assert (await client.post("/api/reports", json=longform())).status_code == 201
        assert (await client.post("/api/reports", json=longform())).status_code == 429
        lists = [await client.get("/ml/api/reports") for _ in range(3)]
        assert [answer.status_code for answer in lists] == [200, 200, 429]
        assert 1 <= int(lists[-1].headers["retry-after"]) <= 5
