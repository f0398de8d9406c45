"""A report's life as a client sees it: waiting, being made, done, failed, cancelled, made again."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from shared.domain.outcome import Done, Outcome, Work

from .conftest import FILES, Api, asked, failing

UNKNOWN = ["00000000-0000-0000-0000-000000000000", "nonsense", "1", "%00", "a" * 3000, "..%2f..%2fetc"]


async def ask(client: httpx.AsyncClient, **more: Any) -> str:
    answer = await client.post("/api/reports/", json=asked(**more))
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]["report"]["id"]


async def show(client: httpx.AsyncClient, report_id: str, prefix: str = "") -> dict[str, Any]:
    body = (await client.get(f"{prefix}/api/reports/{report_id}")).json()
    assert body["data"]["report"] == body["report"]
    return body["report"]


async def test_progress_is_told_node_by_node(api: Api):
    """Percentages follow from finished steps: each brings them forward."""
    workflow = api.resources.pipeline.registry.by_key["conversational"].workflow
    async with api.client(await api.key()) as client:
        report_id = await ask(client)
        seen: list[tuple[str, int]] = []
        while not seen or seen[-1][0] != "completed":
            report = await show(client, report_id)
            assert report["progress_percentage"] == report["progress"]["percent"]
            assert [node["id"] for node in report["progress"]["nodes"]] == [node.id for node in workflow.nodes]
            seen.append((report["status"], report["progress"]["percent"]))
            await api.work(steps=1)
    percents = [percent for _, percent in seen]
    assert seen[0] == ("queued", 0)
    assert {status for status, _ in seen[1:-1]} == {"processing"}
    assert percents == sorted(set(percents))
    assert (len(percents), percents[-1]) == (10, 100)


async def test_sections_are_counted_while_they_are_written(api: Api):
    """One of two sections is done."""
    async with api.client(await api.key()) as client:
        report_id = await ask(client)
        await api.work(steps=3)
        nodes = {node["id"]: node for node in (await show(client, report_id))["progress"]["nodes"]}
    assert {name: nodes["write"][name] for name in ("status", "done", "total")} == {
        "status": "started",
        "done": 1,
        "total": 2,
    }


@pytest.mark.parametrize("prefix", ["", "/sting"])
async def test_a_finished_report_says_where_its_file_is(api: Api, prefix: str):
    """Below the prefix that the client used."""
    async with api.client(await api.key()) as client:
        report_id = await ask(client, output_format="html")
        await api.work()
        report = await show(client, report_id, prefix)
        assert (report["status"], report["queue_position"]) == ("completed", None)
        assert report["download_url"] == f"{prefix}/api/reports/{report_id}/download"
        assert report["file_size_bytes"] == report["result_size_bytes"] == len(FILES["html"])
        assert report["started_at"] <= report["completed_at"] <= report["updated_at"]
        assert report["result_summary"] == {
            "formats": ["html", "json", "md", "pdf"],
            "pages": 3,
            "style": "comparison",
            "style_chosen": False,
            "style_words": {"comparison": ["compare"]},
            "words": 900,
            "quality": {"code": "PASS", "findings": []},
        }
        answer = await client.get(report["download_url"])
    assert answer.content == FILES["html"]


@pytest.mark.parametrize(
    ("form", "media_type"),
    [
        ("pdf", "application/pdf"),
        ("html", "text/html; charset=utf-8"),
        ("md", "text/markdown; charset=utf-8"),
        ("json", "application/json"),
    ],
)
async def test_every_format_can_be_downloaded(api: Api, form: str, media_type: str):
    """The report's own, or another by ``format``; each is counted."""
    async with api.client(await api.key()) as client:
        report_id = await ask(client, title="Tea & coffee: 1/2 (Q3)")
        await api.work()
        answer = await client.get(f"/api/reports/{report_id}/download", params={"format": form})
        assert (answer.status_code, answer.content) == (200, FILES[form])
        assert answer.headers["content-type"] == media_type
        assert answer.headers["content-length"] == str(len(FILES[form]))
        assert f'filename="Tea coffee 12 Q3_{report_id[:8]}.{form}"' in answer.headers["content-disposition"]
        assert answer.headers["content-disposition"].startswith("attachment; ")
        assert "sandbox" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert (await client.get(f"/api/reports/{report_id}/download")).content == FILES["pdf"]
        assert (await show(client, report_id))["download_count"] == 2


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Bericht über Tee 茶", "Bericht%20%C3%BCber%20Tee%20%E8%8C%B6_{}.pdf"),
        ('"\r\nSet-Cookie: a=b', "Set-Cookie%20ab_{}.pdf"),
        ("../../etc/passwd", "etcpasswd_{}.pdf"),
        ("🖨🖨🖨", "report_{}.pdf"),
        ("x" * 500, "x" * 100 + "_{}.pdf"),
    ],
)
async def test_any_title_gives_a_safe_file_name(api: Api, title: str, name: str):
    """In any script, without a way out of the header or the folder."""
    async with api.client(await api.key()) as client:
        report_id = await ask(client, title=title)
        await api.work()
        answer = await client.get(f"/api/reports/{report_id}/download")
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    disposition = answer.headers["content-disposition"]
    assert disposition.endswith("filename*=UTF-8''" + name.format(report_id[:8]))
    assert disposition.isascii()


