"""Lists of reports and templates."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from .conftest import CONVERSATIONAL, DOCUMENT, Api, asked, failing


async def listed(client: httpx.AsyncClient, **query: Any) -> dict[str, Any]:
    answer = await client.get("/api/reports/", params=query)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["success"] is True
    return body["data"]


async def ask(client: httpx.AsyncClient, count: int = 1, **more: Any) -> list[dict[str, Any]]:
    return [(await client.post("/api/reports/", json=asked(**more))).json()["data"]["report"] for _ in range(count)]


async def test_an_owner_sees_its_own_reports_newest_first(shared_api: Api):
    """And nobody else's, whatever they are called."""
    async with shared_api.client(await shared_api.key()) as mine, shared_api.client(await shared_api.key()) as theirs:
        made = await ask(mine, 3, title="Demo")
        await ask(theirs, 1, title="Demo")
        found = await listed(mine)
    assert [one["id"] for one in found["reports"]] == [one["id"] for one in reversed(made)]
    assert found["pagination"] == {"total": 3, "limit": 50, "offset": 0, "has_more": False}


async def test_a_row_has_what_clients_show(client: httpx.AsyncClient):
    """The fields of the contract, with times in UTC."""
    await ask(client, description="About tea", priority="low")
    (row,) = (await listed(client))["reports"]
    expected = {
        "title": "Tea and coffee",
        "description": "About tea",
        "status": "queued",
        "priority": "low",
        "progress_percentage": 0,
        "output_format": "pdf",
        "template_id": CONVERSATIONAL,
        "template_name": "Bee Conversational Report",
        "completed_at": None,
        "error_message": None,
        "result_file_id": None,
        "file_size_bytes": None,
        "result_size_bytes": None,
        "download_url": None,
        "download_count": 0,
        "retry_count": 0,
    }
    assert {name: row[name] for name in expected} == expected
    assert row["template"]["category"] == "analysis"
    assert row["template"]["display_name"] == row["template"]["name"]
    assert row["queue_position"] >= 1
    assert all(row[name].endswith("Z") for name in ("created_at", "updated_at", "expires_at", "estimated_completion"))
    assert "parameters" not in row


@pytest.mark.parametrize(
    ("query", "limit", "count"),
    [({}, 50, 5), ({"limit": 2}, 2, 2), ({"limit": 0}, 1, 1), ({"limit": -7}, 1, 1), ({"limit": 10**30}, 100, 5)],
)
async def test_a_limit_is_moved_into_its_bounds(
    client: httpx.AsyncClient, query: dict[str, int], limit: int, count: int
):
    """1 to 100; a client that asks for more gets what there is to get."""
    await ask(client, 5)
    found = await listed(client, **query)
    assert (found["pagination"]["limit"], len(found["reports"])) == (limit, count)
    assert found["pagination"]["has_more"] is (count < 5)


async def test_pages_follow_each_other(client: httpx.AsyncClient):
    made = [one["id"] for one in await ask(client, 5)]
    pages = [await listed(client, limit=2, offset=offset) for offset in (0, 2, 4, 6, 10**40)]
    assert [one["id"] for page in pages for one in page["reports"]] == made[::-1]
    assert [page["pagination"]["has_more"] for page in pages] == [True, True, False, False, False]
    assert {page["pagination"]["total"] for page in pages} == {5}


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({"limit": "many"}, "limit"),
        ({"limit": "1.5"}, "limit"),
        ({"offset": "-1"}, "offset"),
        ({"offset": "x"}, "offset"),
        ({"status": "done"}, "status"),
        ({"status": "'; --"}, "status"),
        ({"search": "a\0b"}, "search"),
    ],
)
async def test_a_wrong_query_is_named(client: httpx.AsyncClient, query: dict[str, str], named: str):
    """Never a 500."""
    answer = await client.get("/api/reports/", params=query)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(f"{named}: ")
    assert answer.json()["success"] is False


async def test_empty_filters_and_cache_busters_are_ignored(client: httpx.AsyncClient):
    """As the web client sends them."""
    await ask(client)
    found = await listed(client, status="", search="", _t="1764000000000")
    assert found["pagination"]["total"] == 1


async def test_status_filters(api: Api):
    """Pending and queued are the same here: what is accepted is queued at once."""
    async with api.client(await api.key()) as client:
        await ask(client, title="failed")
        await api.work({"report.collect": failing})
        await ask(client, title="completed")
        await api.work()
        await ask(client, title="processing")
        await api.work(steps=1)
        (cancelled,) = await ask(client, title="cancelled")
        await client.post(f"/api/reports/{cancelled['id']}/cancel")
        await ask(client, title="queued")
        for status in ("failed", "completed", "processing", "cancelled", "queued"):
            found = await listed(client, status=status)
            assert [(one["title"], one["status"]) for one in found["reports"]] == [(status, status)]
        assert [one["title"] for one in (await listed(client, status="pending"))["reports"]] == ["queued"]
        (row,) = (await listed(client, status="failed"))["reports"]
        assert row["error_message"] == "parameters.context: the third document is not text"
        (row,) = (await listed(client, status="processing"))["reports"]
        assert 0 < row["progress_percentage"] < 100
        (row,) = (await listed(client, status="completed"))["reports"]
        assert row["progress_percentage"] == 100
        assert row["download_url"] == f"/api/reports/{row['id']}/download"
        assert row["file_size_bytes"] == row["result_size_bytes"] > 0


@pytest.mark.parametrize(
    ("category", "names"),
    [
        (None, {"conversational", "document"}),
        ("analysis", {"conversational"}),
        ("system", set()),
        ("", {"conversational", "document"}),
    ],
)
async def test_templates_are_listed_by_category(client: httpx.AsyncClient, category: str | None, names: set[str]):
    answer = await client.get("/api/reports/templates", params={"category": category} if category is not None else {})
    data = answer.json()["data"]
    found = {one["key"] for one in data["templates"]} & {"conversational", "document"}
    assert (found, data["user_role"]) == (names, "user")
    assert data["count"] == len(data["templates"])


async def test_the_primary_template_is_as_the_contract_says(client: httpx.AsyncClient):
    """Clients have its id in their code."""
    data = (await client.get("/api/reports/templates")).json()["data"]
    (found,) = [one for one in data["templates"] if one["id"] == CONVERSATIONAL]
    expected = {
        "name": "Bee Conversational Report",
        "category": "analysis",
        "required_role": "user",
        "is_active": True,
        "output_formats": ["pdf", "md", "html"],
        "requires_scrambling": True,
        "max_output_tokens": 16384,
        "estimated_time_minutes": 15,
    }
    assert {name: found[name] for name in expected} == expected


async def test_one_template_comes_with_its_schema_and_a_request_that_works(client: httpx.AsyncClient):
    data = (await client.get(f"/api/reports/templates/{DOCUMENT}")).json()["data"]
    assert data["template"]["key"] == "document"
    assert data["parameters"]["type"] == "object"
    answer = await client.post("/api/reports/", json=data["sample"] | {"template_id": DOCUMENT})
    assert answer.status_code == 201


@pytest.mark.parametrize("template", ["nope", "00000000-0000-0000-0000-000000000000"])
async def test_an_unknown_template_is_not_found(client: httpx.AsyncClient, template: str):
    answer = await client.get(f"/api/reports/templates/{template}")
    assert (answer.status_code, answer.json()["error"]) == (404, "Template not found")
