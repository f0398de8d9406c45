"""A worker's node functions under the engine, with the real database, queue and store."""

from __future__ import annotations

import asyncio
import base64
import copy
import os
import signal
import sys
import time
from typing import Any

import msgspec
import pytest

from deploy.local.demo_request import demo_request
from deploy.local.seaweedfs import S3
from services.worker.llm.answers import Answers
from services.worker.llm.extractive import Extractive
from services.worker.llm.openai import OpenAI, Times
from services.worker.nodes import node_functions
from services.worker.nodes.measure import Rows
from services.worker.resources import make_writer
from services.worker.settings import Settings
from shared.contracts.records import Run
from shared.contracts.states import RunStatus, Stage
from shared.db import runs
from shared.document.blocks import Document
from shared.domain.errors import Rejected
from shared.domain.fold import fold
from shared.domain.outcome import Done, Outcome, Work
from shared.pipeline import control
from shared.pipeline.chunks import ChunkStream
from shared.pipeline.pipeline import Pipeline
from shared.templates.registry import load
from tests.integration.pipeline.conftest import Begin, ended, log_of, reached, working
from tests.integration.worker.endpoint import endpoint, refuse, say

SECRET = base64.b64encode(bytes(32)).decode()


class Own(msgspec.Struct):
    """What node functions need of a worker."""

    writer: Any
    live_for: Any
    shelf: Any = None
    computing: Any = None
    conformance: bool = False
    answers: Answers | None = None
    rows: Rows | None = None
    vault: Any = None
    library: Any = None


def resources(pipeline: Pipeline, writer: Any) -> Own:
    return Own(writer, lambda work: ChunkStream(pipeline, work))


class Printed:
    """Stands where the renderer will: keeps the document it is given."""

    def __init__(self) -> None:
        self.document: Document | None = None

    async def render(self, work: Work) -> Outcome:
        self.document = msgspec.convert(work.inputs["document"], Document)
        return Done(outputs={"formats": [], "pages": 0})


def inputs(request: dict[str, Any]) -> dict[str, Any]:
    parameters = request["parameters"]
    return {
        "title": request["title"],
        "query": parameters.get("user_query", ""),
        "parameters": parameters,
        "author": "owner",
    }


async def errors(pipeline: Pipeline, run: Run) -> list[dict[str, Any]]:
    async with pipeline.database.connect() as db:
        return [event.payload["error"] for event in await runs.events(db, run.id) if event.type == "run.failed"]


async def test_the_demos_report_goes_through_the_engine(pipeline: Pipeline, begin: Begin):
    """Large values through the store, one slice per section, one document at the end."""
    printed = Printed()
    raw = load().by_key["conversational"].raw
    functions = node_functions(resources(pipeline, Extractive())) | {"report.render": printed.render}
    async with working(pipeline, functions):
        run = await begin(raw, inputs(demo_request()))
        assert (await ended(pipeline, run.id, within_s=60)).status is RunStatus.COMPLETED
    assert printed.document is not None
    assert printed.document.meta.title == demo_request()["title"]
    assert len(printed.document.sources) > 25
    log = await log_of(pipeline, run.id)
    assert log.count("node.completed:write") == 1
    assert log[-1] == "run.completed"


async def test_documents_are_printed_without_a_model(pipeline: Pipeline, begin: Begin):
    """The template that only prints has no step in the model's stage."""
    printed = Printed()
    found = load().by_key["document"]
    functions = {**node_functions(resources(pipeline, Extractive())), "report.render": printed.render}
    del functions["report.write"]
    async with working(pipeline, functions):
        run = await begin(found.raw, inputs(found.sample))
        assert (await ended(pipeline, run.id)).status is RunStatus.COMPLETED
    assert printed.document is not None
    assert [block.__struct_config__.tag for block in printed.document.blocks][:3] == ["heading", "paragraph", "table"]


