"""A document as CommonMark with GitHub's tables and strikethrough.

Whatever could be markup in the document's text is escaped, so that it reads as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, get_args

from shared.document.blocks import (
    Block,
    Callout,
    Code,
    Document,
    Drawable,
    Figure,
    Heading,
    Inline,
    ListBlock,
    PageBreak,
    Paragraph,
    Quote,
    Rule,
    Source,
    Table,
    Text,
    Tiles,
)
from shared.document.classes import classification
from shared.document.data import data_table
from shared.document.inline_out import escaped, fence, line, lines, linked
from shared.document.labels import Labels, labels
from shared.document.pictures import address, picture
from shared.document.plain import clean
from shared.document.tables import even

_LANGUAGE = re.compile(r"[^A-Za-z0-9+#._-]")
_LARGEST_START = 999_999_999


def markdown(document: Document) -> str:
    """Write the whole document: title, notices, blocks and numbered sources."""
    words = labels(document.meta.language)
    parts = [*_front(document, words), *_Writer(words).blocks(document.blocks)]
    if document.sources:
        parts += [f"## {escaped(words.sources)}", *(_source(source) for source in document.sources)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _front(document: Document, words: Labels) -> Iterator[str]:
    meta = document.meta
    yield f"# {line([Text(meta.title)])}"
    yield line([Text(meta.subtitle, ["emphasis"])])
    told = (meta.author, meta.created_at.date().isoformat(), classification(meta.design.classification, meta.language))
    yield " · ".join(escaped(part) for part in told if part)
    for notice in meta.notices:
        yield _prefixed(f"**{escaped(words.notice)}:** {escaped(notice)}", "> ")


def _source(source: Source) -> str:
    title = linked(escaped(source.title or source.href or ""), source.href)
    head = ", ".join(part for part in (title, escaped(source.locator)) if part)
    return f"- \\[{source.number}\\] {head}" + (f"\n\n  > {escaped(source.excerpt)}" if source.excerpt else "")


class _Writer:
    def __init__(self, words: Labels) -> None:
        self._words = words
        self._tables = 0
        self._figures = 0
        self._writers: dict[type, Callable[[Any], str]] = {
            Heading: lambda block: f"{'#' * (min(max(block.level, 1), 4) + 1)} {line(block.content)}",
            Paragraph: lambda block: lines(block.content),
            Quote: self._quote,
            ListBlock: self._list,
            Code: self._code,
            Rule: lambda _: "***",
            PageBreak: lambda _: "",
            Callout: self._callout,
            Table: self._table,
            Tiles: self._tiles,
            **dict.fromkeys(get_args(Drawable), self._chart),
            Figure: self._figure,
        }

    def blocks(self, blocks: list[Block]) -> list[str]:
        """Write the blocks; of two lists in a row the second takes the other bullet, or they would be one."""
        written: list[str] = []
        other = False
        for before, block in zip([None, *blocks], blocks, strict=False):
            if isinstance(block, ListBlock):
                other = isinstance(before, ListBlock) and not other
                written.append(self._list(block, other=other))
            else:
                written.append(self._writers[type(block)](block))
        return [each for each in written if each]

    def _quote(self, quote: Quote) -> str:
        parts = self.blocks(quote.blocks)
        if quote.attribution:
            parts.append(f"— {line(quote.attribution)}")
        return _prefixed("\n\n".join(parts), "> ")

    def _callout(self, callout: Callout) -> str:
        title = line([Text(callout.title, ["strong"])]) if callout.title else ""
        return _prefixed("\n\n".join([part for part in (title, *self.blocks(callout.blocks)) if part]), "> ")

    def _list(self, block: ListBlock, *, other: bool = False) -> str:
        start = min(max(block.start, 0), _LARGEST_START - len(block.items))
        bullets = [f"{start + place}{')' if other else '.'} " for place in range(len(block.items))]
        if not block.ordered:
            bullets = ["* " if other else "- "] * len(block.items)
        loose = any(len(item) > 1 and not isinstance(item[1], ListBlock) for item in block.items)
        items = [
            _hung("\n\n".join(self.blocks(item)), bullet) for item, bullet in zip(block.items, bullets, strict=True)
        ]
        return ("\n\n" if loose else "\n").join(items)

    def _code(self, code: Code) -> str:
        text = clean(code.text).replace("\r\n", "\n").replace("\r", "\n")
        marks = fence(text, 3)
        return f"{marks}{_LANGUAGE.sub('', code.language)}\n{text}\n{marks}"

    def _table(self, table: Table) -> str:
        note = line([Text(table.note, ["emphasis"])]) if table.note else ""
        return "\n\n".join(part for part in (self._titled(table), _grid(table), note) if part)

    def _titled(self, table: Table) -> str:
        if not table.caption:
            return ""
        self._tables += 1
        return f"**{escaped(self._words.table)} {self._tables}.** {escaped(table.caption)}"

    def _tiles(self, tiles: Tiles) -> str:
        def said(label: str, value: str, note: str) -> str:
            return f"- {escaped(label)}: {line([Text(value, ['strong'])])}" + (f" ({escaped(note)})" if note else "")

        return "\n".join(said(tile.label, tile.value, tile.note) for tile in tiles.tiles)

    def _figure(self, figure: Figure) -> str:
        shown = picture(figure.src)
        alt = escaped(figure.alt)
        said = f"![{alt}]({address(shown)})" if shown else f"{alt} ({escaped(self._words.no_picture)})".lstrip()
        return "\n\n".join(part for part in (said, self._captioned(figure.caption)) if part)

    def _captioned(self, caption: str) -> str:
        if not caption:
            return ""
        self._figures += 1
        return f"**{escaped(self._words.figure)} {self._figures}.** {escaped(caption)}"

    def _chart(self, chart: Drawable) -> str:
        self._figures += 1
        title = f"**{escaped(self._words.figure)} {self._figures}.** {escaped(chart.title)}"
        parts = (title, escaped(chart.alt), _grid(data_table(chart, self._words)), escaped(chart.caption))
        return "\n\n".join(part for part in parts if part)


def _grid(table: Table) -> str:
    """Write the rows of a table; one that has no columns says nothing."""
    whole = even(table)
    if not whole.columns:
        return ""
    rules = {"left": "---", "center": ":-:", "right": "--:"}
    rows: list[list[list[Inline]]] = [[column.header for column in whole.columns], *whole.rows]
    written = ["| " + " | ".join(line(each, in_table=True) for each in row) + " |" for row in rows]
    return "\n".join(
        [written[0], "| " + " | ".join(rules[column.align] for column in whole.columns) + " |", *written[1:]]
    )


def _prefixed(text: str, prefix: str) -> str:
    return "\n".join((prefix + each).rstrip() for each in text.split("\n")) if text else ""


def _hung(text: str, bullet: str) -> str:
    indent = " " * len(bullet)
    return (
        bullet + "\n".join(indent + each if each else "" for each in text.split("\n")).removeprefix(indent)
    ).rstrip()
