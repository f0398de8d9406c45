"""Every path of the long-form API: with a slash at its end and without, at the root and below ``/sting``."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from shared.contracts.scopes import OWNER_SCOPES

from .conftest import CONVERSATIONAL, Api, asked

MOUNTS = ("/api/reports", "/sting/api/reports")
LONGFORM = asked(title="")
ML = {"project_id": CONVERSATIONAL, "kind": "model", "entity_id": CONVERSATIONAL}
REQUIRED = "template_id and title are required"

SAYING_NOTHING = [
    ("GET", "", None, 200, None),
    ("POST", "", ML, 400, REQUIRED),
    ("POST", "", {}, 400, REQUIRED),
    ("POST", "", None, 400, "JSON data required"),
]
"""Where nothing but the mount says which dialect is meant; what the root makes of them is in ``test_dialects.py``."""
ANSWERS = [
    ("GET", "?status=completed", None, 200, None),
    ("POST", "", asked(), 201, None),
    ("POST", "", LONGFORM, 400, REQUIRED),
    ("GET", "/{report}", None, 200, None),
    ("GET", "/nope", None, 404, "Report not found"),
    ("GET", "/{report}/download", None, 400, "Report not ready for download"),
    ("GET", "/nope/download", None, 404, "Report not found"),
    ("POST", "/{report}/retry", None, 400, "Report cannot be retried: only a failed or cancelled one can"),
    ("POST", "/nope/retry", None, 404, "Report not found"),
    ("POST", "/{report}/cancel", None, 200, None),
    ("POST", "/nope/cancel", None, 404, "Report not found"),
    ("GET", "/templates", None, 200, None),
    ("GET", "/templates/{template}", None, 200, None),
    ("GET", "/templates/{template}/permissions", None, 200, None),
    ("GET", "/templates/nope", None, 404, "Template not found"),
    ("POST", "/templates", {}, 400, "name: is required"),
    ("POST", "/templates", None, 400, "JSON data required"),
    ("PUT", "/templates/nope", {"name": "A"}, 404, "Template not found"),
    ("DELETE", "/templates/nope", None, 404, "Template not found"),
    ("GET", "/public/templates", None, 200, None),
    ("GET", "/queue/status", None, 200, None),
    ("GET", "/public/queue/status", None, 200, None),
    ("GET", "/health", None, 200, None),
]


@pytest.fixture(scope="module")
async def key(shared_api: Api) -> str:
    return await shared_api.key(role="admin", scopes=[*OWNER_SCOPES, "admin"])


@pytest.fixture
async def client(shared_api: Api, key: str) -> AsyncIterator[httpx.AsyncClient]:
    async with shared_api.client(key) as client:
        yield client


@pytest.mark.parametrize("slash", ["", "/"], ids=["bare", "slash"])
@pytest.mark.parametrize("mount", MOUNTS)
async def test_every_path_answers_by_itself(client: httpx.AsyncClient, mount: str, slash: str):
    """Never by a redirect, which this API's clients do not follow; always in this dialect."""
    report = (await client.post(MOUNTS[0], json=asked())).json()["data"]["report"]["id"]
    for method, path, body, status, error in ANSWERS + (SAYING_NOTHING if mount != MOUNTS[0] else []):
        place, _, query = path.partition("?")
        whole = mount + place.format(report=report, template=CONVERSATIONAL) + slash + (query and f"?{query}")
        answer = (
            await client.request(method, whole, json=body) if body is not None else await client.request(method, whole)
        )
        assert (answer.status_code, answer.json().get("error")) == (status, error), (method, whole)
        assert answer.json()["success"] is (status < 400)


