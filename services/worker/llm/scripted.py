"""A writer for tests: says what it was told to say, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from .door import Answer, OnChunk, Prompt

Line = Answer | Exception | Callable[[Prompt], Answer]


class Scripted:
    """Answers with its lines one after the other; the last one again and again."""

    model = "scripted"

    def __init__(self, lines: Iterable[Line]) -> None:
        self._lines = list(lines)
        self.prompts: list[Prompt] = []

    async def write(self, prompt: Prompt, *, on_chunk: OnChunk) -> Answer:
        """Say the next line, or raise it."""
        self.prompts.append(prompt)
        line = self._lines.pop(0) if len(self._lines) > 1 else self._lines[0]
        if isinstance(line, Exception):
            raise line
        answer = line if isinstance(line, Answer) else line(prompt)
        await on_chunk(answer.text)
        return answer

    async def close(self) -> None:
        """There is nothing to let go of."""
