"""Entities: push, look at, list, delete, and look up in the words of the machine-learning client."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from shared.contracts.entities import SHAPES
from tests.contract.coreplexml.entities import Family

from . import ml
from .conftest import Api


def at(kind: str, entity_id: str) -> str:
    return f"/api/ml/entities/{kind}/{entity_id}"


@pytest.mark.parametrize("mount", ["", "/ml"], ids=["root", "ml"])
@pytest.mark.parametrize("kind", SHAPES)
async def test_what_is_pushed_is_shown_as_it_was_sent(client: httpx.AsyncClient, kind: str, mount: str):
    family = Family()
    path = f"{mount}{at(kind, getattr(family, kind))}"
    answer = await client.put(path, json=family.body(kind) | {"colour": "red"})
    assert answer.status_code == 201
    kept = answer.json()
    assert (kept["ok"], kept["entity"]["version"]) == (True, 1)
    private = kind == "privacy_session"
    assert kept["entity"]["unknown"] == ([] if private else ["colour"])
    assert ("colour" in kept["dropped"]) is private
    shown = await client.get(path)
    assert shown.headers["etag"] == answer.headers["etag"] == '"v1"'
    body = shown.json()
    assert body["about"] == kept["entity"]
    assert body["about"]["kind"] == kind
    sent = family.body(kind)
    assert {name: body["entity"][name] for name in sent if name != "findings"} == {
        name: sent[name] for name in sent if name != "findings"
    }


async def test_samples_of_private_values_are_dropped_and_named(client: httpx.AsyncClient):
    family = Family()
    path = at("privacy_session", family.privacy_session)
    answer = await client.put(path, json=family.body("privacy_session"))
    assert answer.json()["dropped"] == ["findings[].masked_samples"]
    assert "j***" not in (await client.get(path)).text


async def test_pushing_again_replaces_and_counts(client: httpx.AsyncClient):
    """What is the same is no new version."""
    path = at("model", str(uuid4()))
    assert (await client.put(path, json={"name": "A", "algo": "GBM"})).status_code == 201
    same = await client.put(path, json={"name": "A", "algo": "GBM"})
    assert (same.status_code, same.json()["entity"]["version"]) == (200, 1)
    other = await client.put(path, json={"name": "B"})
    assert (other.status_code, other.json()["entity"]["version"]) == (200, 2)
    assert "algo" not in (await client.get(path)).json()["entity"]


async def test_two_who_change_the_same_do_not_overwrite_one_another(client: httpx.AsyncClient):
    """By ``If-Match``, if they send it."""
    path = at("model", str(uuid4()))
    assert (await client.put(path, json={"name": "A"}, headers={"If-Match": '"v1"'})).status_code == 412
    assert (await client.put(path, json={"name": "A"}, headers={"If-Match": "*"})).status_code == 412
    assert (await client.put(path, json={"name": "A"})).status_code == 201
    assert (await client.put(path, json={"name": "B"}, headers={"If-Match": '"v1"'})).status_code == 200
    late = await client.put(path, json={"name": "C"}, headers={"If-Match": '"v1"'})
    assert (late.status_code, late.json()["detail"]) == (
        412,
        "If-Match names another version: version 2 is there; read it again",
    )
    assert (await client.put(path, json={"name": "D"}, headers={"If-Match": "*"})).status_code == 200
    shown = await client.get(path, headers={"If-None-Match": '"v3"'})
    assert (shown.status_code, shown.content) == (304, b"")


async def test_children_have_their_parents_project(client: httpx.AsyncClient):
    """Whichever is pushed first, as long as they do not name another."""
    family = Family()
    for kind in ("deployment", "model", "experiment"):
        await client.put(at(kind, getattr(family, kind)), json=family.body(kind))
    for kind in ("deployment", "model", "experiment"):
        about = (await client.get(at(kind, getattr(family, kind)))).json()["about"]
        assert about["project_id"] == family.project, kind
    own = str(uuid4())
    await client.put(at("model", family.model), json=family.body("model") | {"project_id": own})
    assert (await client.get(at("model", family.model))).json()["about"]["project_id"] == own


async def test_lists_show_no_bodies_and_are_filtered(client: httpx.AsyncClient):
    first, second = await ml.push(client), await ml.push(client)
    listed = (await client.get("/api/ml/entities/model")).json()
    assert [item["id"] for item in listed["items"]] == [second.model, first.model]
    assert listed["total"] == 2
    assert all(item.keys() == {*_ABOUT} for item in listed["items"])
    own = (await client.get("/api/ml/entities/model", params={"project_id": first.project})).json()
    assert [item["id"] for item in own["items"]] == [first.model]
    assert (await client.get("/api/ml/entities/model", params={"search": "gbm"})).json()["total"] == 2
    assert (await client.get("/api/ml/entities/model", params={"search": "%"})).json()["total"] == 0
    page = (await client.get("/api/ml/entities/model", params={"limit": 1, "offset": 1})).json()
    assert [item["id"] for item in page["items"]] == [first.model]


_ABOUT = (
    "id", "kind", "project_id", "name", "status", "version", "size_bytes", "unknown", "created_at", "updated_at",
)  # fmt: skip


async def test_a_deleted_entity_is_gone_and_its_reports_stay(shared_api: Api, client: httpx.AsyncClient):
    family = await ml.push(client)
    report = await ml.done(shared_api, client, ml.asked(family))
    assert (await client.delete(at("model", family.model))).json() == {"ok": True}
    assert (await client.get(at("model", family.model))).status_code == 404
    assert (await client.delete(at("model", family.model))).status_code == 404
    assert (await client.get(f"/api/reports/{report['id']}/view")).status_code == 200


async def test_the_same_id_may_be_anothers_too(shared_api: Api, client: httpx.AsyncClient):
    """Neither sees or changes the other's."""
    family = await ml.push(client)
    path = at("model", family.model)
    async with shared_api.client(await shared_api.key()) as other:
        assert (await other.get(path)).status_code == 404
        assert (await other.delete(path)).status_code == 404
        assert (await other.put(path, json={"name": "theirs"})).status_code == 201
        assert (await other.get("/api/models")).json()["total"] == 1
        assert (await other.get(f"/api/projects/{family.project}")).status_code == 404
    assert (await client.get(path)).json()["entity"]["name"] == "GBM_1"


