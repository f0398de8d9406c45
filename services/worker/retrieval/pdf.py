"""PDF to blocks: page by page, with the bookmarks as headings."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pypdfium2
from pypdfium2 import PdfiumError

from .content import Block, Contents, Unfit

_SAME = 0.6
"""A first or last line that so many pages share is a running header or footer."""
_LEAST_PAGES = 4
_HYPHEN = re.compile("(\\w)(?:[-\u00ad]\n|\ufffe)(\\w)")
"""A word divided at a line's end; PDFium marks most of them itself."""
_DIGITS = re.compile(r"\d+")
_ENDED = re.compile(r"[.!?:;。！？][)\]\"'”’»]*$")
_ITEM = re.compile(r"\s*(?:[-*•–▪]|\(?\d{1,2}[.)]|\(?[a-z]\))\s+\S")
_MOST_PAGES = 3000


def read_pdf(data: bytes, *, deadline: float) -> Contents:
    """The pages' text.

    Args:
        deadline: ``time.monotonic`` after which the remaining pages are left out.

    Raises:
        Unfit: it is broken, locked by a password, or has no text.
    """
    try:
        document = pypdfium2.PdfDocument(data)
        total = len(document)
        pages = list(_pages(document, min(total, _MOST_PAGES), deadline))
        outline = _outline(document)
        title = " ".join(document.get_metadata_dict().get("Title", "").split())
    except PdfiumError as error:
        if "password" in str(error).lower():
            raise Unfit("document_encrypted", "the PDF is locked by a password; send it without one") from error
        raise Unfit("document_broken", "the PDF is broken; print it to PDF again") from error
    if not any(text.strip() for text in pages):
        raise Unfit("document_no_text", "the PDF has no text: it may be a scan; send it with recognised text")
    return Contents(blocks=list(_blocks(pages, outline)), title=title, pages=total, notices=_notices(pages, total))


def _notices(pages: list[str], total: int) -> list[str]:
    said = []
    if len(pages) < total:
        said.append(f"Only the first {len(pages):,} of {total:,} pages were read.")
    if empty := sum(1 for text in pages if not text.strip()):
        said.append(f"{empty:,} of {len(pages):,} pages have no text.")
    return said


def _pages(document: Any, count: int, deadline: float) -> Iterator[str]:
    for number in range(count):
        page = document[number]
        text = page.get_textpage()
        yield text.get_text_range().replace("\r\n", "\n").replace("\r", "\n")
        text.close()
        page.close()
        if time.monotonic() > deadline:
            return


def _outline(document: Any) -> dict[int, list[tuple[int, str]]]:
    """Bookmarks by page, from 1: (level, title)."""
    found: dict[int, list[tuple[int, str]]] = {}
    for entry in document.get_toc(max_depth=6):
        target = entry.get_dest()
        page = target.get_index() if target is not None else None
        title = " ".join(entry.get_title().split())
        if page is not None and title:
            found.setdefault(page + 1, []).append((entry.level + 1, title))
    return found


def _blocks(pages: list[str], outline: dict[int, list[tuple[int, str]]]) -> Iterator[Block]:
    running = _running(pages)
    for number, text in enumerate(pages, 1):
        for level, title in outline.get(number, ()):
            yield Block(kind="heading", text=_as_printed(title, text), level=level, page=number)
        lines = text.split("\n")
        kept = [line for place, line in enumerate(lines) if not (_edge(place, len(lines)) and _shape(line) in running)]
        for paragraph in _paragraphs(_HYPHEN.sub(r"\1\2", "\n".join(kept))):
            yield Block(kind="item" if _ITEM.match(paragraph) else "paragraph", text=paragraph, page=number)


def _as_printed(title: str, text: str) -> str:
    """A bookmark's words as they stand on its page: browsers lose the spaces where a heading's parts meet."""
    letters = "".join(title.split())
    found = re.search(r"\s*".join(map(re.escape, letters)), text) if len(letters) <= 200 else None
    return " ".join(found[0].split()) if found else title


def _edge(place: int, lines: int) -> bool:
    depth = 2 if lines >= 8 else 1
    return place < depth or place >= lines - depth


def _shape(line: str) -> str:
    return _DIGITS.sub("#", " ".join(line.split()))


def _running(pages: list[str]) -> frozenset[str]:
    """Lines at the edges of most pages, numbers aside."""
    if len(pages) < _LEAST_PAGES:
        return frozenset()
    seen: Counter[str] = Counter()
    for text in pages:
        lines = text.split("\n")
        seen.update({_shape(line) for place, line in enumerate(lines) if _edge(place, len(lines)) and line.strip()})
    return frozenset(shape for shape, count in seen.items() if count >= _SAME * len(pages))


def _paragraphs(text: str) -> Iterator[str]:
    """Lines joined: up to a blank line, a list item, or a short line that ends a sentence."""
    lines = text.split("\n")
    usual = sorted(len(line) for line in lines if line.strip())
    full = 0.75 * usual[int(len(usual) * 0.8)] if usual else 0
    held: list[str] = []
    for line in lines:
        ends = bool(held) and len(held[-1]) < full and _ENDED.search(held[-1].rstrip()) is not None
        if held and (not line.strip() or ends or _ITEM.match(line)):
            yield " ".join(" ".join(held).split())
            held = []
        if line.strip():
            held.append(line)
    if held:
        yield " ".join(" ".join(held).split())
