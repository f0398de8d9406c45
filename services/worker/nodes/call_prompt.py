"""``core.ai.callPrompt``: one prompt to the language model, its text streamed while it is written."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from services.worker.llm.door import Prompt
from services.worker.llm.model import BudgetSpent, Model
from shared.domain.errors import Rejected
from shared.domain.outcome import Done, Fail, NodeFunction, Outcome, Work

from .asking import meta, patient
from .steering import override
from .write import LiveFor

MOCK = "stream-text"
RUN_TOKENS = 131_072
"""What the prompts of one run may have written together."""
_MOST_TOKENS = 1024

Delay = Annotated[float, Meta(ge=0, le=5000)]
Count = Annotated[int, Meta(ge=0)]
Tokens = Annotated[list[str], Meta(min_length=1, max_length=1000)]


class Mock(msgspec.Struct, frozen=True, rename="camel"):
    """``configurable.mockProvider.config``: what the provider ``stream-text`` says, and how fast."""

    tokens: Tokens | None = None
    chunks: Tokens | None = None
    """Another name for ``tokens``."""
    delay_ms: Delay = 0
    """Before the first."""
    delay_ms_per_token: Delay = 0
    """Before each of the others."""
    finish_reason: Literal["stop", "length", "tool_calls", "content_filter"] = "stop"
    usage: dict[str, Count] | None = None


_SAID = ["Hello", ", ", "world", "."]


def call_prompt(model: Model, live_for: LiveFor) -> NodeFunction:
    """The node function over a model. Outputs: ``text``, ``model`` and ``usage``."""

    @patient
    async def run(work: Work) -> Outcome:
        mock = work.configurable.get("mockProvider")
        if isinstance(mock, dict) and mock.get("id") == MOCK:
            return await _mocked(work, live_for, _mock(mock.get("config") or {}))
        if model.quotes:
            return Fail("model_missing", "no language model is configured: set PRESSRUN_LLM_BASE_URL and _MODEL")
        async with live_for(work) as live:
            try:
                answer = await model.ask(work, _prompt(work), budget=RUN_TOKENS, least=1, on_chunk=live.add)
            except BudgetSpent:
                return Fail(
                    "tokens_spent", f"the prompts of this run had {RUN_TOKENS} tokens written, which is the most"
                )
            told = meta(answer.model, answer.usage, truncated=answer.truncated)
            live.describe(told)
        return Done(outputs={"text": answer.text, "model": answer.model, "usage": told.get("usage", {})})

    return run


def _mock(config: dict[str, Any]) -> Mock:
    try:
        return msgspec.convert(config, Mock)
    except msgspec.ValidationError as error:
        raise Rejected(f"configurable.mockProvider.config is not valid: {error}") from None


async def _mocked(work: Work, live_for: LiveFor, mock: Mock) -> Outcome:
    tokens = mock.tokens or mock.chunks or _SAID
    usage = mock.usage or {"promptTokens": 0, "completionTokens": len(tokens), "totalTokens": len(tokens)}
    told = {"finishReason": mock.finish_reason, "model": MOCK, "provider": "mock", "usage": usage}
    await asyncio.sleep(mock.delay_ms / 1000)
    async with live_for(work) as live:
        for token in tokens[:-1]:
            await live.write([token], last=False)
            await asyncio.sleep(mock.delay_ms_per_token / 1000)
        await live.write([tokens[-1]], told)
    return Done(outputs={"text": "".join(tokens), "model": MOCK, "usage": usage})


def _prompt(work: Work) -> Prompt:
    asked = {**work.config, **{name: value for name, value in work.inputs.items() if value is not None}}
    user = override(work) or asked.get("prompt") or asked.get("userPrompt")
    if not isinstance(user, str) or not user:
        raise Rejected(f"config.prompt of node '{work.node_id}' must be a text")
    tokens = work.configurable.get("maxTokens") or asked.get("maxTokens") or _MOST_TOKENS
    if isinstance(tokens, bool) or not isinstance(tokens, int) or tokens < 1:
        raise Rejected(f"config.maxTokens of node '{work.node_id}' must be an integer of at least 1")
    return Prompt(
        system=str(asked.get("systemPrompt") or "Answer briefly and truthfully."), user=user, max_tokens=tokens
    )
