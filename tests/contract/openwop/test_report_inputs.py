"""Report workflows that are started as runs: nobody gets by that way what a request for a report would be refused."""

from __future__ import annotations

import secrets
from typing import Any

import pytest

from services.api.settings import Settings
from shared.db import principals
from shared.templates.internal_workflows import INTERNAL
from tests.contract.openwop.conftest import listening
from tests.contract.openwop.talk import begin, refused, snapshot

RIGHT: dict[str, Any] = {"title": "Tea", "query": "How is tea brewed?", "parameters": {"context": "# Tea\n\nHot."}}


def asked(workflow: str = "conversational", **inputs: Any) -> dict[str, Any]:
    return {"workflowId": f"report-{workflow}", "inputs": RIGHT | inputs}


async def cancelled(http, answer) -> dict[str, Any]:
    assert answer.status_code == 201, answer.text
    run_id = answer.json()["runId"]
    await http.post(f"/v1/runs/{run_id}/cancel")
    return await snapshot(http, run_id)


@pytest.mark.parametrize(
    ("inputs", "named"),
    [
        ({"parameters": {"context": 7}}, "inputs.parameters.context"),
        ({"parameters": {"review": "yes"}}, "inputs.parameters.review"),
        ({"parameters": {"theme": "unheard-of"}}, "inputs.parameters.theme"),
        ({"parameters": {"context": "x" * 1_100_000}}, "inputs.parameters"),
        ({"title": "x" * 501}, "inputs.title"),
        ({"description": "x" * 5001}, "inputs.description"),
        ({"outputFormat": "docx"}, "inputs.outputFormat"),
        ({"honeyJarId": "no id"}, "inputs.honeyJarId"),
    ],
)
async def test_a_wrong_input_is_named(http, inputs, named):
    answer = await http.post("/v1/runs", json=asked(**inputs))
    refused(answer, {400, 404})
    assert answer.json()["message"].startswith(f"{named}: ")
    assert len(answer.text) < 1000


@pytest.mark.parametrize("kind", ["model", "experiment"])
async def test_a_wrong_option_of_a_machine_learning_report_is_named(http, kind):
    body = {"workflowId": f"report-ml-{kind}", "inputs": {"title": "M", "kind": kind, "parameters": {"review": "yes"}}}
    answer = await http.post("/v1/runs", json=body)
    refused(answer, 400, "validation_error")
    assert "inputs.parameters.review" in answer.json()["message"]


async def test_what_is_right_is_started(http):
    snap = await cancelled(http, await http.post("/v1/runs", json=asked()))
    assert snap["variables"]["title"] == "Tea"


async def test_everybody_s_figures_and_an_administrator_s_template_are_for_administrators(http):
    own = {"parameters": {}}
    refused(await http.post("/v1/runs", json=asked("user-activity-audit", **own)), 403, "forbidden")
    everybody = {"parameters": {"scope": "all"}}
    refused(await http.post("/v1/runs", json=asked("usage-analytics", **everybody)), 403, "forbidden")
    await cancelled(http, await http.post("/v1/runs", json=asked("usage-analytics", **own)))


async def test_another_owner_s_knowledge_base_is_not_there(http, stranger):
    made = await stranger.post("/api/knowledge/honey-jars", json={"name": f"mine {secrets.token_hex(4)}"})
    assert made.status_code == 201, made.text
    jar = made.json()["data"]["honey_jar"]["id"] if "data" in made.json() else made.json()["id"]
    answer = await http.post("/v1/runs", json=asked(honeyJarId=jar))
    refused(answer, {403, 404})
    assert "inputs.honeyJarId" in answer.json()["message"]
    await cancelled(stranger, await stranger.post("/v1/runs", json=asked(honeyJarId=jar)))


async def test_a_report_s_run_counts_as_a_report(host):
    settings = Settings(**{**host.settings, "limits": True, "limit_create": "2/3600"})
    async with listening(settings) as strict, strict.http(await host.key()) as http:
        refused(await http.post("/v1/runs", json=asked(title="x" * 501)), 400)  # what is refused does not count
        for _ in range(2):
            await cancelled(http, await http.post("/v1/runs", json=asked()))
        answer = await http.post("/v1/runs", json=asked())
        assert refused(answer, 429, "rate_limited")["limit"] == 2
        assert answer.headers["retry-after"]
        await begin(http, "noop")  # no report


async def test_what_pressrun_does_for_itself_is_not_started_by_clients(http):
    for workflow in INTERNAL:
        refused(await http.post("/v1/runs", json={"workflowId": workflow}), 400, "validation_error")


async def test_the_conformance_workflows_go_with_their_setting(host, key):
    """Also where they were there before."""
    body = {"workflowId": "conformance-noop"}
    async with listening(Settings(**{**host.settings, "conformance": False})) as earnest, earnest.http(key) as http:
        refused(await http.get("/v1/workflows/conformance-noop"), 404, "not_found")
        refused(await http.post("/v1/runs", json=body), 400, "validation_error")
        assert "fixtures" not in (await http.get("/.well-known/openwop")).json()
        mock = {"workflowId": "report-document", "configurable": {"mockProvider": {"id": "stream-text"}}}
        refused(await http.post("/v1/runs", json=mock), 403, "mock_provider_forbidden")
    async with listening(Settings(**host.settings)) as again, again.http(key) as http:
        assert (await http.post("/v1/runs", json=body)).status_code == 201


async def test_a_principal_of_the_role_gets_what_is_for_the_role(host):
    async with host.resources.pipeline.database.begin() as db:
        admin = await principals.create_principal(db, "an administrator", "admin")
    key = await host.key(scopes=["runs:create", "runs:read", "runs:cancel", "admin"], owner=admin.id)
    async with host.http(key) as http:
        await cancelled(http, await http.post("/v1/runs", json=asked("user-activity-audit", parameters={})))