async def test_a_redirect_leads_to_a_link_that_needs_no_key_and_expires(api: Api):
    """Large files need not pass through this process."""
    async with api.client(await api.key()) as client:
        report_id = await ask(client)
        await api.work()
        answer = await client.get(f"/api/reports/{report_id}/download", params={"redirect": "true", "format": "md"})
        assert answer.status_code == 302
    link = answer.headers["location"]
    assert link.startswith(api.settings.s3_endpoint)
    assert f"X-Amz-Expires={api.settings.link_seconds}" in link
    async with httpx.AsyncClient() as anybody:
        file = await anybody.get(link)
        forged = await anybody.get(link.replace(".md", ".pdf", 1))
    assert (file.status_code, file.content) == (200, FILES["md"])
    assert "filename" in file.headers["content-disposition"]
    assert forged.status_code == 403


@pytest.mark.parametrize("steps", [0, 3])
async def test_an_unfinished_report_cannot_be_downloaded(api: Api, steps: int):
    """400 in this dialect, with the contract's text."""
    async with api.client(await api.key()) as client:
        report_id = await ask(client)
        await api.work(steps=steps)
        answer = await client.get(f"/api/reports/{report_id}/download")
        assert (answer.status_code, answer.json()["error"]) == (400, "Report not ready for download")
        assert (await show(client, report_id))["download_count"] == 0
        wrong = await client.get(f"/api/reports/{report_id}/download", params={"format": "docx"})
    assert (wrong.status_code, wrong.json()["error"]) == (400, "format: must be one of pdf, html, md, json")


async def test_a_file_that_was_not_made_or_was_lost_is_not_found(api: Api):
    async def render(_: Work) -> Outcome:
        return Done(outputs={"formats": [], "pages": 0})

    async with api.client(await api.key()) as client:
        never = await ask(client)
        await api.work({"report.render": render})
        lost = await ask(client)
        await api.work()
        for key in await _keys(api, lost):
            await api.resources.pipeline.store.delete(key)
        answers = [await client.get(f"/api/reports/{one}/download") for one in (never, lost)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].json()["error"] == "Report file not found"


async def test_a_failed_report_says_what_to_do(api: Api):
    """A message that a user can act on, and a code for programs."""
    async with api.client(await api.key()) as client:
        report_id = await ask(client)
        await api.work({"report.outline": failing})
        report = await show(client, report_id)
        assert (report["status"], report["error_code"]) == ("failed", "input_invalid")
        assert report["error_message"] == "parameters.context: the third document is not text"
        assert report["download_url"] is None
        assert report["progress_percentage"] < 100
        answer = await client.get(f"/api/reports/{report_id}/download")
    assert (answer.status_code, answer.json()["error"]) == (400, "Report not ready for download")


@pytest.mark.parametrize("steps", [0, 1, 3])
async def test_a_cancelled_report_stays_cancelled(api: Api, steps: int):
    """Waiting or in the middle; nothing that comes later makes it completed."""
    async with api.client(await api.key()) as client:
        report_id = await ask(client)
        await api.work(steps=steps)
        for _ in range(2):
            answer = await client.post(f"/api/reports/{report_id}/cancel")
            assert (answer.status_code, answer.json()) == (
                200,
                {"success": True, "message": "Report cancelled successfully"},
            )
        await api.work()
        assert (await show(client, report_id))["status"] == "cancelled"


@pytest.mark.parametrize("function", [{}, {"report.outline": failing}])
async def test_a_report_that_has_ended_cannot_be_cancelled(api: Api, function: dict[str, Any]):
    async with api.client(await api.key()) as client:
        report_id = await ask(client)
        await api.work(function)
        before = await show(client, report_id)
        answer = await client.post(f"/api/reports/{report_id}/cancel")
        assert answer.status_code == 400
        assert answer.json()["error"].startswith("Report cannot be cancelled")
        assert await show(client, report_id) == before


