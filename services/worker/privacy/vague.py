"""What others are told who can do nothing with tokens: the kinds of values in their place.

An endpoint for vectors elsewhere reads passages, titles and questions; ``person`` is as near to a name as it needs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from services.worker.llm.embedding import Embedder, Vectors

from . import tokens
from .detect import Detector, small_words
from .kinds import LABELS


class Vague:
    """An embedder that is asked without private values, whatever it is asked."""

    def __init__(self, embedder: Embedder, detector: Detector) -> None:
        self._embedder = embedder
        self._detector = detector
        self.model = embedder.model

    async def passages(self, texts: Sequence[str]) -> Vectors:
        return await self._embedder.passages(await asyncio.to_thread(self._all, texts))

    async def query(self, text: str) -> Vectors:
        return await self._embedder.query(await asyncio.to_thread(vague, text, self._detector))

    async def close(self) -> None:
        await self._embedder.close()

    def _all(self, texts: Sequence[str]) -> list[str]:
        return [vague(text, self._detector) for text in texts]


def vague(text: str, detector: Detector) -> str:
    """A text with the word for its kind in the place of each value and of each token."""
    bare = tokens.PATTERN.sub(lambda match: f" {(match['bare'] or match['label'] or 'text').lower()} ", text)
    parts, at = [], 0
    for span in detector.find(bare, small_words(bare)):
        parts += [bare[at : span.start], LABELS[span.kind].lower()]
        at = span.end
    return "".join([*parts, bare[at:]])
