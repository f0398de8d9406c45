"""``core.ai.callPrompt``: one prompt to the language model, its text streamed while it is written."""

from __future__ import annotations

import asyncio
from typing import Any

from services.worker.llm.door import ModelBusy, Prompt, Writer
from shared.domain.errors import Rejected
from shared.domain.outcome import Done, Fail, NodeFunction, Outcome, Retry, Work

from .write import LiveFor

MOCK = "stream-text"
_CHUNKS = ["Hello", ", ", "world", "."]
_MOST_TOKENS = 1024
_LONGEST_DELAY_MS = 5000


def call_prompt(writer: Writer, live_for: LiveFor) -> NodeFunction:
    """The node function over a writer. Outputs: ``text``, ``model`` and ``usage``."""

    async def run(work: Work) -> Outcome:
        mock = work.configurable.get("mockProvider")
        if isinstance(mock, dict) and mock.get("id") == MOCK:
            return await _mocked(work, live_for, mock.get("config") or {})
        if writer.model is None:
            return Fail("model_missing", "no language model is configured: set PRESSRUN_LLM_BASE_URL and _MODEL")
        try:
            async with live_for(work) as live:
                answer = await writer.write(_prompt(work), on_chunk=live.add)
        except ModelBusy as busy:
            return Retry(code=busy.code, message=busy.message, after_s=busy.after_s)
        usage = {"promptTokens": answer.usage.prompt, "completionTokens": answer.usage.completion}
        return Done(outputs={"text": answer.text, "model": answer.model, "usage": usage})

    return run


async def _mocked(work: Work, live_for: LiveFor, config: dict[str, Any]) -> Outcome:
    chunks = config.get("chunks", _CHUNKS)
    if not isinstance(chunks, list) or not chunks or not all(isinstance(chunk, str) for chunk in chunks):
        raise Rejected("configurable.mockProvider.config.chunks must be a list of strings")
    count = len(chunks)
    usage = {"promptTokens": 0, "completionTokens": count, "totalTokens": count}
    meta = {"finishReason": "stop", "model": MOCK, "provider": "mock", "usage": usage}
    delay_ms = config.get("delayMs", 0)
    if not isinstance(delay_ms, int | float) or not 0 <= delay_ms <= _LONGEST_DELAY_MS:
        raise Rejected(f"configurable.mockProvider.config.delayMs must be a number from 0 to {_LONGEST_DELAY_MS}")
    await asyncio.sleep(delay_ms / 1000)
    async with live_for(work) as live:
        await live.write(chunks, meta)
    return Done(outputs={"text": "".join(chunks), "model": MOCK, "usage": usage})


def _prompt(work: Work) -> Prompt:
    asked = {**work.config, **{name: value for name, value in work.inputs.items() if value is not None}}
    user = asked.get("prompt") or asked.get("userPrompt")
    if not isinstance(user, str) or not user:
        raise Rejected(f"config.prompt of node '{work.node_id}' must be a text")
    tokens = int(work.configurable.get("maxTokens") or asked.get("maxTokens") or _MOST_TOKENS)
    return Prompt(
        system=str(asked.get("systemPrompt") or "Answer briefly and truthfully."),
        user=user,
        max_tokens=tokens,
        temperature=float(work.configurable.get("temperature", 0.3)),
    )