async def test_context_that_is_no_text_fails_the_run_with_the_field(pipeline: Pipeline, begin: Begin):
    """The client is told what to change; nothing is retried."""
    request = {"title": "T", "parameters": {"user_query": "q", "context": [{"title": "x", "text": 7}]}}
    async with working(pipeline, node_functions(resources(pipeline, Extractive()))):
        run = await begin(load().by_key["conversational"].raw, inputs(request))
        await ended(pipeline, run.id)
    assert await errors(pipeline, run) == [
        {"code": "validation_error", "message": "parameters.context[0].text: must be a text, not a number"}
    ]


async def test_a_models_text_is_in_the_log_while_it_is_written(pipeline: Pipeline, begin: Begin):
    """Watchers read along; a busy answer in between costs nothing but time."""
    printed = Printed()
    sample = load().by_key["conversational"].sample
    async with endpoint(refuse(429, retry_after="0.1"), say("Tea is ", "hot [P1].", every_s=0.2)) as speaking:
        writer = OpenAI(base_url=speaking.url, api_key="k", model="tiny", times=Times(backoff=0.05))
        functions = node_functions(resources(pipeline, writer)) | {"report.render": printed.render}
        async with working(pipeline, functions, most={Stage.LLM: 1}):
            run = await begin(load().by_key["conversational"].raw, inputs(sample))
            assert (await ended(pipeline, run.id, within_s=30)).status is RunStatus.COMPLETED
        await writer.close()
    assert printed.document is not None
    assert "Written by the language model tiny-1" in printed.document.meta.notices[0]
    async with pipeline.database.connect() as db:
        chunks = [event.payload for event in await runs.events(db, run.id) if event.type == "output.chunk"]
    assert {chunk["slice"] for chunk in chunks if chunk["nodeId"] == "write"} == {0, 1, 2}
    assert "Tea is hot [P1]." in "".join(chunk["chunk"] for chunk in chunks)


async def test_a_long_wait_of_the_model_is_the_engines(pipeline: Pipeline, begin: Begin):
    """Retry-After beyond the worker's patience: the step is handed back and comes again."""
    printed = Printed()
    sample = load().by_key["conversational"].sample
    async with endpoint(refuse(429, retry_after="1"), say("Hot.")) as speaking:
        writer = OpenAI(base_url=speaking.url, api_key="k", model="tiny", times=Times(longest_wait=0.1))
        functions = node_functions(resources(pipeline, writer)) | {"report.render": printed.render}
        began = time.monotonic()
        async with working(pipeline, functions, most={Stage.LLM: 1}):
            run = await begin(load().by_key["conversational"].raw, inputs(sample))
            assert (await ended(pipeline, run.id, within_s=30)).status is RunStatus.COMPLETED
        await writer.close()
    assert time.monotonic() - began >= 1
    assert "node.retried:outline" in await log_of(pipeline, run.id)


async def test_a_wrong_key_fails_the_run_with_what_to_check(pipeline: Pipeline, begin: Begin):
    """A user reads the report's error; an operator finds the setting in it."""
    sample = load().by_key["conversational"].sample
    async with endpoint(refuse(401, "bad key")) as speaking:
        writer = OpenAI(base_url=speaking.url, api_key="k", model="tiny")
        async with working(pipeline, node_functions(resources(pipeline, writer)), most={Stage.LLM: 1}):
            run = await begin(load().by_key["conversational"].raw, inputs(sample))
            await ended(pipeline, run.id)
        await writer.close()
    found = await errors(pipeline, run)
    assert found[0]["code"] == "model_refused"
    assert "PRESSRUN_LLM_API_KEY" in found[0]["message"]


async def test_cancelling_a_run_closes_the_models_stream_within_a_second(pipeline: Pipeline, begin: Begin):
    """Nobody pays for text that nobody wants any more."""
    sample = load().by_key["conversational"].sample
    async with endpoint(say(*["word "] * 500, every_s=0.05)) as speaking:
        writer = OpenAI(base_url=speaking.url, api_key="k", model="tiny")
        async with working(pipeline, node_functions(resources(pipeline, writer)), most={Stage.LLM: 1}):
            run = await begin(load().by_key["conversational"].raw, inputs(sample))
            await speaking.asked.wait()
            await reached(pipeline, run.id, RunStatus.RUNNING)
            began = time.monotonic()
            async with pipeline.transaction() as tx:
                await control.cancel(pipeline, tx, run.id)
            async with asyncio.timeout(2):
                await speaking.closed.wait()
            assert time.monotonic() - began < 1.2
            assert (await ended(pipeline, run.id)).status is RunStatus.CANCELLED
        await writer.close()


