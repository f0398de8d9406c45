"""Review before release: a real report stops with its draft, and is printed only when somebody releases it."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import httpx
import pytest

from deploy.local.demo_request import demo_request
from shared.contracts.records import Template
from shared.db import templates
from shared.domain.ids import new_id
from tests.contract.openwop.conftest import Host


@pytest.fixture
async def drafted(host: Host, http: httpx.AsyncClient) -> dict[str, Any]:
    """A report that waits for its reviewer, and the snapshot of its run."""
    body = demo_request()
    body["parameters"] = body["parameters"] | {"review": True}
    made = (await http.post("/api/reports/", json=body)).json()["data"]["report"]
    return await waiting(http, made["run_id"])


async def waiting(http: httpx.AsyncClient, run_id: str, more_than: int = 0) -> dict[str, Any]:
    """The run's snapshot once its draft waits, for the next time."""
    async with asyncio.timeout(90):
        while True:
            snap = (await http.get(f"/v1/runs/{run_id}")).json()
            assert snap["status"] not in {"failed", "completed"}, snap
            if snap["status"] == "waiting-approval" and snap["interrupt"]["key"] != f"review:{more_than - 1}":
                return snap
            await asyncio.sleep(0.05)


async def answer(http: httpx.AsyncClient, snap: dict[str, Any], value: dict[str, Any]) -> httpx.Response:
    return await http.post(f"/v1/runs/{snap['runId']}/interrupts/review", json={"resumeValue": value})


async def written(http: httpx.AsyncClient, run_id: str) -> list[int]:
    """The slices that were written, in the order of the log."""
    events = (await http.get(f"/v1/runs/{run_id}/events/poll?timeout=0")).json()["events"]
    return [event["payload"]["slice"] for event in events if event["type"] == "vendor.pressrun.slice.completed"]


async def test_the_draft_can_be_read_by_run_and_by_token(http: httpx.AsyncClient, nobody: httpx.AsyncClient, drafted):
    page = await http.get(f"/v1/runs/{drafted['runId']}/interrupts/review/preview")
    assert page.status_code == 200
    assert "DRAFT, NOT RELEASED" in page.text
    assert "Apache License" in page.text
    token = drafted["interrupt"]["interruptToken"]
    text = await nobody.get(f"/v1/interrupts/{token}/preview", headers={"Accept": "text/markdown"})
    assert text.text.startswith("# ")
    assert (await nobody.get("/v1/interrupts/nonsense/preview")).status_code == 404


async def test_a_reviewer_without_an_account_decides_on_the_page(http: httpx.AsyncClient, nobody, drafted):
    """Without script, and with nothing but the token."""
    address = f"/v1/interrupts/{drafted['interrupt']['interruptToken']}/preview"
    browser = {"Accept": "text/html"}
    page = await nobody.get(address, headers=browser)
    assert "form-action 'self'" in page.headers["content-security-policy"]
    assert "<script" not in page.text
    assert re.findall(r'name="action" value="(\w+)"', page.text) == ["accept", "refine", "reject"]
    by_run = await http.get(f"/v1/runs/{drafted['runId']}/interrupts/review/preview")
    assert "<form" not in by_run.text  # a key is no part of a page
    sections = drafted["interrupt"]["data"]["sections"]
    for wrong in ({}, {"action": "explode"}, {"action": "reject", "comment": " "}, {"action": "refine"}):
        told = await nobody.post(address, data=wrong, headers=browser)
        assert (told.status_code, told.headers["content-type"]) == (400, "text/html; charset=utf-8")
        assert ("comment" if len(wrong) > 1 or "refine" in wrong.values() else "action") in told.text
    long = await nobody.post(address, data={"action": "reject", "comment": "x" * 4001})
    assert (long.status_code, long.json()["error"]) == (400, "validation_error")
    sent = {"action": "refine", "section": sections[1]["id"], "comment": "shorter, & <plainer>"}
    back = await nobody.post(address, data=sent, headers=browser)
    assert (back.status_code, "goes back" in back.text) == (200, True)
    snap = await waiting(http, drafted["runId"], more_than=1)
    assert sorted((await written(http, drafted["runId"]))[len(sections) :]) == [1]
    late = await nobody.post(address, data={"action": "accept"}, headers=browser)
    assert (late.status_code, "already" in late.text) == (409, True)
    fresh = f"/v1/interrupts/{snap['interrupt']['interruptToken']}/preview"
    done = await nobody.post(fresh, data={"action": "reject", "comment": "the second table is wrong"}, headers=browser)
    assert done.status_code == 200
    async with asyncio.timeout(10):
        while (snap := (await http.get(f"/v1/runs/{drafted['runId']}")).json())["status"] != "failed":
            await asyncio.sleep(0.05)
    assert "the second table is wrong" in snap["error"]["message"]
    for gone in (await nobody.get(fresh, headers=browser), await nobody.get(fresh)):
        assert gone.status_code in {409, 410}
    assert (await nobody.get("/v1/interrupts/nonsense/preview", headers=browser)).status_code == 404