async def test_a_key_that_may_only_read_pushes_nothing(shared_api: Api):
    async with shared_api.client(await shared_api.key(scopes=["read"])) as reader:
        answer = await reader.put(at("model", str(uuid4())), json={})
        assert (answer.status_code, answer.json()["detail"]) == (403, "Insufficient permissions")
        assert (await reader.get("/api/models")).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status", "loc"),
    [
        ("PUT", "/api/ml/entities/book/d4e5f6a7-b8c9-0123-def4-567890123456", 422, ["path", "kind"]),
        ("GET", "/api/ml/entities/book/d4e5f6a7-b8c9-0123-def4-567890123456", 422, ["path", "kind"]),
        ("GET", "/api/ml/entities/book", 422, ["path", "kind"]),
        ("PUT", "/api/ml/entities/model/nope", 422, ["path", "entity_id"]),
        ("GET", "/api/ml/entities/model/nope", 404, None),
        ("DELETE", "/api/ml/entities/model/nope", 404, None),
        ("GET", "/api/ml/entities/model?limit=0", 422, ["query", "limit"]),
        ("GET", "/api/ml/entities/model?project_id=x", 422, ["query", "project_id"]),
        ("GET", "/api/models?experiment_id=x", 422, ["query", "experiment_id"]),
        ("GET", "/api/experiments?limit=501", 422, ["query", "limit"]),
        ("GET", "/api/mlops/projects/nope/deployments", 422, ["path", "project_id"]),
        ("GET", "/api/synthgen/models/nope", 404, None),
    ],
)
async def test_what_cannot_be_read_is_named(
    client: httpx.AsyncClient, method: str, path: str, status: int, loc: list[str] | None
):
    answer = await client.request(method, path, **({"json": {}} if method == "PUT" else {}))
    assert answer.status_code == status
    detail = answer.json()["detail"]
    assert detail[0]["loc"] == loc if loc else "not found" in detail


@pytest.mark.parametrize("content", [b"", b"[]", b"nothing", b'"text"'])
async def test_an_entity_is_a_json_object(client: httpx.AsyncClient, content: bytes):
    headers = {"Content-Type": "application/json"}
    answer = await client.put(at("model", str(uuid4())), content=content, headers=headers)
    assert answer.status_code == 422
    (said,) = answer.json()["detail"]
    assert said["loc"] == ["body"]
    assert said["msg"].startswith("JSON data required")


async def test_look_ups_leave_out_what_is_long(client: httpx.AsyncClient):
    """A list is to find an id in; the whole is at the id."""
    family = await ml.push(client)
    (listed,) = (await client.get("/api/models")).json()["items"]
    assert {"roc", "confusion_matrix", "feature_importance", "learning_curve"}.isdisjoint(listed)
    assert (listed["id"], listed["algo"], listed["metrics"]) == (family.model, "GBM", {"auc": 0.94, "logloss": 0.21})
    whole = (await client.get(f"/api/models/{family.model}")).json()["model"]
    assert whole["confusion_matrix"]["labels"] == ["0", "1"]
    deployed = (await client.get(f"/api/mlops/deployments/{family.deployment}")).json()
    assert deployed["deployment"]["stage"] == "production"
    assert deployed["model"]["id"] == family.model


