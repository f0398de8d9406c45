"""Asking for reports about Pressrun itself: each template's sample works, and what cannot be made is refused at once."""

from __future__ import annotations

from typing import Any

import pytest

from shared.templates.registry import TemplateFolder, load

from .conftest import Api

MEASURED = {
    key: folder
    for key, folder in load().by_key.items()
    if any(node.type_id == "report.measure" for node in folder.workflow.nodes)
}


def request(folder: TemplateFolder, **parameters: Any) -> dict[str, Any]:
    sample = folder.sample
    return {**sample, "template_id": str(folder.template.id), "parameters": sample["parameters"] | parameters}


async def test_every_sample_is_accepted_from_who_may_use_its_template(shared_api: Api):
    """Five templates; the audit log's is for administrators and is not even listed for others."""
    assert len(MEASURED) == 5
    admin, user = await shared_api.key("boss", role="admin"), await shared_api.key("reader")
    for folder in MEASURED.values():
        async with shared_api.client(admin) as client:
            assert (await client.post("/api/reports/", json=request(folder))).status_code == 201
        async with shared_api.client(user) as client:
            status = (await client.post("/api/reports/", json=request(folder))).status_code
            listed = (await client.get("/api/reports/templates")).json()["data"]["templates"]
        allowed = folder.template.required_role == "user"
        assert status == (201 if allowed else 403)
        assert (str(folder.template.id) in {one["id"] for one in listed}) is allowed


async def test_everybodys_figures_are_refused_to_others_than_administrators(shared_api: Api):
    """With the parameter that says so, before anything is queued."""
    folder = MEASURED["usage_analytics"]
    for role, status in (("user", 403), ("analyst", 403), ("admin", 201), ("super_admin", 201)):
        async with shared_api.client(await shared_api.key(f"a {role}", role=role)) as client:
            answer = await client.post("/api/reports/", json=request(folder, scope="all"))
            assert answer.status_code == status
            if status == 403:
                assert "parameters.scope" in answer.json()["error"]
                assert (await client.get("/api/reports/")).json()["data"]["pagination"]["total"] == 0


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"from": "2026-05-03", "to": "2026-05-01"}, "parameters.from"),
        ({"from": "yesterday"}, "parameters.from"),
        ({"from": "2020-01-01", "to": "2026-01-01"}, "parameters.from"),
        ({"days": 0}, "parameters.days"),
        ({"days": "7"}, "parameters.days"),
        ({"days": 390, "grouping": "hour"}, "parameters.grouping"),
        ({"grouping": "month"}, "parameters.grouping"),
        ({"scope": "theirs"}, "parameters.scope"),
        ({"priorities": ["asap"]}, "parameters.priorities"),
    ],
)
async def test_a_period_that_cannot_be_is_a_400_with_its_field(shared_api: Api, parameters: dict[str, Any], field: str):
    """Neither a failed run nor a report of something else."""
    async with shared_api.client(await shared_api.key()) as client:
        answer = await client.post("/api/reports/", json=request(MEASURED["queue_service_performance"], **parameters))
    assert answer.status_code == 400
    assert field in answer.json()["error"]
