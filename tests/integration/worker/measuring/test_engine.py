"""A report about Pressrun itself through the engine: measured, assembled, checked, printed; or failed with its reason."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
import pytest

from services.worker.llm.extractive import Extractive
from services.worker.nodes import node_functions
from services.worker.nodes.measure import Rows
from shared.contracts.records import Run
from shared.contracts.states import RunStatus
from shared.db import runs
from shared.document.blocks import Document
from shared.document.markdown_out import markdown
from shared.domain.outcome import Done, Outcome, Work
from shared.pipeline.chunks import ChunkStream
from shared.pipeline.pipeline import Pipeline
from shared.templates.registry import load
from tests.integration.pipeline.conftest import Begin, ended, log_of, working
from tests.integration.worker.test_worker import Own


async def made(pipeline: Pipeline, begin: Begin, key: str, **parameters: Any) -> tuple[Run, list[Document]]:
    printed: list[Document] = []

    async def render(work: Work) -> Outcome:
        printed.append(msgspec.convert(work.inputs["document"], Document))
        return Done(outputs={"formats": [], "pages": 0})

    own = Own(Extractive(), lambda work: ChunkStream(pipeline, work), rows=Rows(pipeline.database))
    found = load().by_key[key]
    async with working(pipeline, {**node_functions(own), "report.render": render}):
        inputs = {"title": found.sample["title"], "parameters": found.sample["parameters"] | parameters}
        run = await begin(found.raw, inputs)
        return await ended(pipeline, run.id, within_s=60), printed


async def test_a_status_is_made_by_the_engine(pipeline: Pipeline, begin: Begin):
    """Without a step in the model's stage."""
    run, (document,) = await made(pipeline, begin, "privacy_retention_status")
    assert run.status is RunStatus.COMPLETED
    assert "only owner's data" in markdown(document)
    log = await log_of(pipeline, run.id)
    assert [entry for entry in log if entry.startswith("node.completed")] == [
        f"node.completed:{node}" for node in ("measure", "assemble", "check", "render")
    ]


@pytest.mark.parametrize(
    ("key", "parameters"), [("usage_analytics", {"scope": "all"}), ("user_activity_audit", {}), ("usage_analytics", {"from": "x"})]
)  # fmt: skip
async def test_what_is_not_allowed_fails_the_run_with_its_reason(
    pipeline: Pipeline, begin: Begin, owner: UUID, key: str, parameters: dict[str, Any]
):
    """Also for a run that began without the template's API; a second try would not help and is not made."""
    run, printed = await made(pipeline, begin, key, **parameters)
    assert (run.status, run.principal_id, printed) == (RunStatus.FAILED, owner, [])
    async with pipeline.database.connect() as db:
        (error,) = [one.payload["error"] for one in await runs.events(db, run.id) if one.type == "run.failed"]
    assert error["code"] == ("validation_error" if "from" in parameters else "forbidden")
    assert "node.retried:measure" not in await log_of(pipeline, run.id)
