"""The node functions of a report: thin, and JSON in, JSON out."""

from __future__ import annotations

from typing import Any

import pytest

from services.worker.content import Section
from services.worker.llm.door import Answer, ModelBusy, ModelDown
from services.worker.llm.extractive import Extractive
from services.worker.llm.model import Model
from services.worker.llm.scripted import Scripted
from services.worker.nodes import node_functions
from services.worker.nodes.write import write, written
from shared.domain.errors import Rejected, Unavailable
from shared.domain.outcome import Done, Retry, Work
from shared.domain.stages import STAGE_OF
from shared.templates.registry import load
from tests.unit.worker.corpus import Given, Shown, carried_out, demo
from tests.unit.worker.nodes.test_core import work


def writing(**more: Any) -> Work:
    section = demo().planned["sections"][1]
    return work(inputs={"item": section, "index": 1, "outline": demo().planned["outline"]}, slice=1, **more)


async def test_templates_run_through_their_node_functions():
    """Inputs are connected as the definitions say; every output survives JSON.

    Those that measure or load need a database: tests/integration/worker.
    """
    functions = node_functions(Given(Extractive()))
    for found in load().by_key.values():
        if any(node.type_id in {"report.measure", "ml.load"} for node in found.workflow.nodes):
            continue
        variables = {"title": found.sample["title"], "parameters": found.sample["parameters"]}
        variables["query"] = found.sample["parameters"].get("user_query", "")
        outputs = await carried_out(found.workflow, functions, variables)
        assert outputs["assemble"]["document"]["meta"]["title"] == found.sample["title"]
        assert outputs["assemble"]["document"]["blocks"]


def test_every_function_is_of_a_known_type():
    """The engine knows a stage for each."""
    assert node_functions(Given(Extractive())).keys() <= STAGE_OF.keys()


async def test_collect_refuses_what_is_not_text():
    """With the field, through the node as through the function."""
    collect = node_functions(Given(Extractive()))["report.collect"]
    with pytest.raises(Rejected, match=r"parameters\.context: must be"):
        await collect(work(inputs={"parameters": {"context": 5}, "query": "q"}))
    with pytest.raises(Rejected, match="parameters must be an object"):
        await collect(work(inputs={"parameters": [1], "query": "q"}))
    with pytest.raises(Rejected, match="at least one document"):
        await collect(work(inputs={"parameters": {}}, config={"documents": True, "required": True}))


async def test_a_section_is_written_and_shown_while_it_is():
    """Text to the watchers, the section to the result."""
    resources = Given(Extractive())
    outcome = await write(Model(resources.writer), resources.live_for)(writing())
    assert isinstance(outcome, Done)
    section = outcome.outputs["section"]
    assert (section["title"], section["model"], section["unknown"]) == ("Patents", None, 0)
    assert section["cited"]
    assert "".join(resources.shown.pieces) == section["markdown"]


async def test_a_busy_model_hands_the_step_back_until_it_is_not():
    """The engine waits, not the worker."""
    resources = Given(Scripted([ModelBusy("wait", after_s=42)]))
    assert await write(Model(resources.writer), resources.live_for)(writing()) == Retry(
        code="model_busy", message="wait", after_s=42
    )


async def test_a_model_that_is_down_is_the_engines_to_retry():
    """It is an ``Unavailable`` like any other part."""
    resources = Given(Scripted([ModelDown("gone")]))
    with pytest.raises(Unavailable) as caught:
        await write(Model(resources.writer), resources.live_for)(writing())
    assert caught.value.code == "model_unavailable"


async def test_a_reviewers_note_reaches_the_model():
    """The second writing is asked for what the reviewer wants."""
    scripted = Scripted([Answer(text="Better.", model="m")])
    await write(Model(scripted), Shown().live_for)(writing(note="name the version"))
    assert "name the version" in scripted.prompts[0].user


def test_the_highlight_of_a_models_section_is_its_first_sentence():
    """With the citation that follows it."""
    section = Section(id="s", title="S", brief="b", words=9, passages=demo().sections[0].passages)
    number = section.passages[0].number
    kept = written(section, Answer(text=f"### Sub\n\nSo it is [P{number}]. More.", model="m"))
    assert (kept.highlight, kept.cited) == (f"So it is [P{number}].", [number])
