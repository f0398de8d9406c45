"""Two dialects on one path: what decides which one answers, and that neither slash nor proxy breaks a request."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.contract.coreplexml.entities import Family

from . import ml
from .conftest import Api, asked

LONGFORM, ML = "longform", "ml"
SLASHES = pytest.mark.parametrize("slash", ["", "/"], ids=["bare", "slash"])


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


def dialect_of(answer: httpx.Response) -> str:
    """In which dialect an accepted request was answered."""
    return LONGFORM if "success" in answer.json() else ML


@SLASHES
async def test_what_a_request_says_decides_and_not_its_slash(client: httpx.AsyncClient, family: Family, slash: str):
    """A proxy that adds or strips slashes breaks nothing; nobody is redirected."""
    for body, dialect in ((asked(), LONGFORM), (ml.asked(family), ML)):
        answer = await client.post(f"/api/reports{slash}", json=body)
        assert (answer.status_code, dialect_of(answer)) == (201, dialect)
    for query, dialect in (
        ("status=completed", LONGFORM),
        ("search=tea", LONGFORM),
        ("limit=5&offset=0&_t=17", LONGFORM),
        ("kind=model", ML),
        (f"project_id={family.project}&status=completed", ML),
        (f"entity_id={family.model}", ML),
    ):
        answer = await client.get(f"/api/reports{slash}?{query}")
        assert (answer.status_code, dialect_of(answer)) == (200, dialect), query


async def test_only_what_nothing_else_decides_is_decided_by_the_slash(client: httpx.AsyncClient):
    assert dialect_of(await client.get("/api/reports?limit=1")) == ML
    assert dialect_of(await client.get("/api/reports/?limit=1")) == LONGFORM
    for content in (b"{}", b"", b"{not json", b"[]"):
        bare = await client.post("/api/reports", content=content, headers={"Content-Type": "application/json"})
        assert bare.status_code == 422, content
        assert bare.json()["detail"][0]["loc"][0] == "body"
        slashed = await client.post("/api/reports/", content=content, headers={"Content-Type": "application/json"})
        assert slashed.status_code == 400, content
        expected = "template_id and title are required" if content == b"{}" else "JSON data required"
        assert slashed.json()["error"] == expected


@SLASHES
async def test_a_request_for_both_is_refused_in_both(client: httpx.AsyncClient, family: Family, slash: str):
    answer = await client.post(f"/api/reports{slash}", json=asked() | ml.asked(family))
    assert answer.status_code == 422
    said = answer.json()
    assert said["success"] is False
    assert said["error"] == said["detail"][0]["msg"]
    assert "template_id" in said["error"]
    assert said["detail"][0]["loc"] == ["body", "template_id"]


@SLASHES
async def test_the_mounts_guess_nothing(client: httpx.AsyncClient, family: Family, slash: str):
    """Below ``/ml`` and ``/sting`` there is one dialect, whatever is sent."""
    assert (await client.post(f"/ml/api/reports{slash}", json=ml.asked(family))).status_code == 201
    wrong = await client.post(f"/ml/api/reports{slash}", json=asked())
    assert wrong.status_code == 422
    assert wrong.json().keys() == {"detail", "code"}
    assert [one["loc"][-1] for one in wrong.json()["detail"]] == ["project_id", "kind", "entity_id"]
    assert (await client.post(f"/ml/api/reports{slash}")).json()["detail"][0]["msg"] == "JSON data required"
    assert dialect_of(await client.get(f"/ml/api/reports{slash}?status=completed&search=tea")) == ML
    wrong = await client.post(f"/sting/api/reports{slash}", json=ml.asked(family))
    assert (wrong.status_code, wrong.json()["error"]) == (400, "template_id and title are required")
    assert dialect_of(await client.get(f"/sting/api/reports{slash}?kind=model")) == LONGFORM


@SLASHES
async def test_a_header_decides_where_the_mount_does_not(client: httpx.AsyncClient, family: Family, slash: str):
    path = f"/api/reports{slash}"
    assert dialect_of(await client.get(path, headers={"X-Report-Dialect": "ml"})) == ML
    assert dialect_of(await client.get(path, headers={"X-Report-Dialect": "STING"})) == LONGFORM
    wrong = await client.post(path, json=asked(), headers={"X-Report-Dialect": "ml"})
    assert (wrong.status_code, wrong.json()["success"]) == (422, False)
    wrong = await client.post(path, json=ml.asked(family), headers={"X-Report-Dialect": "sting"})
    assert wrong.json()["error"] == "template_id and title are required"
    assert dialect_of(await client.get(f"/ml{path}", headers={"X-Report-Dialect": "sting"})) == ML
    for method in ("GET", "POST"):
        unknown = await client.request(method, path, headers={"X-Report-Dialect": "html"})
        assert unknown.status_code == 422
        assert unknown.json()["error"] == "X-Report-Dialect: must be ml or sting"
        assert unknown.json()["detail"][0]["loc"] == ["header", "X-Report-Dialect"]


@SLASHES
async def test_a_stored_report_answers_in_its_own_words(
    shared_api: Api, client: httpx.AsyncClient, family: Family, slash: str
):
    """Poll loops of either client work on the same path, whatever slash they put."""
    longform = (await client.post("/api/reports", json=asked())).json()["data"]["report"]
    made = await ml.order(client, ml.asked(family))
    words = []
    for _ in range(2):
        one = (await client.get(f"/api/reports/{longform['id']}{slash}")).json()
        other = (await client.get(f"/api/reports/{made['report_id']}{slash}")).json()
        assert one.keys() == {"success", "report", "data"}
        assert other.keys() == {"report"}
        words.append((one["report"]["status"], other["report"]["status"]))
        await ml.finish(shared_api, made)
        await shared_api.finish(longform["run_id"])
    assert words == [("queued", "queued"), ("completed", "succeeded")]


async def test_not_ready_is_said_by_each_in_its_own_way(client: httpx.AsyncClient, family: Family):
    longform = (await client.post("/api/reports", json=asked())).json()["data"]["report"]["id"]
    made = (await ml.order(client, ml.asked(family)))["report_id"]
    refused = [await client.get(f"/api/reports/{one}/download") for one in (longform, made)]
    assert [answer.status_code for answer in refused] == [400, 409]
    for answer in refused:
        assert answer.json()["error"] == answer.json()["detail"] == "Report not ready for download"
    assert (await client.get(f"/ml/api/reports/{made}/download")).json() == {
        "detail": "Report not ready for download",
        "code": "not_ready",
    }


async def test_a_mount_does_not_show_the_other_dialects_reports(client: httpx.AsyncClient, family: Family):
    longform = (await client.post("/api/reports", json=asked())).json()["data"]["report"]["id"]
    made = (await ml.order(client, ml.asked(family)))["report_id"]
    for mount, wrong, right in (("/ml", longform, made), ("/sting", made, longform)):
        assert (await client.get(f"{mount}/api/reports/{right}")).status_code == 200
        for method, end in (("GET", ""), ("GET", "/download"), ("GET", "/view"), ("POST", "/cancel"), ("DELETE", "")):
            answer = await client.request(method, f"{mount}/api/reports/{wrong}{end}")
            assert (answer.status_code, answer.json()["detail"]) == (404, "Report not found"), (mount, method, end)


async def test_a_machine_learning_report_can_be_said_in_the_other_dialect(client: httpx.AsyncClient, family: Family):
    """By the header: pages that show reports of both kinds need one shape."""
    made = (await ml.order(client, ml.asked(family, title="Both")))["report_id"]
    shown = (await client.get(f"/api/reports/{made}", headers={"X-Report-Dialect": "sting"})).json()
    assert shown["success"] is True
    assert (shown["report"]["title"], shown["report"]["status"]) == ("Both", "queued")
    longform = (await client.post("/api/reports", json=asked())).json()["data"]["report"]["id"]
    refused = await client.get(f"/api/reports/{longform}", headers={"X-Report-Dialect": "ml"})
    assert refused.status_code == 422


@SLASHES
async def test_what_belongs_to_no_report_yet_is_said_for_both(shared_api: Api, client: httpx.AsyncClient, slash: str):
    """Unknown ids, strangers, and who may not: each client finds its own key."""
    unknown = await client.get(f"/api/reports/{uuid4()}{slash}")
    assert unknown.status_code == 404
    assert (unknown.json()["error"], unknown.json()["detail"]) == ("Report not found", "Report not found")
    async with shared_api.client() as nobody:
        for path in (f"/api/reports{slash}", f"/api/reports/{uuid4()}{slash}"):
            answer = await nobody.get(path)
            assert answer.status_code == 401
            assert answer.json()["error"] == answer.json()["detail"] == "Authentication required"
    async with shared_api.client(await shared_api.key(scopes=["predict"])) as other:
        answer = await other.post(f"/api/reports{slash}", json={"kind": "model"})
        assert (answer.status_code, answer.json()["detail"]) == (403, "Insufficient permissions")
        assert (await other.get("/ml/api/reports")).json()["detail"] == "Insufficient permissions"


@pytest.mark.parametrize("header", ["X-API-Key", "Authorization"])
async def test_either_header_carries_the_key_in_either_dialect(shared_api: Api, key: str, header: str):
    value = key if header == "X-API-Key" else f"Bearer {key}"
    async with httpx.AsyncClient(base_url=shared_api.url, headers={header: value}, timeout=15) as client:
        for path in ("/api/reports", "/api/reports/", "/ml/api/reports", "/sting/api/reports/", "/api/projects"):
            assert (await client.get(path)).status_code == 200


@SLASHES
@pytest.mark.parametrize("mount", ["", "/ml"], ids=["root", "ml"])
async def test_no_path_of_the_machine_learning_dialect_redirects(
    shared_api: Api, client: httpx.AsyncClient, family: Family, mount: str, slash: str
):
    made = await ml.order(client, ml.asked(family))
    report, missing = made["report_id"], str(uuid4())
    expected = [
        ("GET", f"/api/reports/{report}", 200),
        ("GET", f"/api/reports/{report}/view", 409),
        ("GET", f"/api/reports/{report}/download", 409),
        ("POST", f"/api/reports/{report}/retry", 409),
        ("POST", f"/api/reports/{report}/view-link", 201),
        ("POST", f"/api/reports/{report}/cancel", 200),
        ("DELETE", f"/api/reports/{report}", 200),
        ("GET", f"/api/reports/{missing}", 404),
        ("GET", "/api/reports/nope/view", 404),
        ("GET", f"/api/jobs/{missing}", 404),
        ("GET", "/api/jobs/nope", 404),
        ("GET", "/api/projects", 200),
        ("GET", f"/api/projects/{family.project}", 200),
        ("GET", "/api/experiments", 200),
        ("GET", f"/api/experiments/{family.experiment}/status", 200),
        ("GET", "/api/models", 200),
        ("GET", f"/api/models/{missing}", 404),
        ("GET", f"/api/mlops/projects/{family.project}/deployments", 200),
        ("GET", f"/api/mlops/deployments/{family.deployment}", 200),
        ("GET", "/api/synthgen/jobs", 200),
        ("GET", f"/api/synthgen/jobs/{family.synthgen}", 200),
        ("GET", f"/api/privacy/sessions/{missing}/report", 404),
        ("GET", "/api/ml/entities/model", 200),
        ("GET", f"/api/ml/entities/model/{family.model}", 200),
        ("GET", "/api/ml/entities/book", 422),
        ("PUT", "/api/ml/entities/model/nope", 422),
    ]
    for method, path, status in expected:
        answer = await client.request(method, f"{mount}{path}{slash}")
        assert answer.status_code == status, (method, path, answer.text)
        if status >= 400:
            assert "detail" in answer.json()


async def test_lists_of_the_long_form_dialect_can_have_both(shared_api: Api):
    """Each in that dialect's shape, newest first; pages of people show them so."""
    async with shared_api.client(await shared_api.key()) as client:
        longform = (await client.post("/api/reports", json=asked())).json()["data"]["report"]["id"]
        made = await ml.order(client, ml.asked(await ml.push(client)))
        assert await ml.finish(shared_api, made) == "completed"
        listed = (await client.get("/api/reports/?include_ml=true")).json()["data"]
        assert [report["id"] for report in listed["reports"]] == [made["report_id"], longform]
        assert listed["pagination"]["total"] == 2
        newest = listed["reports"][0]
        assert (newest["status"], newest["template_name"]) == ("completed", "Model report")
        found = (await client.get("/api/reports/?include_ml=true&search=gbm")).json()["data"]["reports"]
        assert [report["id"] for report in found] == [made["report_id"]]
        (only,) = (await client.get("/api/reports/")).json()["data"]["reports"]
        assert only["id"] == longform
        headers = {"X-Report-Dialect": "sting"}
        shown = (await client.get(f"/api/reports/{made['report_id']}", headers=headers)).json()["report"]
        assert shown["result_summary"]["metrics"]["auc"] == 0.94
        assert shown["progress_percentage"] == 100


async def test_the_queue_counts_reports_of_both(api: Api):
    """Its page and its endpoint say how many wait, whoever asked and for what."""
    async with api.client(await api.key()) as client:
        await client.post("/api/reports", json=asked())
        made = await ml.order(client, ml.asked(await ml.push(client)))
        status = (await client.get("/api/reports/queue/status")).json()["data"]
        assert (status["pending_reports"], status["user_active_reports"]) == (2, 2)
        page = (await client.get("/queue")).text
        assert 'data-text="pending">2<' in page
        assert await ml.finish(api, made) == "completed"
        status = (await client.get("/api/reports/queue/status")).json()["data"]
        assert status["completed_today"] == 2
        assert status["pending_reports"] == 0
