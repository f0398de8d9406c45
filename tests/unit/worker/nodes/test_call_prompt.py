"""One prompt to the model: what it is asked, what is shown of its answer, and the provider for tests."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from services.worker.content import Usage
from services.worker.llm.door import Answer, ModelBusy
from services.worker.llm.extractive import Extractive
from services.worker.llm.model import Model
from services.worker.llm.scripted import Scripted
from services.worker.nodes.call_prompt import call_prompt
from shared.domain.errors import Rejected
from shared.domain.outcome import Done, Fail, Retry
from tests.unit.worker.corpus import Shown
from tests.unit.worker.nodes.test_core import work

ANSWER = Answer(text="Blue.", model="m", usage=Usage(prompt=7, completion=2))


async def test_the_prompt_is_asked_as_the_run_wants_it():
    """Model, temperature and length are the run's to choose."""
    scripted, shown = Scripted([ANSWER]), Shown()
    options = {"model": "other", "temperature": 1.5, "maxTokens": 5}
    asked = work(config={"prompt": "Which colour?", "systemPrompt": "Be brief."}, configurable=options)
    outcome = await call_prompt(Model(scripted), shown.live_for)(asked)
    (prompt,) = scripted.prompts
    assert (prompt.system, prompt.user) == ("Be brief.", "Which colour?")
    assert (prompt.model, prompt.temperature, prompt.max_tokens) == ("other", 1.5, 5)
    usage = {"promptTokens": 7, "completionTokens": 2, "totalTokens": 9}
    assert outcome == Done(outputs={"text": "Blue.", "model": "m", "usage": usage})
    assert shown.meta == {"finishReason": "stop", "model": "m", "usage": usage}


async def test_a_busy_model_is_the_engine_s_to_wait_for():
    run = call_prompt(Model(Scripted([ModelBusy("wait", after_s=4)])), Shown().live_for)
    assert await run(work(config={"prompt": "x"})) == Retry(code="model_busy", message="wait", after_s=4)


async def test_without_a_model_it_says_which_settings_are_missing():
    outcome = await call_prompt(Model(Extractive()), Shown().live_for)(work(config={"prompt": "x"}))
    assert isinstance(outcome, Fail)
    assert (outcome.code, "PRESSRUN_LLM_BASE_URL" in outcome.message) == ("model_missing", True)


@pytest.mark.parametrize("config", [{}, {"prompt": 5}, {"prompt": "x", "maxTokens": True}])
async def test_a_definition_that_asks_nothing_is_refused_by_its_field(config):
    with pytest.raises(Rejected, match=r"config\.(prompt|maxTokens) of node 'n'"):
        await call_prompt(Model(Scripted([ANSWER])), Shown().live_for)(work(config=config))


def mocked(**config: Any) -> Any:
    return work(configurable={"mockProvider": {"id": "stream-text", "config": config}})


async def test_the_test_provider_says_what_it_is_told():
    shown, usage = Shown(), {"promptTokens": 4, "completionTokens": 4, "totalTokens": 8}
    told = {"tokens": ["Hello", " ", "world", "!"], "finishReason": "length", "usage": usage}
    outcome = await call_prompt(Model(Extractive()), shown.live_for)(mocked(**told))
    assert outcome == Done(outputs={"text": "Hello world!", "model": "stream-text", "usage": usage})
    assert shown.pieces == told["tokens"]
    assert shown.meta == {"finishReason": "length", "model": "stream-text", "provider": "mock", "usage": usage}


async def test_the_test_provider_waits_between_its_tokens():
    began = asyncio.get_running_loop().time()
    shown = Shown()
    await call_prompt(Model(Extractive()), shown.live_for)(mocked(tokens=["a", "b", "c"], delayMsPerToken=60))
    assert asyncio.get_running_loop().time() - began >= 0.12
    assert shown.pieces == ["a", "b", "c"]


@pytest.mark.parametrize(
    "config",
    [
        {"tokens": "x"},
        {"tokens": []},
        {"tokens": [1]},
        {"delayMsPerToken": -1},
        {"delayMsPerToken": "soon"},
        {"finishReason": "enough"},
        {"usage": {"promptTokens": -1}},
    ],
)
async def test_a_test_provider_that_makes_no_sense_is_refused(config):
    with pytest.raises(Rejected, match=r"configurable\.mockProvider\.config is not valid"):
        await call_prompt(Model(Extractive()), Shown().live_for)(mocked(**config))
