"""Entities pushed by HTTP, and reports about them made by the real nodes; only the page is not printed."""

from __future__ import annotations

from typing import Any

import httpx

from services.worker.nodes.ml_assemble import ml_assemble
from services.worker.nodes.ml_compose import ml_compose
from services.worker.nodes.ml_load import Shelf, ml_load
from shared.domain.outcome import Done, NodeFunction, Outcome, Work
from tests.contract.coreplexml.entities import Family

from .conftest import Api


async def push(client: httpx.AsyncClient, family: Family | None = None) -> Family:
    """Six entities that belong together."""
    family = family or Family()
    for kind, body in family.bodies().items():
        answer = await client.put(f"/api/ml/entities/{kind}/{getattr(family, kind)}", json=body)
        assert answer.status_code == 201, answer.text
    return family


def asked(family: Family, kind: str = "model", **options: Any) -> dict[str, Any]:
    """A request that is accepted."""
    body = {"project_id": family.project, "kind": kind, "entity_id": getattr(family, kind)}
    return body | ({"options": options} if options else {})


async def order(client: httpx.AsyncClient, body: dict[str, Any]) -> dict[str, Any]:
    """Ask for a report: what is answered."""
    answer = await client.post("/api/reports", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def finish(api: Api, made: dict[str, Any], functions: dict[str, NodeFunction] | None = None) -> str:
    """Work until the report has ended: its run's status."""
    return await api.finish(f"run-{made['job_id'].replace('-', '')}", NODES(api) | (functions or {}))


async def done(api: Api, client: httpx.AsyncClient, body: dict[str, Any]) -> dict[str, Any]:
    """A report that has succeeded."""
    made = await order(client, body)
    assert await finish(api, made) == "completed"
    return (await client.get(f"/api/reports/{made['report_id']}")).json()["report"]


def NODES(api: Api) -> dict[str, NodeFunction]:  # noqa: N802 - a table that needs the store
    """The real node functions, without a language model."""

    async def comment(_: Work) -> Outcome:
        return Done(outputs={"commentary": [], "counts": {"reason": "no language model is configured"}})

    pipeline = api.resources.pipeline
    return {
        "ml.load": ml_load(Shelf(pipeline.database, pipeline.store)),
        "ml.compose": ml_compose,
        "ml.comment": comment,
        "ml.assemble": ml_assemble,
    }
