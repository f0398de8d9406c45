"""Any endpoint that speaks OpenAI's chat completions, streamed. The only module that knows the ``openai`` library."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import msgspec
import openai
import structlog
from openai.types.chat import ChatCompletionChunk

from .door import Answer, ModelBusy, ModelDown, ModelEmpty, ModelRefused, OnChunk, Prompt
from .hearing import Heard

log = structlog.get_logger()

_AGAIN = frozenset({408, 409, 425, 429})
_OPTIONAL = ("stream_options", "response_format", "max_tokens", "temperature")
"""What some servers do not know: left out once they say so."""


class Times(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds."""

    connect: float = 10
    read: float = 300
    """Without a byte from the server."""
    total: float = 600
    """For one attempt."""
    longest_wait: float = 20
    """A longer Retry-After is not waited for here: the step is handed back until then."""
    backoff: float = 1


class _Cut(Exception):
    """The stream ended in the middle of the answer."""


class _Nothing(Exception):
    """The answer was complete, and empty."""


_STUMBLES = (openai.OpenAIError, TimeoutError, _Cut, _Nothing, json.JSONDecodeError, UnicodeDecodeError)


class OpenAI:
    """Writes through a chat completions endpoint."""

    def __init__(
        self,
        *,
        base_url: str,
        api_key: str,
        model: str,
        attempts: int = 3,
        times: Times = Times(),  # noqa: B008 - frozen
    ) -> None:
        self._model = model
        self._attempts = attempts
        self._times = times
        self._left_out: set[str] = set()
        timeout = openai.Timeout(times.read, connect=times.connect)
        self._client = openai.AsyncOpenAI(base_url=base_url, api_key=api_key or "none", max_retries=0, timeout=timeout)

    @property
    def model(self) -> str:
        return self._model

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def write(self, prompt: Prompt, *, on_chunk: OnChunk) -> Answer:
        """Ask the model, a few times if it stumbles.

        Raises:
            ModelBusy: it asks to wait longer than is waited here.
            ModelEmpty: it answered with nothing every time.
            ModelDown: it stumbled every time.
            ModelRefused: it will refuse the same again.
        """
        for attempt in range(1, self._attempts + 1):
            try:
                return await self._attempt(prompt, on_chunk)
            except openai.APIStatusError as error:
                if self._adapts(error):
                    return await self.write(prompt, on_chunk=on_chunk)
                wait = self._wait(error, attempt)
                problem: Exception = error
            except _STUMBLES as error:
                wait, problem = self._times.backoff * 2 ** (attempt - 1), error
            log.warning("model.stumbled", attempt=attempt, error=type(problem).__name__, wait_s=wait)
            if attempt == self._attempts:
                raise _given_up(problem, wait)
            await asyncio.sleep(wait)
        raise ModelDown("the language model was not asked: attempts must be at least 1")

    async def _attempt(self, prompt: Prompt, on_chunk: OnChunk) -> Answer:
        heard = Heard(prompt, self._model)
        try:
            async with asyncio.timeout(self._times.total), aclosing(self._chunks(prompt)) as chunks:
                async for chunk in chunks:
                    if piece := heard.take(chunk):
                        await on_chunk(piece)
                    if heard.full:  # leaving closes the connection: the rest is neither read nor held
                        break
        except TimeoutError:
            if not heard.worth_keeping:
                raise
            heard.finish = "time"
        if not heard.finish:
            raise _Cut
        if heard.finish == "content_filter":
            raise ModelRefused("the language model's content filter stopped the answer")
        if not heard.text.strip():
            raise _Nothing
        return heard.answer()

    async def _chunks(self, prompt: Prompt) -> AsyncGenerator[ChatCompletionChunk, None]:
        """The answer as it comes; leaving the iteration closes the connection."""
        stream = await self._client.chat.completions.create(
            model=prompt.model or self._model,
            messages=[{"role": "system", "content": prompt.system}, {"role": "user", "content": prompt.user}],
            stream=True,
            **self._options(prompt),
        )
        async with stream:
            async for chunk in stream:
                yield chunk

    def _options(self, prompt: Prompt) -> dict[str, Any]:
        options: dict[str, Any] = {
            "stream_options": {"include_usage": True},
            "temperature": prompt.temperature,
            "max_tokens": prompt.max_tokens,
        }
        if prompt.schema is not None:
            options["response_format"] = {
                "type": "json_schema",
                "json_schema": {"name": "answer", "schema": prompt.schema},
            }
        kept = {name: value for name, value in options.items() if name not in self._left_out}
        if "max_tokens" in self._left_out:
            kept["max_completion_tokens"] = prompt.max_tokens
        return kept

    def _adapts(self, error: openai.APIStatusError) -> bool:
        """Leave out an option that the server says it does not take; True if there was one."""
        if error.status_code not in {400, 422}:
            return False
        for name in _OPTIONAL:
            if name in error.message and name not in self._left_out:
                self._left_out.add(name)
                log.info("model.option_left_out", option=name)
                return True
        return False

    def _wait(self, error: openai.APIStatusError, attempt: int) -> float:
        """Seconds until the next attempt.

        Raises:
            ModelRefused: another attempt cannot help.
            ModelBusy: it is not worth holding the step for so long.
        """
        if error.status_code not in _AGAIN and error.status_code < 500:
            raise _refused(error, self._model)
        asked = _retry_after(error)
        if asked is None:
            return self._times.backoff * 2 ** (attempt - 1)
        if asked > self._times.longest_wait:
            raise ModelBusy(f"the language model asks to wait {asked:.0f} s", after_s=asked)
        return asked


def _given_up(problem: Exception, wait: float) -> Exception:
    if isinstance(problem, openai.APIStatusError) and problem.status_code == 429:
        return ModelBusy("the language model has too many requests", after_s=wait * 2)
    if isinstance(problem, _Nothing):
        return ModelEmpty("the language model answered with nothing")
    what = {
        openai.APITimeoutError: "did not answer in time",
        TimeoutError: "did not finish in time",
        _Cut: "broke off in the middle of the answer",
        openai.APIConnectionError: "cannot be reached",
    }.get(type(problem), "failed")
    status = f" ({problem.status_code})" if isinstance(problem, openai.APIStatusError) else ""
    return ModelDown(f"the language model {what}{status}; check PRESSRUN_LLM_BASE_URL if this persists")


def _refused(error: openai.APIStatusError, model: str) -> ModelRefused:
    if error.status_code in {401, 403}:
        advice = "check PRESSRUN_LLM_API_KEY"
    elif error.status_code == 404:
        advice = f"check PRESSRUN_LLM_MODEL ('{model}') and PRESSRUN_LLM_BASE_URL"
    else:
        advice = " ".join(error.message.split())[:200]
    return ModelRefused(f"the language model refused the request ({error.status_code}): {advice}")


def _retry_after(error: openai.APIStatusError) -> float | None:
    """What the server asks for: seconds, or a date."""
    asked = error.response.headers.get("retry-after", "")
    try:
        return max(float(asked), 0.0)
    except ValueError:
        pass
    try:
        return max((parsedate_to_datetime(asked) - datetime.now(UTC)).total_seconds(), 0.0)
    except (TypeError, ValueError):
        return None