async def test_a_retry_goes_on_where_the_report_stopped(api: Api):
    """Finished nodes are not run again; the error is gone."""
    ran: list[str] = []

    async def collect(work: Work) -> Outcome:
        ran.append(work.node_id)
        return Done(outputs={"asked": {"query": "q"}, "passages": [], "sources": [], "facts": {}})

    async with api.client(await api.key()) as client:
        report_id = await ask(client)
        await api.work({"report.collect": collect, "report.outline": failing})
        failed = await show(client, report_id)
        answer = await client.post(f"/api/reports/{report_id}/retry")
        body = answer.json()
        assert (answer.status_code, body["success"], body["report_id"]) == (200, True, report_id)
        assert (body["status"], body["message"]) == ("queued", "Report requeued for processing")
        waiting = await show(client, report_id)
        assert (waiting["error_message"], waiting["error_code"], waiting["retry_count"]) == (None, None, 1)
        assert waiting["progress_percentage"] == failed["progress_percentage"] > 0
        assert waiting["run_id"] == body["run_id"] != failed["run_id"]
        await api.work({"report.collect": collect})
        assert (await show(client, report_id))["status"] == "completed"
    assert ran == ["collect"]


async def test_a_report_is_retried_three_times_at_most(api: Api):
    async with api.client(await api.key()) as client:
        report_id = await ask(client)
        for _ in range(3):
            await api.work({"report.outline": failing})
            assert (await client.post(f"/api/reports/{report_id}/retry")).status_code == 200
        await api.work({"report.outline": failing})
        answer = await client.post(f"/api/reports/{report_id}/retry")
        assert (answer.status_code, answer.json()["code"]) == (400, "retries_spent")
        assert (await show(client, report_id))["retry_count"] == 3


async def test_a_cancelled_report_can_be_retried(api: Api):
    async with api.client(await api.key()) as client:
        report_id = await ask(client)
        await client.post(f"/api/reports/{report_id}/cancel")
        assert (await client.post(f"/api/reports/{report_id}/retry")).status_code == 200
        await api.work()
        assert (await show(client, report_id))["status"] == "completed"


@pytest.mark.parametrize("steps", [0, 1, 100])
async def test_a_report_that_has_not_failed_cannot_be_retried(api: Api, steps: int):
    async with api.client(await api.key()) as client:
        report_id = await ask(client)
        await api.work(steps=steps)
        answer = await client.post(f"/api/reports/{report_id}/retry")
        assert (answer.status_code, answer.json()["code"]) == (400, "not_retryable")


async def test_of_many_retries_at_once_one_counts(api: Api):
    """The others find a report that is queued."""
    async with api.client(await api.key()) as client:
        report_id = await ask(client)
        await api.work({"report.outline": failing})
        answers = await asyncio.gather(*(client.post(f"/api/reports/{report_id}/retry") for _ in range(8)))
        assert sorted(answer.status_code for answer in answers) == [200, *[400] * 7]
        report = await show(client, report_id)
    assert report["retry_count"] == 1
    async with api.resources.pipeline.database.connect() as db:
        found = await db.fetch("SELECT id FROM runs WHERE report_id = $1", report_id)
    assert len(found) == 2


@pytest.mark.parametrize("report_id", UNKNOWN)
async def test_an_unknown_report_is_not_found(client: httpx.AsyncClient, report_id: str):
    """A malformed id is an unknown one."""
    paths = ["", "/download", "/cancel", "/retry"]
    for path in paths:
        method = "POST" if path in {"/cancel", "/retry"} else "GET"
        answer = await client.request(method, f"/api/reports/{report_id}{path}")
        assert answer.status_code == 404
        assert answer.json()["success"] is False


async def test_another_owners_report_is_as_absent_as_one_that_never_was(api: Api):
    """Same status, same body; and it is not changed."""
    async with api.client(await api.key()) as mine, api.client(await api.key(role="admin")) as theirs:
        report_id = await ask(mine)
        for method, path in (("GET", ""), ("GET", "/download"), ("POST", "/cancel"), ("POST", "/retry")):
            answer = await theirs.request(method, f"/api/reports/{report_id}{path}")
            never = await theirs.request(method, f"/api/reports/{UNKNOWN[0]}{path}")
            assert (answer.status_code, answer.json()) == (404, never.json())
            assert answer.json()["error"] == "Report not found"
        await api.work()
        assert (await show(mine, report_id))["status"] == "completed"
        assert (await theirs.get(f"/api/reports/{report_id}/download")).status_code == 404


async def test_trailing_slashes_never_redirect(api: Api):
    """Clients that post do not follow."""
    async with api.client(await api.key()) as client:
        report_id = await ask(client)
        for prefix in ("", "/sting"):
            for path in ("", "templates", "queue/status", "public/queue/status", "health", report_id):
                for slash in ("", "/"):
                    answer = await client.get(f"{prefix}/api/reports/{path}{slash}".replace("//", "/"))
                    assert answer.status_code == 200, answer.url
            for slash in ("", "/"):
                assert (await client.post(f"{prefix}/api/reports/{report_id}/cancel{slash}")).status_code == 200


async def _keys(api: Api, report_id: str) -> list[str]:
    async with api.resources.pipeline.database.connect() as db:
        rows = await db.fetch(
            "SELECT key FROM artifacts JOIN reports USING (run_id) WHERE reports.id = $1",
            report_id,
        )
    return [row["key"] for row in rows]
