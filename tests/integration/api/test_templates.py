"""Templates that administrators make, change and take away, and the reports by them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from deploy.local.seaweedfs import S3
from shared.contracts.scopes import OWNER_SCOPES
from shared.db import runs

from .conftest import CONVERSATIONAL, DOCUMENT, Api, asked, serving, told

ADMIN = (*OWNER_SCOPES, "admin")
TEMPLATES = "/api/reports/templates"
BODY = {
    "name": "Weekly review",
    "description": "What happened in one region.",
    "parameters": [
        {"name": "region", "type": "select", "options": ["North", "South"], "required": True},
        {"name": "weeks", "type": "number", "default": 1},
    ],
    "template_config": {
        "instructions": "Write for the managers of the {{region}}.",
        "sections": ["What changed in the {{region}}"],
        "theme": "broadsheet",
    },
    "output_formats": ["md", "pdf"],
    "estimated_time_minutes": 2,
    "max_output_tokens": 3000,
}


@pytest.fixture
async def admin(shared_api: Api) -> AsyncIterator[httpx.AsyncClient]:
    async with shared_api.client(await shared_api.key("admin", role="admin", scopes=ADMIN)) as client:
        yield client


@pytest.fixture
async def client(shared_api: Api) -> AsyncIterator[httpx.AsyncClient]:
    async with shared_api.client(await shared_api.key()) as client:
        yield client


async def make(admin: httpx.AsyncClient, name: str, **more: Any) -> dict[str, Any]:
    answer = await admin.post(TEMPLATES, json=BODY | {"name": name} | more)
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]["template"]


async def listed(client: httpx.AsyncClient, **query: Any) -> dict[str, dict[str, Any]]:
    data = (await client.get(TEMPLATES, params=query)).json()["data"]
    assert data["count"] == len(data["templates"])
    return {one["name"]: one for one in data["templates"]}


def refused(answer: httpx.Response) -> tuple[int, str]:
    assert answer.json()["success"] is False
    return answer.status_code, answer.json()["error"]


async def test_a_template_that_was_made_can_be_used_at_once(shared_api: Api, admin: httpx.AsyncClient, client: Any):
    """Everything that was said of it comes back, and reaches the run of a report by it."""
    made = await make(admin, "Used at once")
    expected = {
        "name": "Used at once",
        "display_name": "Used at once",
        "category": "custom",
        "generator_class": "conversational",
        "output_formats": ["pdf", "md"],
        "is_active": True,
        "is_built_in": False,
        "is_premium": False,
        "security_level": "standard",
        "scrambling_profile": "gdpr_compliant",
        "requires_scrambling": True,
        "required_role": "user",
        "max_output_tokens": 3000,
        "estimated_time_minutes": 2,
    }
    assert {name: made[name] for name in expected} == expected
    assert made["created_at"].endswith("Z")
    assert made["created_by"]
    parameters = {"user_query": "What happened?", "region": "North"}
    answer = await client.post("/api/reports/", json=asked(template_id=made["id"], parameters=parameters))
    assert answer.status_code == 201, answer.text
    report = answer.json()["data"]["report"]
    shown = (await client.get(f"/api/reports/{report['id']}")).json()["report"]
    assert (shown["template_name"], shown["template"]["key"]) == ("Used at once", made["key"])
    assert shown["parameters"] == parameters | {"weeks": 1, "theme": "broadsheet"}
    async with shared_api.resources.pipeline.database.connect() as db:
        run = await runs.get(db, report["run_id"])
    assert run is not None
    assert run.workflow_id == "report-conversational"
    assert run.inputs["template"] == {
        "key": made["key"],
        "name": "Used at once",
        "instructions": "Write for the managers of the North.\nweeks: 1",
        "sections": [{"title": "What changed in the North", "instructions": ""}],
        "maxOutputTokens": 3000,
    }


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"parameters": {"user_query": "Q"}}, "parameters.region: must be given"),
        ({"parameters": {"region": "East"}}, "parameters.region: must be one of North, South"),
        ({"parameters": {"region": None}}, "parameters.region: must be given"),
        ({"parameters": {"region": "North", "weeks": "two"}}, "parameters.weeks: must be a number"),
        ({"parameters": {"region": "North"}, "output_format": "html"}, "output_format: this template makes pdf, md"),
    ],
)
async def test_a_report_must_fit_its_template(admin: Any, client: Any, more: dict[str, Any], error: str):
    """Parameters and formats, named by path."""
    found = (await listed(admin)).get("Strict") or await make(admin, "Strict")
    answer = await client.post("/api/reports/", json=asked(template_id=found["id"], **more))
    assert refused(answer) == (400, error)


async def test_a_made_template_comes_with_a_request_that_works(admin: Any, client: Any):
    made = await make(admin, "With a sample")
    data = (await client.get(f"{TEMPLATES}/{made['id']}")).json()["data"]
    assert data["template"]["parameters"][0]["name"] == "region"
    assert data["template"]["template_config"]["instructions"].startswith("Write for")
    answer = await client.post("/api/reports/", json=data["sample"] | {"template_id": made["id"]})
    assert answer.status_code == 201, answer.text


async def test_lists_show_configurations_to_editors_and_on_request(admin: Any, client: Any):
    """An editor that sends back what it was listed must not wipe out what was left out."""
    await make(admin, "Listed", category="knowledge")
    assert (await listed(client))["Listed"]["parameters"] is None
    assert (await listed(client, include_config=True))["Listed"]["template_config"]["theme"] == "broadsheet"
    mine = (await listed(admin, category="knowledge"))["Listed"]
    assert [one["name"] for one in mine["parameters"]] == ["region", "weeks"]
    answer = await admin.put(f"{TEMPLATES}/{mine['id']}", json=mine | {"description": "Changed"})
    assert answer.status_code == 200, answer.text
    again = (await listed(admin))["Listed"]
    assert again == mine | {"description": "Changed", "updated_at": again["updated_at"]}
    assert again["updated_at"] > mine["updated_at"]


async def test_a_change_is_obeyed_by_the_next_report(shared_api: Api, admin: Any, client: Any):
    """Role, activity and base; a report under way keeps what it began with."""
    made = await make(admin, "Changed", parameters=[], template_config={})
    path = f"{TEMPLATES}/{made['id']}"
    body = asked(template_id=made["id"])
    assert (await client.post("/api/reports/", json=body)).status_code == 201
    assert (await admin.put(path, json={"required_role": "analyst"})).status_code == 200
    assert refused(await client.post("/api/reports/", json=body)) == (403, "Insufficient permissions")
    assert "Changed" not in await listed(client)
    async with shared_api.client(await shared_api.key(role="analyst")) as analyst:
        assert (await analyst.post("/api/reports/", json=body)).status_code == 201
    await admin.put(path, json={"required_role": "user", "is_active": False})
    assert refused(await client.post("/api/reports/", json=body)) == (404, "Template not found")
    assert refused(await client.get(path)) == (404, "Template not found")
    assert (await admin.get(path)).json()["data"]["template"]["is_active"] is False
    assert "Changed" not in await listed(admin)
    assert "Changed" in await listed(admin, include_inactive=True)
    assert "Changed" not in await listed(client, include_inactive=True)
    changed = await admin.put(
        path, json={"is_active": True, "generator_class": "document", "output_formats": ["csv", "md"]}
    )
    assert changed.json()["message"] == "Not made here, and left out: csv"
    context = {"context": "# One\n\nText."}
    answer = await client.post("/api/reports/", json=body | {"parameters": context, "output_format": "md"})
    async with shared_api.resources.pipeline.database.connect() as db:
        run = await runs.get(db, answer.json()["data"]["report"]["run_id"])
    assert run is not None
    assert run.workflow_id == "report-document"


async def test_a_template_in_use_is_not_deleted(api: Api):
    """Until its reports have ended; then it is gone from lists, and its reports keep it."""
    async with (
        api.client(await api.key(role="super_admin", scopes=ADMIN)) as admin,
        api.client(await api.key()) as client,
    ):
        made = await make(admin, "In use", parameters=[], template_config={})
        path = f"{TEMPLATES}/{made['id']}"
        report = (await client.post("/api/reports/", json=asked(template_id=made["id"]))).json()["data"]["report"]
        assert refused(await admin.delete(path)) == (409, "Cannot delete template with active reports")
        await api.work(steps=1)
        assert refused(await admin.delete(path)) == (409, "Cannot delete template with active reports")
        assert (await client.post(f"/api/reports/{report['id']}/cancel")).status_code == 200
        gone = await admin.delete(path)
        assert (gone.status_code, gone.json()) == (
            200,
            {"success": True, "message": "Template deleted successfully"},
        )
        assert "In use" not in await listed(admin)
        shown = (await client.get(f"/api/reports/{report['id']}")).json()["report"]
        assert shown["template_name"] == "In use"
        assert (await client.post(f"/api/reports/{report['id']}/retry")).status_code == 200
        assert (await admin.delete(path)).status_code == 409


async def test_a_name_is_taken_once(admin: Any):
    """In any case of its letters; a deleted template's name is free, until it is to come back."""
    taken = (409, "Template with this name already exists")
    made = await make(admin, "Once")
    assert refused(await admin.post(TEMPLATES, json=BODY | {"name": "ONCE"})) == taken
    other = await make(admin, "Twice")
    assert refused(await admin.put(f"{TEMPLATES}/{other['id']}", json={"name": "Once"})) == taken
    assert refused(await admin.post(TEMPLATES, json=BODY | {"name": "Document"})) == taken
    assert (await admin.delete(f"{TEMPLATES}/{made['id']}")).status_code == 200
    await make(admin, "once")
    assert refused(await admin.put(f"{TEMPLATES}/{made['id']}", json={"is_active": True})) == taken