async def test_look_ups_are_filtered_by_what_they_belong_to(client: httpx.AsyncClient):
    first, second = await ml.push(client), await ml.push(client)
    queries: list[tuple[str, dict[str, Any], str]] = [
        ("/api/projects", {"search": "FRAUD", "limit": 1}, second.project),
        ("/api/experiments", {"project_id": first.project}, first.experiment),
        ("/api/models", {"experiment_id": second.experiment}, second.model),
        ("/api/models", {"project_id": first.project}, first.model),
        (f"/api/mlops/projects/{second.project}/deployments", {}, second.deployment),
        ("/api/synthgen/jobs", {"project_id": first.project}, first.synthgen),
        ("/api/synthgen/models", {"project_id": second.project}, second.generator),
    ]
    for path, query, expected in queries:
        found = (await client.get(path, params=query)).json()
        assert [item["id"] for item in found["items"]] == [expected], path
    unknown = await client.get(f"/api/mlops/projects/{uuid4()}/deployments")
    assert (unknown.status_code, unknown.json()["detail"]) == (404, "Project not found")


async def test_a_synthetic_data_model_is_found_behind_any_number_of_jobs(shared_api: Api, client: httpx.AsyncClient):
    """Each model once, with all its jobs, however many jobs others have."""
    family = await ml.push(client)
    path = at("synthgen", family.synthgen)
    async with shared_api.resources.pipeline.database.begin() as db:
        await db.execute(
            """INSERT INTO entities (principal_id, kind, id, project_id, body, size_bytes, updated_at)
               SELECT principal_id, kind, gen_random_uuid(), project_id,
                      body || '{"model": {"id": "busy", "name": "Busy", "type": "tvae"}}', size_bytes,
                      now() + interval '1 hour'
                 FROM entities, generate_series(1, 1001) WHERE kind = 'synthgen' AND id = $1""",
            UUID(family.synthgen),
        )
    query = {"project_id": family.project}
    listed = (await client.get("/api/synthgen/models", params=query)).json()
    assert ([one["id"] for one in listed["items"]], listed["total"]) == (["busy", family.generator], 2)
    second = (await client.get("/api/synthgen/models", params=query | {"limit": 1, "offset": 1})).json()
    assert [one["id"] for one in second["items"]] == [family.generator]
    found = (await client.get(f"/api/synthgen/models/{family.generator}")).json()
    assert [job["id"] for job in found["jobs"]] == [family.synthgen]
    busy = (await client.get("/api/synthgen/models/busy")).json()
    assert (busy["model"]["model_type"], len(busy["jobs"])) == ("tvae", 1001)
    await client.put(path, json=family.body("synthgen") | {"model": None})
    assert (await client.get(f"/api/synthgen/models/{family.generator}")).status_code == 404


async def test_every_change_is_in_the_audit_log(shared_api: Api, client: httpx.AsyncClient):
    entity_id = str(uuid4())
    for body in ({"name": "A"}, {"name": "A"}, {"name": "B"}):
        await client.put(at("model", entity_id), json=body)
    await client.delete(at("model", entity_id))
    async with shared_api.resources.pipeline.database.connect() as db:
        rows = await db.fetch(
            "SELECT action, details::jsonb AS details FROM audit_entries WHERE object_id = $1 ORDER BY id",
            f"model/{entity_id}",
        )
    assert [(row["action"], row["details"]["version"]) for row in rows] == [
        ("entity.put", 1),
        ("entity.put", 2),
        ("entity.delete", 2),
    ]


async def test_a_repeated_push_with_a_key_is_answered_alike(client: httpx.AsyncClient):
    path, headers = at("model", str(uuid4())), {"Idempotency-Key": "push"}
    answers = [await client.put(path, json={"name": "A"}, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].content == answers[1].content


async def test_the_document_describes_both_dialects(client: httpx.AsyncClient):
    """Every path, and a body of either kind for the one that they share."""
    document = (await client.get("/openapi.json")).json()
    paths = document["paths"]
    for path in (
        "/api/reports/{report_id}/view",
        "/api/reports/{report_id}/view-link",
        "/api/jobs/{job_id}",
        "/api/ml/entities/{kind}/{entity_id}",
        "/api/projects",
        "/api/synthgen/jobs/{job_id}",
        "/api/privacy/sessions/{session_id}/report",
    ):
        assert path in paths
    assert not [path for path in paths if path.startswith(("/ml/", "/sting/"))]
    body = paths["/api/reports"]["post"]["requestBody"]["content"]["application/json"]
    longform, asked = body["schema"]["anyOf"]
    assert "template_id" in longform["properties"]
    assert asked["required"] == ["project_id", "kind", "entity_id"]
    assert asked["properties"]["options"]["properties"].keys() >= {
        "llm_insights",
        "include_roc_curve",
        "data",
        "format",
    }
