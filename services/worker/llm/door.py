"""The one door to a language model: what goes in, what comes out, what can go wrong."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import msgspec

from services.worker.content import Outline, Section, Usage
from shared.domain.errors import Rejected, Unavailable

OnChunk = Callable[[str], Awaitable[None]]
"""Text as it is written, shown live and never part of the result: an attempt that fails shows its beginning too."""


class Prompt(msgspec.Struct, frozen=True, kw_only=True):
    """What a model is asked: as messages, and for a section also as what they were made from."""

    system: str
    user: str
    max_tokens: int
    temperature: float = 0.3
    model: str | None = None
    """Another model than the configured one."""
    schema: dict[str, Any] | None = None
    """The answer is to be JSON that fits this schema."""
    outline: Outline | None = None
    section: Section | None = None


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Markdown in which ``[P12]`` cites passage 12."""

    text: str
    usage: Usage = Usage()
    finish_reason: str = "stop"
    model: str | None = None
    """None: no language model was used."""
    demonstration: bool = False
    """By a model that only shows the way and is often wrong."""
    highlight: str = ""
    """The sentence to repeat in the summary; empty: the first one."""

    @property
    def truncated(self) -> bool:
        return self.finish_reason in {"length", "time"}


class Writer(Protocol):
    """Writes what it is asked to."""

    @property
    def model(self) -> str | None:
        """The language model's name; None: it only quotes."""

    async def write(self, prompt: Prompt, *, on_chunk: OnChunk) -> Answer:
        """Write what the prompt asks for.

        Raises:
            ModelBusy: come back after a while.
            ModelDown: it does not answer, or answers nonsense.
            ModelFiltered: it does not answer this, for what it says.
            ModelRefused: it will refuse the same again.
        """

    async def close(self) -> None:
        """Let go of connections."""


class ModelBusy(Unavailable):
    """The model's endpoint asks to wait."""

    code = "model_busy"

    def __init__(self, message: str, *, after_s: float) -> None:
        super().__init__(message)
        self.after_s = after_s


class ModelDown(Unavailable):
    """The model's endpoint cannot be reached, breaks off, or takes too long."""

    code = "model_unavailable"


class ModelEmpty(ModelDown):
    """The model answers, but with nothing."""

    code = "model_empty"


class ModelRefused(Rejected):
    """The model's endpoint refuses the request for good: a wrong key, an unknown model, a prompt too long."""

    code = "model_refused"


class ModelFiltered(ModelRefused):
    """The model's content filter stopped this request or its answer; another one may pass."""

    code = "model_filtered"
