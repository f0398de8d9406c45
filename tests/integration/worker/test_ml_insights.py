"""Machine-learning reports with a model's commentary, under the engine, with a model's server that lies."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from importlib import import_module
from typing import Any

import msgspec
import pytest

from services.worker.llm import json_replies
from services.worker.llm.answers import Answers
from services.worker.llm.openai import OpenAI
from services.worker.llm.prices import Prices
from services.worker.ml.insights import Role, asking
from services.worker.nodes import node_functions
from services.worker.nodes.ml_load import Shelf
from shared.contracts.records import Run
from shared.contracts.states import RunStatus, Stage
from shared.db import runs
from shared.document.blocks import Document
from shared.document.markdown_out import markdown
from shared.domain.outcome import Done, Outcome, Work
from shared.domain.stages import LIMITS
from shared.pipeline.chunks import ChunkStream
from shared.pipeline.pipeline import Pipeline
from shared.pipeline.results import load_outputs
from shared.templates.registry import load
from tests.integration.pipeline.conftest import Begin, ended, working
from tests.integration.worker.endpoint import Behaviour, Endpoint, endpoint, refuse, say
from tests.integration.worker.reports import FAST, Own
from tests.unit.worker.ml import trained
from tests.unit.worker.ml.drawn import sample
from tests.unit.worker.ml.insights.honest import sentences
from tests.unit.worker.ml.insights.lies import lies
from tests.unit.worker.ml.insights.lies_by_hand import TUNED

HONEST = "{{model.train.auc}} is higher than {{model.test.auc}}, so it has partly learned its training rows by heart."
FALSE = [
    "The AUC is 0.42 on rows that it has not seen.",
    "It finds ninety-nine percent of the tumours, as {{model.test.recall}} shows.",
    "{{model.test.auc}} is above {{model.train.auc}}.",
    "The precision is {{model.test.recall}}.",
]


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch):
    """Steps are tried again at once."""
    quick = msgspec.structs.replace(LIMITS[Stage.LLM], backoff_s=0.01, backoff_most_s=0.02)
    monkeypatch.setitem(LIMITS, Stage.LLM, quick)


def answered(*observations: str, recommendations: Sequence[str] = ("Collect more malignant cases.",)) -> Behaviour:
    return say(json.dumps({"observations": list(observations), "recommendations": list(recommendations)}))


async def made(pipeline: Pipeline, begin: Begin, speaking: Endpoint) -> tuple[Run, str, dict[str, Any]]:
    """The run of a model's report, its Markdown and its summary."""
    printed: list[Document] = []

    async def render(work: Work) -> Outcome:
        printed.append(msgspec.convert(work.inputs["document"], Document))
        return Done(outputs={"formats": [], "pages": 0})

    writer = OpenAI(base_url=speaking.url, api_key="k", model="tiny-1", attempts=2, times=FAST)
    own = Own(
        writer,
        lambda work: ChunkStream(pipeline, work),
        Answers(pipeline.database, "tiny-1", Prices(input=Decimal(3), output=Decimal(15))),
        shelf=Shelf(pipeline.database, pipeline.store),
    )
    inputs = {"title": "Tumours", "kind": "model", "data": trained.model(), "parameters": {"llm_insights": True}}
    try:
        async with working(pipeline, node_functions(own) | {"report.render": render}, most={Stage.LLM: 1}):
            begun = await begin(load().by_key["ml_model"].raw, inputs)
            run = await ended(pipeline, begun.id, within_s=60)
    finally:
        await writer.close()
    async with pipeline.database.connect() as db:
        found = await runs.with_state(db, run.id)
        assert found is not None
        outputs = await load_outputs(db, pipeline.store, run.id, found[1].nodes["assemble"].outputs)
    return run, markdown(printed[0]), outputs["summary"]


async def test_a_model_that_lies_is_asked_again_and_only_what_is_true_is_printed(pipeline: Pipeline, begin: Begin):
    async with endpoint(answered(HONEST, *FALSE), answered(*FALSE)) as speaking:
        run, text, summary = await made(pipeline, begin, speaking)
        asked = len(speaking.requests)
    assert run.status is RunStatus.COMPLETED
    assert asked == 2
    commentary = text.partition("Commentary")[2]
    assert "higher than **auc on test (0.9854)**" in commentary
    assert "Collect more malignant cases." in commentary
    for word in ("0.42", "ninety", "above", "precision is"):
        assert word not in commentary
    assert summary["llm_insights"] == "written"
    assert summary["llm_used"] is True
    assert summary["commentary"] == {"sentences": 2, "asked_again": 4, "dropped": 4}


async def test_of_all_lies_about_a_model_none_is_printed(
    pipeline: Pipeline, begin: Begin, monkeypatch: pytest.MonkeyPatch
):
    """One report hears them all, twice: for that, nothing limits how much of an answer is read."""
    told = sentences({"model": TUNED["model"]})
    observations = [*lies({fact.id: fact for fact in sample("model").facts}), *by(told, "observation")]
    advice = by(told, "recommendation")
    heard = [lie for lie in (*observations, *advice) if lie.strip()]
    assert len(heard) >= 1500
    for name, role in (("MOST_OBSERVATIONS", "observations"), ("MOST_RECOMMENDATIONS", "recommendations")):
        monkeypatch.setattr(asking, name, 10_000)
        monkeypatch.setitem(asking.SCHEMA["properties"][role], "maxItems", 10_000)
    monkeypatch.setattr(asking, "MAX_TOKENS", 1_000_000)
    monkeypatch.setattr(import_module("services.worker.nodes.ml_comment"), "_BUDGET", 10_000_000)
    monkeypatch.setattr(json_replies, "LONGEST", 10_000_000)
    lying = answered(HONEST, *observations, recommendations=advice)
    async with endpoint(lying, lying) as speaking:
        run, text, summary = await made(pipeline, begin, speaking)
    assert run.status is RunStatus.COMPLETED
    assert summary["commentary"] == {"sentences": 1, "asked_again": len(heard), "dropped": len(heard)}
    said = text.partition("What the figures say")[2].partition("**Table")[0].strip()
    assert said == (
        "- **Auc on train (1)** is higher than **auc on test (0.9854)**, "
        "so it has partly learned its training rows by heart."
    )


def by(told: list[tuple[str, Role, str]], role: Role) -> list[str]:
    return [text for _, its, text in told if its == role]


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (refuse(401), "the language model refused the request"),
        (refuse(500), "the language model does not answer"),
        (say("I had rather write a poem."), "the language model's answer could not be read"),
        (
            say('{"observations": ["', *["and so on "] * 200, finish="length"),
            "the language model's answer could not be read",
        ),
    ],
)
async def test_a_model_that_fails_costs_the_report_its_commentary_and_nothing_else(
    behaviour: Behaviour, reason: str, pipeline: Pipeline, begin: Begin
):
    """The rules' findings stand in its place, and cover and summary say why."""
    async with endpoint(behaviour) as speaking:
        run, text, summary = await made(pipeline, begin, speaking)
    assert run.status is RunStatus.COMPLETED
    assert "not by a language model" in text
    assert "\n# Commentary" not in text
    assert summary["llm_insights"] == f"unavailable: {reason}"
    assert summary["commentary"]["reason"] == reason
