"""Any endpoint that speaks OpenAI's chat completions, streamed. The only module that knows the ``openai`` library."""

from __future__ import annotations

import asyncio
import json
import math
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import msgspec
import openai
import structlog
from msgspec.structs import replace
from openai.types.chat import ChatCompletionChunk

from .door import Answer, ModelBusy, ModelDown, ModelEmpty, ModelFiltered, ModelRefused, OnChunk, Prompt
from .hearing import Heard

log = structlog.get_logger()

_AGAIN = frozenset({408, 409, 425, 429})
_OPTIONAL = ("stream_options", "response_format", "max_tokens", "temperature")
"""What some servers do not know: left out once they say so."""
_UNKNOWN = re.compile(
    r"un(?:known|supported|recogni[sz]ed|expected)|not (?:supported|recogni[sz]ed|permitted|allowed|implemented)"
    r"|does not (?:support|recogni[sz]e|accept)|extra (?:inputs|fields)",
    re.IGNORECASE,
)
"""How they say it; ``max_tokens is too large`` is about its value."""
_FILTERED = re.compile(r"content[_ ](?:filter|management|policy)", re.IGNORECASE)


class Times(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds. A step that asks twice must have time for both before its own time is over."""

    connect: float = 10
    read: float = 300
    """Without a byte from the server."""
    total: float = 400
    """For all attempts together."""
    longest_wait: float = 20
    """A longer Retry-After is not waited for here: the step is handed back until then."""
    longest_away: float = 300
    """A longer Retry-After is not obeyed: the step comes back by then, and asks again or goes on without."""
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
        demonstration: bool = False,
        attempts: int = 3,
        times: Times = Times(),  # noqa: B008 - frozen
    ) -> None:
        """
        Args:
            demonstration: the model is a small one that is often wrong; its answers say so.
        """
        self._model = model
        self._demonstration = demonstration
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
        """Ask the model, a few times if it stumbles, within one time for all.

        Raises:
            ModelBusy: it asks to wait longer than is waited here.
            ModelEmpty: it answered with nothing every time.
            ModelDown: it stumbled every time.
            ModelFiltered: it does not answer this, for what it says.
            ModelRefused: it will refuse the same again.
        """
        until = asyncio.get_running_loop().time() + self._times.total
        left_out, attempt = set(self._left_out), 1
        while True:
            try:
                answer = await self._attempt(prompt, on_chunk, left_out, until)
            except openai.APIStatusError as error:
                if _adapts(error, left_out):
                    continue
                wait = self._wait(error, attempt)
                problem: Exception = error
            except _STUMBLES as error:
                wait, problem = self._times.backoff * 2 ** (attempt - 1), error
            else:
                self._left_out |= left_out
                return answer
            log.warning("model.stumbled", attempt=attempt, error=type(problem).__name__, wait_s=wait)
            if attempt >= self._attempts or asyncio.get_running_loop().time() + wait >= until:
                raise _given_up(problem, wait)
            await asyncio.sleep(wait)
            attempt += 1

    async def _attempt(self, prompt: Prompt, on_chunk: OnChunk, left_out: set[str], until: float) -> Answer:
        heard = Heard(prompt, self._model)
        try:
            async with asyncio.timeout_at(until), aclosing(self._chunks(prompt, left_out)) as chunks:
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
            raise ModelFiltered("the language model's content filter stopped the answer")
        if not heard.text.strip():
            raise _Nothing
        return replace(heard.answer(), demonstration=self._demonstration)

    async def _chunks(self, prompt: Prompt, left_out: set[str]) -> AsyncGenerator[ChatCompletionChunk, None]:
        """The answer as it comes; leaving the iteration closes the connection."""
        stream = await self._client.chat.completions.create(
            model=prompt.model or self._model,
            messages=[{"role": "system", "content": prompt.system}, {"role": "user", "content": prompt.user}],
            stream=True,
            **_options(prompt, left_out),
        )
        async with stream:
            async for chunk in stream:
                yield chunk

    def _wait(self, error: openai.APIStatusError, attempt: int) -> float:
        """Seconds until the next attempt.

        Raises:
            ModelRefused, ModelFiltered: another attempt cannot help.
            ModelBusy: it is not worth holding the step for so long.
        """
        if error.status_code not in _AGAIN and error.status_code < 500:
            raise _refused(error, self._model)
        asked = _retry_after(error)
        if asked is None:
            return self._times.backoff * 2 ** (attempt - 1)
        if asked > self._times.longest_wait:
            away = min(asked, self._times.longest_away)
            raise ModelBusy(f"the language model asks to wait {asked:.0f} s", after_s=away)
        return asked


def _options(prompt: Prompt, left_out: set[str]) -> dict[str, Any]:
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
    kept = {name: value for name, value in options.items() if name not in left_out}
    if "max_tokens" in left_out:
        kept["max_completion_tokens"] = prompt.max_tokens
    return kept


def _adapts(error: openai.APIStatusError, left_out: set[str]) -> bool:
    """Leave out an option that the server says it does not know; True if there was one."""
    if error.status_code not in {400, 422} or not _UNKNOWN.search(error.message):
        return False
    for name in _OPTIONAL:
        if name in error.message and name not in left_out:
            left_out.add(name)
            log.info("model.option_left_out", option=name)
            return True
    return False


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
    if error.status_code == 400 and _FILTERED.search(error.message):
        return ModelFiltered("the language model's content filter refused the request")
    if error.status_code in {401, 403}:
        advice = "check PRESSRUN_LLM_API_KEY"
    elif error.status_code == 404:
        advice = f"check PRESSRUN_LLM_MODEL ('{model}') and PRESSRUN_LLM_BASE_URL"
    else:
        advice = " ".join(error.message.split())[:200]
    return ModelRefused(f"the language model refused the request ({error.status_code}): {advice}")


def _retry_after(error: openai.APIStatusError) -> float | None:
    """What the server asks for: seconds, or a date; nothing if that is no time."""
    asked = error.response.headers.get("retry-after", "")
    try:
        seconds = float(asked)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(asked) - datetime.now(UTC)).total_seconds()
        except (TypeError, ValueError):
            return None
    return max(seconds, 0.0) if math.isfinite(seconds) else None
