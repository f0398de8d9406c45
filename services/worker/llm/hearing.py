"""A model's answer as it comes in, held within limits. Pure but for what it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.worker.content import Usage

from .door import Answer, Prompt

if TYPE_CHECKING:
    from openai.types.chat import ChatCompletionChunk

_CHARACTERS_PER_TOKEN = 4
_LONGEST_TOKEN = 8
"""An answer of more characters than this for each token it may have is no answer to what was asked."""
_ROOM = 400
_WORTH = 200
"""Characters that are worth keeping of an answer that did not end in time."""


class Heard:
    """The pieces so far."""

    def __init__(self, prompt: Prompt, model: str) -> None:
        self._prompt = prompt
        self._model = prompt.model or model
        self._pieces: list[str] = []
        self._size = 0
        self._most = prompt.max_tokens * _LONGEST_TOKEN + _ROOM
        self._usage = Usage()
        self.finish = ""

    @property
    def full(self) -> bool:
        """The answer is longer than it may be."""
        return self._size >= self._most

    @property
    def text(self) -> str:
        return "".join(self._pieces)

    @property
    def worth_keeping(self) -> bool:
        """Whether a beginning is of use: of JSON it never is."""
        return self._prompt.schema is None and len(self.text.strip()) >= _WORTH

    def take(self, chunk: ChatCompletionChunk) -> str:
        """Add what a chunk brings. Returns its text, as far as there is room."""
        self._model = chunk.model or self._model
        if chunk.usage:
            self._usage = Usage(prompt=chunk.usage.prompt_tokens or 0, completion=chunk.usage.completion_tokens or 0)
        piece = ""
        for choice in chunk.choices[:1]:
            self.finish = choice.finish_reason or self.finish
            piece = (choice.delta.content or "")[: self._most - self._size]
        if piece:
            self._pieces.append(piece)
            self._size += len(piece)
        if self.full:
            self.finish = "length"
        return piece

    def answer(self) -> Answer:
        """The answer as it is now."""
        usage = self._usage if self._usage.completion else self._estimated()
        return Answer(text=self.text, usage=usage, finish_reason=self.finish, model=self._model)

    def _estimated(self) -> Usage:
        asked = len(self._prompt.system) + len(self._prompt.user)
        prompt = self._usage.prompt or asked // _CHARACTERS_PER_TOKEN
        return Usage(prompt=prompt, completion=max(self._size // _CHARACTERS_PER_TOKEN, 1), estimated=True)