async def test_a_repeated_request_makes_one_template(admin: Any):
    headers = {"Idempotency-Key": "one template"}
    first, second = [await admin.post(TEMPLATES, json=BODY | {"name": "Repeated"}, headers=headers) for _ in range(2)]
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()


@pytest.mark.parametrize(
    ("role", "scopes", "status", "error"),
    [
        ("user", OWNER_SCOPES, 403, "Insufficient permissions"),
        ("user", ADMIN, 403, "Admin access required"),
        ("analyst", ADMIN, 403, "Admin access required"),
        ("admin", OWNER_SCOPES, 403, "Insufficient permissions"),
        ("admin", ADMIN, 201, None),
        ("super_admin", ADMIN, 201, None),
    ],
)
async def test_only_administrators_with_the_scope_may_write(
    shared_api: Api, role: str, scopes: tuple[str, ...], status: int, error: str | None
):
    """And anybody may ask what he may do."""
    async with shared_api.client(await shared_api.key(role=role, scopes=scopes)) as client:
        answer = await client.post(TEMPLATES, json=BODY | {"name": f"By {role} {len(scopes)}"})
        assert (answer.status_code, answer.json().get("error")) == (status, error)
        for call in (client.put(f"{TEMPLATES}/{DOCUMENT}", json={"is_active": True}), client.delete(f"{TEMPLATES}/x")):
            assert ((await call).status_code == 403) is (status == 403)
        data = (await client.get(f"{TEMPLATES}/{CONVERSATIONAL}/permissions")).json()["data"]
    edits = status == 201
    assert data == {
        "template_id": CONVERSATIONAL,
        "required_role": "user",
        "user_role": role,
        "user_permissions": {"can_view": True, "can_edit": edits, "can_delete": False, "can_execute": True},
    }


