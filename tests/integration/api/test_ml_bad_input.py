"""What a request for a machine-learning report may get wrong: each is named, and nothing is stored."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.contract.coreplexml.entities import KINDS, Family

from . import ml
from .conftest import Api

FLAGS = (
    "metrics", "charts", "hyperparameters", "data_summary", "leaderboard", "feature_importance", "confusion_matrix",
    "roc_curve", "roc", "learning_curves", "learning_curve",
)  # fmt: skip


@pytest.fixture(scope="module")
async def key(shared_api: Api) -> str:
    return await shared_api.key()


@pytest.fixture(scope="module")
async def family(shared_api: Api, key: str) -> Family:
    async with shared_api.client(key) as client:
        return await ml.push(client)


@pytest.fixture
async def client(shared_api: Api, key: str) -> Any:
    async with shared_api.client(key) as client:
        yield client


async def refused(client: httpx.AsyncClient, body: Any, status: int = 422) -> list[list[Any]]:
    """Where the wrong fields are."""
    before = (await client.get("/api/reports")).json()["total"]
    for mount in ("", "/ml"):
        answer = await client.post(f"{mount}/api/reports", json=body)
        assert answer.status_code == status, answer.text
    assert (await client.get("/api/reports")).json()["total"] == before
    return [one["loc"] for one in answer.json()["detail"]] if status == 422 else answer.json()["detail"]


@pytest.mark.parametrize(
    ("fields", "locs"),
    [
        ({"project_id": None}, [["body", "project_id"]]),
        ({"project_id": "nope"}, [["body", "project_id"]]),
        ({"project_id": 5}, [["body", "project_id"]]),
        ({"entity_id": "d4e5f6a7-b8c9-0123-def4"}, [["body", "entity_id"]]),
        ({"entity_id": [str(uuid4())]}, [["body", "entity_id"]]),
        ({"kind": "book"}, [["body", "kind"]]),
        ({"kind": "privacy_session"}, [["body", "kind"]]),
        ({"kind": ["model"]}, [["body", "kind"]]),
        ({"kind": {"a": 1}}, [["body", "kind"]]),
        ({"options": []}, [["body", "options"]]),
        ({"options": "pdf"}, [["body", "options"]]),
        ({"kind": None, "project_id": "x"}, [["body", "project_id"], ["body", "kind"]]),
        ({"options": {"title": 5}}, [["body", "options", "title"]]),
        ({"options": {"title": "x" * 501}}, [["body", "options", "title"]]),
        ({"options": {"comments": ["a"]}}, [["body", "options", "comments"]]),
        ({"options": {"comments": "x" * 20_001}}, [["body", "options", "comments"]]),
        ({"options": {"format": "docx"}}, [["body", "options", "format"]]),
        ({"options": {"format": ["pdf"]}}, [["body", "options", "format"]]),
        ({"options": {"language": "not a tag"}}, [["body", "options", "language"]]),
        ({"options": {"theme": "no such theme"}}, [["body", "options", "theme"]]),
        ({"options": {"data": []}}, [["body", "options", "data"]]),
        ({"options": {"title": "a\0b"}}, [["body", "options", "title"]]),
        ({"options": {"n": 10**30}}, [["body", "options", "n"]]),
    ],
)
async def test_a_wrong_field_is_named(
    client: httpx.AsyncClient, family: Family, fields: dict[str, Any], locs: list[list[Any]]
):
    body = {name: value for name, value in (ml.asked(family) | fields).items() if value is not None}
    assert await refused(client, body) == locs


async def test_everything_that_is_wrong_is_named_at_once(client: httpx.AsyncClient):
    options = {"llm_insights": "yes", "include_charts": 1, "title": 5}
    locs = await refused(client, {"project_id": "a", "kind": "b", "entity_id": "c", "options": options})
    assert [loc[-1] for loc in locs] == ["project_id", "kind", "entity_id", "llm_insights", "include_charts", "title"]


@pytest.mark.parametrize("name", [*(f"include_{flag}" for flag in FLAGS), *FLAGS, "llm_insights", "review"])
async def test_a_flag_is_true_or_false(client: httpx.AsyncClient, family: Family, name: str):
    """By both of its names."""
    for value in ("true", 1, 0.0, [], {}):
        answer = await client.post("/ml/api/reports", json=ml.asked(family, **{name: value}))
        assert answer.status_code == 422
        (said,) = answer.json()["detail"]
        assert (said["loc"], said["msg"]) == (["body", "options", name], f"options.{name}: must be true or false")


async def test_an_option_that_is_null_is_absent(client: httpx.AsyncClient, family: Family):
    made = await ml.order(client, ml.asked(family, include_charts=None, llm_insights=None, data=None, title=None))
    assert (await client.get(f"/api/reports/{made['report_id']}")).json()["report"]["options"] == {}
    await client.delete(f"/api/reports/{made['report_id']}")


async def test_unknown_options_are_no_mistake(shared_api: Api, client: httpx.AsyncClient, family: Family):
    """They are ignored, and the summary says so."""
    report = await ml.done(shared_api, client, ml.asked(family, colour={"a": [1]}, include_pictures=True))
    assert report["summary"]["ignored_options"] == ["colour", "include_pictures"]


@pytest.mark.parametrize("kind", KINDS)
async def test_what_was_not_pushed_is_not_found(client: httpx.AsyncClient, family: Family, kind: str):
    """The answer says how to push it."""
    missing = str(uuid4())
    if kind == "project":
        said = await refused(client, ml.asked(family, kind) | {"entity_id": missing, "project_id": missing}, 404)
    else:
        said = await refused(client, ml.asked(family, kind) | {"entity_id": missing}, 404)
        assert f"PUT /api/ml/entities/{kind}/" in said
    assert "not found" in said


async def test_an_unknown_project_is_not_found(client: httpx.AsyncClient, family: Family):
    said = await refused(client, ml.asked(family) | {"project_id": str(uuid4())}, 404)
    assert str(said).startswith("Project not found")


async def test_an_entity_of_another_project_is_refused(client: httpx.AsyncClient, family: Family):
    other = await ml.push(client)
    assert await refused(client, ml.asked(family) | {"project_id": other.project}) == [["body", "entity_id"]]
    inline = ml.asked(family, data=family.body("experiment"))
    wrong = inline | {"kind": "experiment", "project_id": other.project}
    assert await refused(client, wrong) == [["body", "options", "data", "project_id"]]


async def test_a_project_is_its_own_entity(client: httpx.AsyncClient, family: Family):
    body = ml.asked(family, "project") | {"entity_id": family.model}
    assert await refused(client, body) == [["body", "entity_id"]]


async def test_a_project_that_only_its_parts_know_is_reported(shared_api: Api, client: httpx.AsyncClient):
    """Nobody needs to push it itself."""
    family = Family()
    for kind in ("experiment", "model"):
        await client.put(f"/api/ml/entities/{kind}/{getattr(family, kind)}", json=family.body(kind))
    report = await ml.done(shared_api, client, ml.asked(family, "project"))
    assert (report["status"], report["title"]) == ("succeeded", "Project report")


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400"])
async def test_what_json_has_no_number_for_is_named_by_its_path(client: httpx.AsyncClient, family: Family, number: str):
    """Python's own encoder writes such values without a word."""
    headers = {"Content-Type": "application/json"}
    body = '{"metrics": {"test": {"auc": [0.5, NUMBER]}}}'.replace("NUMBER", number)
    pushed = await client.put(f"/api/ml/entities/model/{family.model}", content=body, headers=headers)
    content = json.dumps(ml.asked(family, data=None)).replace("null", body)
    inline = await client.post("/api/reports", content=content, headers=headers)
    path = ["metrics", "test", "auc", 1]
    for answer, at in ((pushed, ["body"]), (inline, ["body", "options", "data"])):
        assert answer.status_code == 422, answer.text
        (said,) = answer.json()["detail"]
        assert said["loc"] == [*at, *path]
        assert "send null" in said["msg"]