@pytest.mark.parametrize("slash", ["", "/"], ids=["bare", "slash"])
@pytest.mark.parametrize("mount", MOUNTS)
async def test_links_lead_back_through_the_mount(shared_api: Api, mount: str, slash: str):
    async with shared_api.client(await shared_api.key()) as client:
        made = (await client.post(f"{mount}{slash}", json=asked())).json()["data"]["report"]
        await shared_api.finish(made["run_id"])
        shown = (await client.get(f"{mount}/{made['id']}{slash}")).json()
        (listed,) = (await client.get(f"{mount}{slash}", params={"status": "completed"})).json()["data"]["reports"]
    expected = f"{mount}/{made['id']}/download"
    assert [shown["report"]["download_url"], shown["data"]["report"]["download_url"]] == [expected, expected]
    assert listed["download_url"] == expected


async def test_strangers_are_told_so_on_every_path_that_is_not_public(shared_api: Api):
    async with shared_api.client() as nobody:
        for method, path, body, *_ in ANSWERS:
            whole = MOUNTS[1] + path.format(report=CONVERSATIONAL, template=CONVERSATIONAL)
            answer = await nobody.request(method, whole, json=body)
            public = path.startswith(("/public/", "/queue/", "/health"))
            assert answer.status_code == (200 if public else 401), (method, whole)
            if not public:
                assert answer.json()["error"] == "Authentication required"


REPORT = {
    # by the documentation
    "id", "title", "description", "status", "progress_percentage", "created_at", "completed_at", "output_format",
    "file_size_bytes", "result_file_id", "download_url", "template_name", "priority", "error_message",
    # by the server that clients were written against
    "template_id", "user_id", "queue_position", "estimated_completion", "started_at", "honey_jar_id",
    "scrambling_enabled", "pii_detected", "risk_level", "result_size_bytes", "download_count", "updated_at",
    "expires_at", "template", "generated_by", "access_type", "access_grants", "retry_count",
}  # fmt: skip
DETAIL = REPORT | {"parameters", "scrambling_mapping_id", "result_summary"}
TEMPLATE = {
    "id", "name", "description", "category", "required_role", "is_active", "output_formats", "requires_scrambling",
    "max_output_tokens", "estimated_time_minutes", "display_name", "key", "generator_class", "scrambling_profile",
    "security_level", "is_premium", "created_at", "updated_at", "created_by", "parameters", "template_config",
}  # fmt: skip
QUEUE = {
    "queue_name", "pending_reports", "processing_reports", "completed_today", "failed_today",
    "average_processing_time", "estimated_wait_time", "total_pending", "currently_processing",
    "avg_processing_time_seconds", "timestamp", "user_active_reports",
}  # fmt: skip


async def test_every_key_that_a_client_reads_is_there(client: httpx.AsyncClient):
    """Those of the documentation and those of the server, whichever a client was written by."""
    made = (await client.post("/api/reports/", json=asked())).json()["data"]
    assert made.keys() >= {"report", "queue_position", "estimated_completion"}
    assert made["report"].keys() >= {"id", "title", "status", "priority", "created_at", "output_format"}
    shown = (await client.get(f"/api/reports/{made['report']['id']}")).json()
    assert shown["report"] == shown["data"]["report"]
    assert DETAIL - shown["report"].keys() == set()
    assert TEMPLATE - shown["report"]["template"].keys() == set()
    data = (await client.get("/api/reports/", params={"limit": 1})).json()["data"]
    assert REPORT - data["reports"][0].keys() == set()
    assert data["pagination"].keys() == {"total", "limit", "offset", "has_more"}
    templates = (await client.get("/api/reports/templates")).json()["data"]
    assert templates.keys() == {"templates", "count", "user_role"}
    assert all(one.keys() >= TEMPLATE and one["parameters"] is not None for one in templates["templates"])
    status = (await client.get("/api/reports/queue/status", params={"queue": "default"})).json()["data"]
    assert QUEUE - status.keys() == set()
    health = (await client.get("/api/reports/health")).json()
    assert health.keys() >= {"status", "database_connected", "report_service", "timestamp"}
    times: list[Any] = [shown["report"][name] for name in ("created_at", "updated_at", "expires_at")]
    assert all(time.endswith("Z") for time in times)
