"""From a document to its renditions: PDF, HTML, Markdown and JSON, each as bytes."""

from __future__ import annotations

import asyncio
import time
from functools import partial

import msgspec
import structlog

from shared.document.blocks import Document, encode
from shared.document.markdown_out import markdown
from shared.domain.errors import Rejected

from .chromium import Tab
from .contents import placeholders
from .page.house import House
from .page.outline import anchors, bookmarks
from .page.page import page
from .page.pictures import pictured
from .pdf import Finished, finish, pdf
from .pool import Pool

_NOBODYS = House()

log = structlog.get_logger()


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    deadline_s: float
    max_pages: int
    max_html_bytes: int


class Renditions(msgspec.Struct, frozen=True):
    files: dict[str, bytes]
    """By format."""
    pages: int
    """Of the PDF."""


async def renditions(document: Document, *, pool: Pool[Tab], bounds: Bounds, house: House = _NOBODYS) -> Renditions:
    """Make every rendition of the document.

    Raises:
        Rejected: there is no such theme, the accent is no colour, or the document is over one of the bounds.
        Crashed: its pages bring the browser down.
        TooSlow: they are not printed by the deadline.
        Unavailable: there is no browser at the moment.
    """
    began = time.perf_counter()
    document = await asyncio.to_thread(pictured, document)
    printed = await _printed(document, house, pool, bounds)
    # Last, because a reader who prints the HTML finds the same page numbers in it.
    html = await asyncio.to_thread(page, document, house=house, contents=printed.numbers)
    text = await asyncio.to_thread(markdown, document)
    files = {"pdf": printed.data, "html": html.encode(), "md": text.encode(), "json": encode(document)}
    log.info("render.done", pages=printed.pages, bytes=len(printed.data), seconds=round(time.perf_counter() - began, 3))
    return Renditions(files, printed.pages)


async def _printed(document: Document, house: House, pool: Pool[Tab], bounds: Bounds) -> Finished:
    contents = placeholders(anchors(document))
    first = await _print(document, house, contents, pool, bounds)
    named = partial(finish, meta=document.meta, max_pages=bounds.max_pages, bookmarks=bookmarks(document))
    finished = await asyncio.to_thread(named, first, contents=contents)
    if finished.filled:
        return finished
    log.info("contents.reprinted")
    second = await _print(document, house, finished.numbers, pool, bounds)
    again = await asyncio.to_thread(named, second, contents={})
    return msgspec.structs.replace(again, numbers=finished.numbers)


async def _print(document: Document, house: House, contents: dict[str, int], pool: Pool[Tab], bounds: Bounds) -> bytes:
    html = await asyncio.to_thread(page, document, house=house, contents=contents, fonts="system")
    size = len(html.encode())
    if size > bounds.max_html_bytes:
        message = (
            f"the report's page has {size:,} bytes and {bounds.max_html_bytes:,} are allowed "
            "(PRESSRUN_MAX_HTML_BYTES); shorten its tables and lists"
        )
        raise Rejected(message, code="document_too_large", details={"bytes": size, "limit": bounds.max_html_bytes})
    return await pool.run(lambda tab: pdf(tab, html), deadline_s=bounds.deadline_s)