async def test_a_session_of_an_administrator_may_write(shared_api: Api):
    """Its role brings the scope."""
    person = await shared_api.person(role="admin")
    async with shared_api.browser(person) as client:
        answer = await client.post(TEMPLATES, json=BODY | {"name": "By session"})
    assert answer.status_code == 201, answer.text


async def test_of_a_built_in_template_two_things_can_be_said(fresh_database_url: str, fresh_redis_url: str, s3: S3):
    """And they outlive a deploy."""
    settings = told(fresh_database_url, fresh_redis_url, s3)
    path = f"{TEMPLATES}/{CONVERSATIONAL}"
    async with serving(settings) as api, api.client(await api.key(role="admin", scopes=ADMIN)) as admin:
        for body in ({"name": "Mine"}, {"is_active": False, "max_output_tokens": 5}, {"parameters": [{"name": "a"}]}):
            status, error = refused(await admin.put(path, json=body))
            assert (status, error.split(":")[0]) == (409, "This template is built in")
        assert refused(await admin.delete(path))[0] == 409
        answer = await admin.put(path, json={"is_active": False})
        assert answer.json()["data"]["template"]["is_active"] is False
        assert (await admin.put(f"{TEMPLATES}/{DOCUMENT}", json={"required_role": "analyst"})).status_code == 200
        assert refused(await admin.post("/api/reports/", json=asked())) == (404, "Template not found")
    async with serving(settings) as api, api.client(await api.key(role="admin", scopes=ADMIN)) as admin:
        found = await listed(admin, include_inactive=True)
        assert found["Bee Conversational Report"]["is_active"] is False
        assert found["Document"]["required_role"] == "analyst"
        assert (await admin.put(path, json={"is_active": True})).status_code == 200
        assert (await admin.post("/api/reports/", json=asked())).status_code == 201


