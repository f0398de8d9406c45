"""Where a Markdown text is code: what looks like a citation, a link or a word there is none."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from itertools import pairwise

from markdown_it import MarkdownIt

_LINE_END = re.compile(r"\r\n?|\n")
_BLANK = re.compile(r"[\r\n][ \t]*(?=[\r\n])")
_TICKS = re.compile(r"`+")
_BLOCKS = MarkdownIt("commonmark", {"maxNesting": 60}).enable("table")


class CodeIn:
    """The fenced, indented and inline code of a text."""

    def __init__(self, markdown: str) -> None:
        blocks = list(_code_blocks(markdown))
        spans = sorted([*blocks, *_code_spans(markdown, blocks)])
        self._starts = [start for start, _ in spans]
        self._ends = [end for _, end in spans]

    def __contains__(self, at: int) -> bool:
        """Whether the character at this offset is code."""
        before = bisect_right(self._starts, at) - 1
        return before >= 0 and at < self._ends[before]


def sub_prose(pattern: re.Pattern[str], replaced: Callable[[re.Match[str]], str], markdown: str) -> str:
    """``pattern.sub`` on what is not code. A match belongs where its first group begins."""
    code = CodeIn(markdown)
    return pattern.sub(lambda found: found[0] if found.start(1) in code else replaced(found), markdown)


def _code_blocks(markdown: str) -> Iterator[tuple[int, int]]:
    lines = [0, *(end.end() for end in _LINE_END.finditer(markdown)), len(markdown)]
    for token in _BLOCKS.parse(markdown):
        if token.type in {"fence", "code_block"} and token.map:
            first, last = token.map
            yield lines[first], lines[min(last, len(lines) - 1)]


def _code_spans(markdown: str, blocks: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Between runs of as many backticks, within one paragraph."""
    at = 0
    for start, end in [*blocks, (len(markdown), len(markdown))]:
        cuts = [at, *(blank.start() for blank in _BLANK.finditer(markdown, at, start)), start]
        for first, last in pairwise(cuts):
            yield from _paired(markdown, [run.span() for run in _TICKS.finditer(markdown, first, last)])
        at = end


def _paired(markdown: str, runs: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The first run opens and the next of its length closes; one that is escaped or has no partner is text."""
    at = 0
    while at < len(runs):
        start, end = runs[at]
        escaped = start > 0 and markdown[start - 1] == "\\"
        closing = next((to for to in range(at + 1, len(runs)) if runs[to][1] - runs[to][0] == end - start), None)
        if not escaped and closing is not None:
            yield start, runs[closing][1]
            at = closing
        at += 1
