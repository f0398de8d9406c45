"""Numbers the places that a report cites, in the order in which a reader meets them."""

from __future__ import annotations

import re

from services.worker.content import Passage, SourceInfo
from shared.document.blocks import Block, Cite, Inline, Paragraph, Quote, Source, Text
from shared.document.markdown_in import blocks, inline

_EXCERPT = 30
_BULLET = re.compile(r"^[-*•–]\s+")


class Citations:
    """From passages to numbered sources. Passages below one heading of one source are one place."""

    def __init__(self, passages: list[Passage], sources: list[SourceInfo]) -> None:
        self._passages = {passage.number: passage for passage in passages}
        self._sources = {source.number: source for source in sources}
        self._numbers: dict[tuple[int, tuple[str, ...], str], int] = {}
        self._cited: list[Passage] = []

    def number(self, passage: int | str) -> int | None:
        """The number of a passage's place; None for no such passage."""
        found = self._passages.get(int(passage))
        if found is None:
            return None
        key = (found.source, tuple(found.path), found.place)
        if key not in self._numbers:
            self._numbers[key] = len(self._numbers) + 1
            self._cited.append(found)
        return self._numbers[key]

    def cite(self, passage: int) -> list[Inline]:
        number = self.number(passage)
        return [] if number is None else [Cite(number)]

    def blocks(self, markdown: str, *, top: int) -> list[Block]:
        """Markdown with ``[P12]`` citations as blocks; a quote's last line that begins with a dash is its attribution."""
        return [_attributed(block) for block in blocks(markdown, cite=self.number, top=top)]

    def inline(self, markdown: str) -> list[Inline]:
        return inline(markdown, cite=self.number)

    def sources(self) -> list[Source]:
        """The places that were cited, by number."""
        return [self._source(number, passage) for number, passage in enumerate(self._cited, 1)]

    def _source(self, number: int, passage: Passage) -> Source:
        info = self._sources[passage.source]
        locator = ", ".join(part for part in (passage.place, passage.locator) if part)
        return Source(number=number, title=info.title, excerpt=excerpt(passage.text), locator=locator, href=info.href)


def excerpt(text: str) -> str:
    """The beginning of a passage, cut between words."""
    prose = [part for part in text.split("\n\n") if not part.startswith(("```", "|"))]
    words = " ".join(_BULLET.sub("", part) for part in prose or [text]).split()
    return " ".join(words) if len(words) <= _EXCERPT else " ".join(words[:_EXCERPT]).rstrip(" ,;:") + " …"


def _attributed(block: Block) -> Block:
    if not isinstance(block, Quote) or len(block.blocks) < 2:
        return block
    *before, last = block.blocks
    if isinstance(last, Paragraph) and last.content and isinstance(last.content[0], Text):
        first = last.content[0]
        if first.text.startswith("— "):
            content: list[Inline] = [Text(first.text[2:], first.marks, first.href), *last.content[1:]]
            return Quote(before, content)
    return block