async def test_accepting_lets_it_print(http: httpx.AsyncClient, drafted):
    assert (await answer(http, drafted, {"action": "accept"})).status_code == 200
    events = (await http.get(f"/v1/runs/{drafted['runId']}/events/poll?lastSequence=40&timeout=2")).json()["events"]
    async with asyncio.timeout(10):
        while not any(event["type"] == "node.resumed" for event in events):
            events = (await http.get(f"/v1/runs/{drafted['runId']}/events/poll?timeout=1")).json()["events"]
    async with asyncio.timeout(10):
        while (snap := (await http.get(f"/v1/runs/{drafted['runId']}")).json())["nodeStates"]["review"][
            "status"
        ] != "done":
            await asyncio.sleep(0.05)
    assert snap["status"] == "running"  # no renderer runs here: the print waits in its stage


async def test_rejecting_fails_the_run_with_the_reason(http: httpx.AsyncClient, drafted):
    await answer(http, drafted, {"action": "reject", "feedback": "the second table is wrong"})
    async with asyncio.timeout(10):
        while (snap := (await http.get(f"/v1/runs/{drafted['runId']}")).json())["status"] != "failed":
            await asyncio.sleep(0.05)
    assert snap["error"]["code"] == "approval_rejected"
    assert "the second table is wrong" in snap["error"]["message"]
    assert "render" not in snap["nodeStates"]


async def test_sending_back_rewrites_only_the_named_sections(http: httpx.AsyncClient, drafted):
    sections = drafted["interrupt"]["data"]["sections"]
    first = await written(http, drafted["runId"])
    feedback = {"scope": "section", "comments": {sections[1]["id"]: "shorter", sections[3]["id"]: "plainer"}}
    told = await answer(http, drafted, {"action": "refine", "refineFeedback": feedback})
    assert told.status_code == 200, told.text
    await waiting(http, drafted["runId"], more_than=1)
    again = await written(http, drafted["runId"])
    assert sorted(first) == list(range(len(sections)))
    assert sorted(again[len(first) :]) == [1, 3]
    wrong = {"action": "refine", "refineFeedback": {"scope": "section", "itemIds": ["nowhere"]}}
    assert (await answer(http, drafted, wrong)).status_code == 400


async def test_a_branch_of_a_draft_that_was_sent_back_can_be_sent_back_again(http: httpx.AsyncClient, drafted):
    refine = {"action": "refine", "refineFeedback": {"scope": "section", "itemIds": [0], "text": "shorter"}}
    assert (await answer(http, drafted, refine)).status_code == 200
    again = await waiting(http, drafted["runId"], more_than=1)
    events = (await http.get(f"/v1/runs/{drafted['runId']}/events/poll?timeout=0")).json()["events"]
    body = {"mode": "branch", "fromSeq": events[-1]["sequence"] + 1}
    assert (await http.post(f"/v1/runs/{drafted['runId']}:fork", json=body)).status_code == 422
    body["fromSeq"] -= 1
    branch = (await http.post(f"/v1/runs/{drafted['runId']}:fork", json=body)).json()["runId"]
    third = await waiting(http, branch)
    assert again["interrupt"]["key"] == "review:1"
    assert (await answer(http, third, refine)).status_code == 200
    assert (await waiting(http, branch, more_than=int(third["interrupt"]["key"][-1]) + 1))["interrupt"][
        "key"
    ] == "review:2"


