"""What ``ml.load`` hands to a report: the entity with what belongs to it, and where that came from."""

from __future__ import annotations

from importlib import import_module
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.worker.nodes.ml_compose import ml_compose
from shared.domain.outcome import Outcome, Work
from tests.contract.coreplexml.entities import Family

from . import ml
from .conftest import Api


async def loaded(api: Api, client: httpx.AsyncClient, kind: str, ident: str, project: str) -> dict[str, Any]:
    """The snapshot that a report is composed of."""
    taken: list[dict[str, Any]] = []

    async def compose(work: Work) -> Outcome:
        taken.append(work.inputs["snapshot"])
        return await ml_compose(work)

    made = await ml.order(client, {"project_id": project, "kind": kind, "entity_id": ident})
    assert await ml.finish(api, made, {"ml.compose": compose}) == "completed"
    return taken[0]


async def push(client: httpx.AsyncClient, kind: str, **body: Any) -> str:
    ident = str(uuid4())
    answer = await client.put(f"/api/ml/entities/{kind}/{ident}", json=body)
    assert answer.status_code == 201, answer.text
    return ident


async def test_a_data_set_is_inherited_with_its_origin(shared_api: Api, client: httpx.AsyncClient):
    project = str(uuid4())
    experiment = await push(client, "experiment", project_id=project, dataset={"rows": 10}, sources={"dataset": "upstream"})  # fmt: skip
    model = await push(client, "model", experiment_id=experiment, metrics={"test": {"auc": 0.9}}, sources={"metrics": "computed"})  # fmt: skip
    body = (await loaded(shared_api, client, "model", model, project))["entity"]
    assert body["dataset"] == {"rows": 10}
    assert body["sources"] == {"metrics": "computed", "dataset": "upstream"}


async def test_a_project_lists_what_was_pushed_with_stages_and_origins(shared_api: Api, client: httpx.AsyncClient):
    """A model that an active deployment in production serves is in production; of another nobody has said."""
    project = str(uuid4())
    await push(client, "project", name="P")
    served = await push(client, "model", project_id=project, name="A", metrics={"test": {"auc": 0.9}}, sources={"metrics": "upstream"})  # fmt: skip
    other = await push(client, "model", project_id=project, name="B", metrics={"test": {"auc": 0.8}})
    await push(client, "deployment", project_id=project, name="D", stage="production", status="active", model={"id": served}, totals={"uptime": 0.5}, sla={"uptime": 0.9})  # fmt: skip
    body = (await loaded(shared_api, client, "project", project, project))["entity"]
    assert {one["id"]: one.get("stage") for one in body["models"]} == {served: "production", other: None}
    assert body["sources"] == {f"models.{served}": "upstream"}
    assert [(one["name"], one["stage"], one["health"]) for one in body["deployments"]] == [("D", "production", "critical")]  # fmt: skip


async def test_more_than_is_looked_at_is_counted(
    shared_api: Api, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(import_module("services.worker.nodes.ml_load"), "MOST_OF_A_PROJECT", 20)
    project = str(uuid4())
    names = [f"M{at}" for at in range(23)]
    for name in names:
        await push(client, "model", project_id=project, name=name)
    snapshot = await loaded(shared_api, client, "project", project, project)
    assert [one["name"] for one in snapshot["entity"]["models"]] == names[:2:-1]
    assert snapshot["related"]["counts"] == {"models": 23}


async def test_the_json_file_has_every_number_with_its_origin(shared_api: Api, client: httpx.AsyncClient):
    """Computed from the same facts that the page shows."""
    family = await ml.push(client, Family())
    documents: list[dict[str, Any]] = []
    nodes = ml.NODES(shared_api)

    async def assemble(work: Work) -> Outcome:
        done = await nodes["ml.assemble"](work)
        documents.append(done.outputs["document"])  # type: ignore[union-attr]
        return done

    made = await ml.order(client, ml.asked(family))
    assert await ml.finish(shared_api, made, {"ml.assemble": assemble}) == "completed"
    numbers = {one["id"]: one for one in documents[0]["numbers"]}
    assert numbers["model.test.auc"]["origin"] == "supplied"
    assert numbers["model.test.auc"]["text"] == "0.94"
