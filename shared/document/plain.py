"""Document text without its structure, and which characters and links it may carry."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from shared.document.blocks import (
    Block,
    Break,
    Callout,
    Cite,
    Code,
    Document,
    Figure,
    Graphic,
    Heading,
    Inline,
    ListBlock,
    Paragraph,
    Quote,
    Table,
    Text,
    Tiles,
)

# C0 and C1 controls but tab, line feed and carriage return; noncharacters; and the bidirectional
# embeddings, overrides and isolates, by which a text can pretend to read as another.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_HREF = re.compile(r"(?:https?://|mailto:)[^\s<>\"'`\\\x00-\x20]+\Z", re.IGNORECASE)


def clean(text: str) -> str:
    """Return the text without characters that no page can show; half a character becomes U+FFFD."""
    return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", _UNPRINTABLE.sub("", text))


def allowed(href: str | None) -> bool:
    """Tell whether a link may be followed from a report: http, https and mailto only."""
    return href is not None and _HREF.match(href) is not None


def text(content: Iterable[Inline]) -> str:
    """Return what inlines say, with citations as ``[12]`` and breaks as a space."""
    return "".join(_said(part) for part in content)


def texts(blocks: Iterable[Block]) -> Iterator[str]:
    """Yield every text of the blocks in reading order, those of charts included."""
    for block in blocks:
        yield from _texts(block)


def words(document: Document) -> int:
    """Count the words a reader of the document's blocks reads; a chart counts its title and caption."""
    return sum(len(each.split()) for each in texts(document.blocks))


def _said(part: Inline) -> str:
    match part:
        case Text():
            return part.text
        case Cite():
            return f"[{part.number}]"
        case Break():
            return " "


def _texts(block: Block) -> Iterator[str]:
    match block:
        case Heading() | Paragraph():
            yield text(block.content)
        case Quote() | Callout() | ListBlock():
            yield from _nested(block)
        case Code():
            yield block.text
        case Table():
            yield block.caption
            for row in [[column.header for column in block.columns], *block.rows]:
                yield from (text(cell) for cell in row)
            yield block.note
        case Tiles():
            for tile in block.tiles:
                yield from (tile.label, tile.value, tile.note)
        case Graphic():
            yield from (block.title, block.caption)
        case Figure():
            yield block.caption
        case _:
            return


def _nested(block: Quote | Callout | ListBlock) -> Iterator[str]:
    match block:
        case Quote():
            yield from texts(block.blocks)
            yield text(block.attribution)
        case Callout():
            yield block.title
            yield from texts(block.blocks)
        case ListBlock():
            for item in block.items:
                yield from texts(item)
