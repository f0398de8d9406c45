"""The small real language model that shows the model path on one machine."""

from __future__ import annotations

import openai
import pytest

pytestmark = pytest.mark.llm


async def test_the_local_model_streams_its_answer(local_model):
    """An ordinary OpenAI client gets the words while they are made, and the usage at the end."""
    async with openai.AsyncOpenAI(base_url=local_model.base_url, api_key=local_model.api_key) as client:
        stream = await client.chat.completions.create(
            model=local_model.model,
            messages=[{"role": "user", "content": "Name three colours."}],
            max_tokens=40,
            temperature=0,
            stream=True,
            stream_options={"include_usage": True},
        )
        chunks = [chunk async for chunk in stream]
    words = [chunk.choices[0].delta.content for chunk in chunks if chunk.choices and chunk.choices[0].delta.content]
    assert len(words) > 3
    assert chunks[-1].usage
    assert chunks[-1].usage.completion_tokens >= len(words)


async def test_the_local_model_is_known_by_its_name(local_model):
    async with openai.AsyncOpenAI(base_url=local_model.base_url, api_key=local_model.api_key) as client:
        assert [known.id async for known in client.models.list()] == ["smollm2-135m-instruct"]


async def test_the_local_model_answers_nobody_without_its_key(local_model):
    """A page in a browser on this machine could ask it otherwise."""
    async with openai.AsyncOpenAI(base_url=local_model.base_url, api_key="wrong", max_retries=0) as client:
        with pytest.raises(openai.AuthenticationError):
            await client.chat.completions.create(model=local_model.model, messages=[{"role": "user", "content": "?"}])
