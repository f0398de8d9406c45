"""From HTML to a finished PDF: print options, then what Chromium does not put in."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

import msgspec
from pikepdf import Name, ObjectStreamMode, OutlineItem, Pdf, String

from shared.document.blocks import Meta
from shared.domain.errors import Rejected

from .artifacts import mark, stamp
from .contents import fill, page_numbers
from .page.theme import DEFAULT, theme
from .watermark import outline

OPTIONS = {
    "format": "A4",
    "prefer_css_page_size": True,
    "print_background": True,
    "tagged": True,
    "outline": True,
}
PRODUCER = "Pressrun"

_NODE_ID = re.compile(rb"\(node(\d{8})\)")


class Printer(Protocol):
    """What prints: a tab."""

    async def print(self, html: str, **options: Any) -> bytes: ...


class Finished(msgspec.Struct, frozen=True):
    data: bytes
    pages: int
    numbers: dict[str, int]
    """The page of each anchor that the contents list."""
    filled: bool
    """Whether the contents show these numbers. If not, it must be printed again with them."""


async def pdf(page: Printer, html: str) -> bytes:
    """Print one document."""
    return await page.print(html, **OPTIONS)


def finish(
    printed: bytes, meta: Meta, *, contents: Mapping[str, int], max_pages: int, bookmarks: Sequence[str] = ()
) -> Finished:
    """Put page numbers and metadata into what Chromium printed; the same print gives the same bytes.

    Args:
        contents: the placeholders that stand for page numbers in the table of contents.
        bookmarks: what the outline says, in order; as Chromium took it from the page if that is not as long.

    Raises:
        Rejected: it has more than ``max_pages`` pages.
    """
    with Pdf.open(io.BytesIO(_steady(printed))) as book:
        pages = len(book.pages)
        if pages > max_pages:
            message = f"the report has {pages:,} pages and {max_pages:,} are allowed (PRESSRUN_MAX_PAGES); shorten it"
            raise Rejected(message, code="too_many_pages", details={"pages": pages, "limit": max_pages})
        mark(book)
        _name(book, bookmarks)
        numbers = page_numbers(book, contents)
        filled = fill(book, contents, numbers)
        _stamp(book, meta)
        _describe(book, meta)
        data = io.BytesIO()
        # Tags are thousands of small objects: packed, a file is a quarter as large and sooner written.
        book.save(data, object_stream_mode=ObjectStreamMode.generate, deterministic_id=True)
    return Finished(data.getvalue(), pages, numbers, filled)


def _name(book: Pdf, bookmarks: Sequence[str]) -> None:
    """Give bookmarks their words: Chromium collects them as they are drawn, so Arabic comes backwards."""
    with book.open_outline(max_depth=8) as outline:
        marks = list(_flat(outline.root))
        if len(marks) == len(bookmarks):
            for mark_, title in zip(marks, bookmarks, strict=True):
                mark_.title = title


def _flat(marks: Iterable[OutlineItem]) -> Iterator[OutlineItem]:
    for each in marks:
        yield each
        yield from _flat(each.children)


def _stamp(book: Pdf, meta: Meta) -> None:
    if said := meta.design.watermark:
        dark = theme(meta.design.theme or DEFAULT).cover.ink is not None
        stamp(book, outline(said, meta.language), dark_cover=dark)


def _steady(printed: bytes) -> bytes:
    """Count the structure's node ids from 1: Chromium counts on from one document to the next."""
    numbers = [int(number) for number in _NODE_ID.findall(printed)]
    if not numbers:
        return printed
    before = min(numbers) - 1
    return _NODE_ID.sub(lambda found: b"(node%08d)" % (int(found[1]) - before), printed)


def _describe(book: Pdf, meta: Meta) -> None:
    book.Root.Lang = String(meta.language)
    with book.open_metadata(set_pikepdf_as_editor=False) as xmp:
        xmp["dc:title"] = meta.title
        xmp["dc:language"] = [meta.language]
        xmp["xmp:CreatorTool"] = PRODUCER
        xmp["xmp:CreateDate"] = xmp["xmp:ModifyDate"] = meta.created_at.isoformat(timespec="seconds")
        if meta.author:
            xmp["dc:creator"] = [meta.author]
        if meta.subtitle:
            xmp["dc:description"] = meta.subtitle
    created = String(_pdf_date(meta.created_at))
    book.docinfo[Name.CreationDate] = book.docinfo[Name.ModDate] = created


def _pdf_date(moment: datetime) -> str:
    offset = moment.strftime("%z") or "+0000"
    return f"D:{moment:%Y%m%d%H%M%S}{offset[:3]}'{offset[3:5]}'"