async def test_a_base_that_is_kept_from_people_is_kept_from_them_in_every_template(admin: Any, client: Any):
    """Also when that is said after the template was made."""
    made = await make(admin, "On a document", generator_class="document", parameters=[], template_config={})
    try:
        assert (await admin.put(f"{TEMPLATES}/{DOCUMENT}", json={"required_role": "admin"})).status_code == 200
        assert "On a document" not in await listed(client)
        answer = await client.post("/api/reports/", json=asked(template_id=made["id"]))
        assert refused(answer) == (403, "Insufficient permissions")
    finally:
        await admin.put(f"{TEMPLATES}/{DOCUMENT}", json={"required_role": "user"})
    assert "On a document" in await listed(client)


async def test_everybody_sees_what_everybody_may_use(shared_api: Api, admin: Any):
    """Without a key, and nothing of how it is done."""
    await make(admin, "For analysts", required_role="analyst")
    await make(admin, "For all", category="knowledge")
    async with shared_api.client() as nobody:
        for prefix in ("", "/sting"):
            data = (await nobody.get(f"{prefix}/api/reports/public/templates", params={"category": "knowledge"})).json()
            found = {one["name"]: one for one in data["data"]["templates"]}
            assert found["For all"]["template_config"] is None
            assert "For analysts" not in found
        everything = (await nobody.get("/api/reports/public/templates")).json()["data"]
    assert CONVERSATIONAL in [one["id"] for one in everything["templates"]]
    assert "For analysts" not in [one["name"] for one in everything["templates"]]


@pytest.mark.parametrize("body", [None, "[]", "7", '{"name": 5}', '{"name": "A", "parameters": [{"name": {}}]}'])
async def test_a_body_that_is_none_is_refused(admin: Any, body: str | None):
    answer = await admin.post(TEMPLATES, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(("JSON data required", "name: ", "parameters[0].name: "))


@pytest.mark.parametrize("path", [f"{TEMPLATES}/nope", f"{TEMPLATES}/00000000-0000-0000-0000-000000000000"])
async def test_a_template_that_is_not_there_is_not_found(admin: Any, path: str):
    missing = (404, "Template not found")
    assert refused(await admin.get(path)) == missing
    assert refused(await admin.put(path, json={"name": "A"})) == missing
    assert refused(await admin.delete(path)) == missing
    assert refused(await admin.get(f"{path}/permissions")) == missing


async def test_who_changed_what_is_in_the_audit_log(shared_api: Api, admin: Any):
    made = await make(admin, "Audited")
    await admin.put(f"{TEMPLATES}/{made['id']}", json={"description": "Changed"})
    await admin.delete(f"{TEMPLATES}/{made['id']}")
    async with shared_api.resources.pipeline.database.connect() as db:
        rows = await db.fetch(
            "SELECT action, actor FROM audit_entries WHERE object_id = $1 ORDER BY at, id", made["id"]
        )
    assert [row["action"] for row in rows] == ["template.create", "template.change", "template.delete"]
    assert {row["actor"] for row in rows} == {made["created_by"]}