async def test_two_replays_of_a_report_that_was_sent_back_are_alike(http: httpx.AsyncClient, drafted):
    """Every section in its first and in its second version, in the order in which they came."""
    run_id = drafted["runId"]
    refine = {"action": "refine", "refineFeedback": {"scope": "section", "itemIds": [1, 3], "text": "shorter"}}
    assert (await answer(http, drafted, refine)).status_code == 200
    await waiting(http, run_id, more_than=1)
    logs = []
    for _ in range(2):
        fork = (await http.post(f"/v1/runs/{run_id}:fork", json={"mode": "replay"})).json()["runId"]
        await waiting(http, fork, more_than=1)
        events = (await http.get(f"/v1/runs/{fork}/events/poll?timeout=0")).json()["events"]
        logs.append([(event["type"], event.get("nodeId"), event["payload"]) for event in events])
    assert logs[0] == logs[1]
    assert not [payload for kind, _, payload in logs[0] if kind == "replay.diverged"]
    assert await written(http, fork) == await written(http, run_id)


async def test_a_branch_of_a_report_names_what_it_cannot_do(http: httpx.AsyncClient, drafted):
    for options, field in [
        ({"theme": "shiny"}, "configurable.theme"),
        ({"accent": "red"}, "configurable.accent"),
        ({"tone": "two\nlines"}, "configurable.tone"),
        ({"tone": 5}, "configurable.tone"),
        ({"language": "German, please"}, "configurable.language"),
        ({"promptOverrides": {"assemble": "x"}}, "configurable.promptOverrides"),
        ({"template": "nothing"}, "configurable.template"),
    ]:
        body = {"mode": "branch", "fromSeq": 1, "runOptionsOverlay": {"configurable": options}}
        told = await http.post(f"/v1/runs/{drafted['runId']}:fork", json=body)
        assert (told.status_code, field in told.json()["message"]) == (400, True), told.text


async def test_a_branch_can_be_made_by_another_template_of_the_same_workflow(
    host: Host, http: httpx.AsyncClient, drafted
):
    """Its sections and rules from the outline on, its page design in the end; a template of another workflow is none."""
    by_key = host.resources.pipeline.registry.by_key
    sections = [{"title": "What may be done", "instructions": ""}, {"title": "What must be done", "instructions": ""}]
    made = Template(
        id=new_id(), key="licences", name="Licences", description="", category="own", base="conversational",
        workflow_id=by_key["conversational"].template.workflow_id, theme="broadsheet", config={"sections": sections},
    )  # fmt: skip
    async with host.resources.pipeline.database.begin() as db:
        await templates.create(db, made)
    events = (await http.get(f"/v1/runs/{drafted['runId']}/events/poll?timeout=0")).json()["events"]
    at = next(one["sequence"] for one in events if (one["type"], one.get("nodeId")) == ("node.started", "outline"))

    async def branch(template_id: Any) -> httpx.Response:
        overlay = {"configurable": {"template": str(template_id), "language": "de"}}
        body = {"mode": "branch", "fromSeq": at, "runOptionsOverlay": overlay}
        return await http.post(f"/v1/runs/{drafted['runId']}:fork", json=body)

    told = await branch(by_key["document"].template.id)
    assert (told.status_code, "same workflow" in told.json()["message"]) == (400, True)
    snap = await waiting(http, (await branch(made.id)).json()["runId"])
    assert [one["title"] for one in snap["interrupt"]["data"]["sections"]][:2] == [one["title"] for one in sections]
    assert snap["variables"]["theme"] == "broadsheet"
    page = await http.get(f"/v1/runs/{snap['runId']}/interrupts/review/preview")
    assert '<html lang="de">' in page.text


async def test_feedback_of_the_wrong_kind_is_refused_by_its_field(http: httpx.AsyncClient, drafted):
    for wrong in (5, True, [None]):
        refine = {"action": "refine", "refineFeedback": {"scope": "items", "itemIds": wrong}}
        told = await answer(http, drafted, refine)
        assert (told.status_code, "refineFeedback.itemIds" in told.json()["message"]) == (400, True), told.text
    path = {"scope": "section", "sectionPath": "sections/1", "text": "shorter"}
    assert (await answer(http, drafted, {"action": "refine", "refineFeedback": path})).status_code == 200


async def test_an_edited_draft_must_be_a_document(http: httpx.AsyncClient, drafted):
    told = await answer(http, drafted, {"action": "edit-accept", "editedArtifactData": {"blocks": "none"}})
    assert told.status_code == 400
    assert "editedArtifactData" in told.json()["message"]
    document = {
        "meta": {"title": "Edited by hand", "created_at": "2026-01-01T00:00:00Z"},
        "blocks": [{"type": "paragraph", "content": [{"type": "text", "text": "Short and right."}]}],
    }
    assert (await answer(http, drafted, {"action": "edit-accept", "editedArtifactData": document})).status_code == 200