async def test_the_core_nodes_run_under_the_engine(pipeline: Pipeline, begin: Begin):
    """A delay of a second takes little more than one, and identity gives what it got."""
    raw = copy.deepcopy(load().by_key["document"].raw)
    node = {"name": "", "position": {"x": 0, "y": 0}}
    payload = {"type": "static", "value": {"a": [1]}}
    raw |= {
        "id": "core-nodes",
        "variables": [],
        "nodes": [
            {**node, "id": "wait", "typeId": "core.delay", "config": {"ms": 1000}, "inputs": {}},
            {**node, "id": "echo", "typeId": "core.identity", "config": {}, "inputs": {"payload": payload}},
            {**node, "id": "fail", "typeId": "core.fail", "config": {"code": "meant_to"}, "inputs": {}},
        ],
        "edges": [
            {"id": "a", "sourceNodeId": "wait", "targetNodeId": "echo"},
            {"id": "b", "sourceNodeId": "echo", "targetNodeId": "fail"},
        ],
    }
    async with working(pipeline, node_functions(resources(pipeline, Extractive()))):
        began = time.monotonic()
        run = await begin(raw)
        await ended(pipeline, run.id)
        assert 1 <= time.monotonic() - began < 2.5
    async with pipeline.database.connect() as db:
        state = fold(await runs.events(db, run.id))
    assert state.nodes["echo"].outputs == {"payload": {"a": [1]}}
    assert (await errors(pipeline, run))[0]["code"] == "meant_to"


def settings(**more: Any) -> Settings:
    part = {
        "database_url": "x",
        "redis_url": "x",
        "s3_endpoint": "x",
        "s3_access_key": "x",
        "s3_secret_key": "x",
        "secret_key": SECRET,
    }
    return Settings(**part, **more)


async def test_the_settings_choose_the_writer():
    """Nothing configured quotes; an address and a name make a model; one without the other is refused."""
    assert isinstance(make_writer(settings()), Extractive)
    model = make_writer(settings(llm_base_url="http://127.0.0.1:1/v1", llm_model="m"))
    assert isinstance(model, OpenAI)
    await model.close()
    with pytest.raises(Rejected, match="PRESSRUN_LLM_MODEL is missing"):
        make_writer(settings(llm_base_url="http://127.0.0.1:1/v1"))
    with pytest.raises(Rejected, match="PRESSRUN_LLM_BASE_URL is missing"):
        make_writer(settings(llm_model="m"))


async def test_the_process_says_when_it_is_ready_and_stops_when_it_is_told(
    fresh_database_url: str, fresh_redis_url: str, s3: S3
):
    """``worker.ready`` on standard output, exit code 0 after SIGTERM."""
    env = {
        "PATH": os.environ["PATH"],  # noqa: TID251
        "PRESSRUN_DATABASE_URL": fresh_database_url,
        "PRESSRUN_REDIS_URL": fresh_redis_url,
        "PRESSRUN_S3_ENDPOINT": s3.endpoint,
        "PRESSRUN_S3_ACCESS_KEY": s3.access_key,
        "PRESSRUN_S3_SECRET_KEY": s3.secret_key,
        "PRESSRUN_S3_BUCKET": s3.bucket,
        "PRESSRUN_SECRET_KEY": SECRET,
        "PRESSRUN_LOG_FORMAT": "json",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.worker.main", env=env, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(20):
            while b'"worker.ready"' not in (line := await process.stdout.readline()):
                assert line, "it ended before it was ready"
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(10):
            rest = await process.stdout.read()
            assert await process.wait() == 0
        assert b"worker.stopped" in rest
    finally:
        if process.returncode is None:
            process.kill()
