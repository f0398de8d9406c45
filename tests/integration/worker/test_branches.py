"""Branches of a report: written in another way from a node on, and what stays the same is not paid for again."""

from __future__ import annotations

from typing import Any

import pytest

from shared.contracts.records import Run
from shared.contracts.states import RunStatus
from shared.db import answers, runs
from shared.pipeline.forks import fork
from shared.pipeline.pipeline import Pipeline
from tests.integration.pipeline.conftest import Begin, ended, working
from tests.integration.worker.reports import Bench, Script, bench, user
from tests.unit.domain.workflows import node


async def branched(made: Bench, run: Run, at: str, **configurable: Any) -> Run:
    """A branch from the start of a node, once it has ended."""
    pipeline = made.pipeline
    async with pipeline.database.connect() as db:
        log = await runs.events(db, run.id)
    start = next(event.sequence for event in log if (event.type, event.node_id) == ("node.started", at))
    async with working(pipeline, made.functions()):
        async with pipeline.transaction() as tx:
            overlay = {"configurable": configurable}
            branch = await fork(
                pipeline, tx, run, mode="branch", from_sequence=start, trace_id="0" * 32, overlay=overlay
            )
        return await ended(pipeline, branch.id, within_s=60)


@pytest.fixture
def script() -> Script:
    return Script()


async def test_a_branch_is_written_in_another_way(pipeline: Pipeline, begin: Begin, script: Script) -> None:
    """The sections and what follows them are asked for as the overlay says; the outline is kept, and not asked for."""
    async with bench(pipeline, begin, script) as made:
        run = await made.make()
        before = len(script.asked)
        rules = {"write": "Mention no prices.", "summarise": "Begin with the answer."}
        branch = await branched(
            made, run, "write",
            tone="warm and plain", language="de", temperature=1.25, maxTokens=300, model="other-2", promptOverrides=rules,
        )  # fmt: skip
        document = await made.outputs(branch, "assemble")
    assert branch.status is RunStatus.COMPLETED
    asked = script.asked[before:]
    assert [stage for stage, _ in asked].count("section") == 3
    assert "outline" not in {stage for stage, _ in asked}
    for stage, request in asked:
        system = request["messages"][0]["content"]
        assert request["model"] == "other-2"
        assert "Write in this language: de." in system
        if stage == "join":
            continue
        assert (request["temperature"], "warm and plain" in system) == (1.25, stage != "title")
        assert request.get("max_completion_tokens", request.get("max_tokens")) <= 300
        if stage in {"section", "summary"}:
            told = rules["write" if stage == "section" else "summarise"]
            assert told in user(request)
    assert document["document"]["meta"]["language"] == "de"


async def test_a_branch_with_the_same_words_pays_for_nothing(pipeline: Pipeline, begin: Begin, script: Script) -> None:
    async with bench(pipeline, begin, script) as made:
        run = await made.make()
        before = len(script.asked)
        branch = await branched(made, run, "write", theme="plain")
    assert branch.status is RunStatus.COMPLETED
    assert script.asked[before:] == []


async def test_a_prompt_is_paid_for_once_and_its_cost_is_known(
    pipeline: Pipeline, begin: Begin, script: Script
) -> None:
    """By the same door as a report's prompts: a step that runs again, and a branch, take the recorded answer."""
    config = {"prompt": "Which colours?", "systemPrompt": "You find the title of a colour."}
    raw = {"id": "ask", "name": "Ask", "version": "1", "edges": []}
    raw |= {"nodes": [node("ai", "core.ai.callPrompt", config=config)]}
    async with bench(pipeline, begin, script) as made:
        async with working(pipeline, made.functions()):
            run = await ended(pipeline, (await begin(raw)).id)
        branch = await branched(made, run, "ai")
        other = await branched(made, run, "ai", promptOverrides={"ai": "Which shapes?"}, model="other-2")
        outputs = [await made.outputs(one, "ai") for one in (run, branch)]
    assert outputs[0] == outputs[1]
    asked = [(request["model"], user(request)) for _, request in script.asked]
    assert asked == [("tiny-1", "Which colours?"), ("other-2", "Which shapes?")]
    assert other.status is RunStatus.COMPLETED
    async with pipeline.database.connect() as db:
        (usage,) = await answers.usage(db, run.id)
    assert (usage.node_id, usage.calls, usage.cost is not None) == ("ai", 1, True)
    async with pipeline.database.connect() as db:
        chunks = [event.payload for event in await runs.events(db, run.id) if event.type == "output.chunk"]
    assert [chunk["isLast"] for chunk in chunks][-1]
    assert chunks[-1]["meta"]["usage"]["completionTokens"] > 0


async def test_the_last_piece_of_a_section_says_so(pipeline: Pipeline, begin: Begin, script: Script) -> None:
    async with bench(pipeline, begin, script) as made:
        run = await made.make()
    async with pipeline.database.connect() as db:
        chunks = [event.payload for event in await runs.events(db, run.id) if event.type == "output.chunk"]
    for index in range(3):
        pieces = [chunk for chunk in chunks if chunk["nodeId"] == "write" and chunk["slice"] == index]
        assert [piece["isLast"] for piece in pieces] == [False] * (len(pieces) - 1) + [True]
        meta = pieces[-1]["meta"]
        assert (meta["finishReason"], meta["model"]) == ("stop", "tiny-1")
        assert meta["usage"]["totalTokens"] == meta["usage"]["promptTokens"] + meta["usage"]["completionTokens"]