async def test_inline_data_are_read_as_strictly_as_a_pushed_entity(client: httpx.AsyncClient, family: Family):
    at = ["body", "options", "data"]
    for data, path in (
        ({"metrics": {"test": {"auc": "0.9"}}}, ["metrics", "test", "auc"]),
        ({"confusion_matrix": {"labels": ["a"], "matrix": [[1, 2]]}}, ["confusion_matrix", "matrix"]),
        ({"id": str(uuid4())}, ["id"]),
        ({"project_id": "nope"}, ["project_id"]),
        ({"name": "a\0b"}, ["name"]),
    ):
        assert await refused(client, ml.asked(family, data=data)) == [[*at, *path]]


async def test_inline_data_need_nothing_that_was_pushed(shared_api: Api, client: httpx.AsyncClient):
    """Neither project nor entity; the title is the client's, and the data are the report's alone."""
    family = Family()
    data = family.body("model") | {"colour": "red"}
    report = await ml.done(shared_api, client, ml.asked(family, data=data))
    assert (report["status"], report["title"]) == ("succeeded", "Model report: GBM_1")
    assert "data" not in report["options"]
    assert report["summary"]["metrics"]
    assert (await client.get(f"/api/models/{family.model}")).status_code == 404


async def test_empty_data_make_a_report_that_says_so(shared_api: Api, client: httpx.AsyncClient):
    for kind in KINDS:
        report = await ml.done(shared_api, client, ml.asked(Family(), kind, data={}))
        assert report["status"] == "succeeded", kind


async def test_a_body_that_is_too_large_is_refused_with_the_limit(
    shared_api: Api, client: httpx.AsyncClient, family: Family
):
    body = ml.asked(family, data={"description": "x" * shared_api.settings.body_limit_bytes})
    for answer in (
        await client.post("/ml/api/reports", json=body),
        await client.put(f"/api/ml/entities/model/{family.model}", json=body["options"]["data"]),
    ):
        assert answer.status_code == 413
        assert str(shared_api.settings.body_limit_bytes) in answer.json()["detail"]


@pytest.mark.parametrize("kind", KINDS)
async def test_an_empty_body_with_a_json_content_type_is_no_crash(client: httpx.AsyncClient, family: Family, kind: str):
    """The client of this dialect sends the type with every request, a GET and a DELETE among them."""
    headers = {"Content-Type": "application/json"}
    made = await ml.order(client, ml.asked(family, kind))
    for method, path, status in (
        ("GET", f"/api/reports/{made['report_id']}", 200),
        ("GET", f"/api/jobs/{made['job_id']}", 200),
        ("POST", f"/api/reports/{made['report_id']}/cancel", 200),
        ("DELETE", f"/api/reports/{made['report_id']}", 200),
        ("POST", "/api/reports", 422),
    ):
        answer = await client.request(method, path, headers=headers)
        assert answer.status_code == status, (method, path, answer.text)
