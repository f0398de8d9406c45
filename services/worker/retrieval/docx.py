"""Word documents to blocks: headings by their style, paragraphs, list items and table rows in order."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import docx
from docx.opc.exceptions import OpcError
from docx.table import Table
from docx.text.paragraph import Paragraph
from lxml.etree import LxmlError

from .content import Block, Contents, Unfit

MOST_UNPACKED = 200 * 1024 * 1024
MOST_ENTRIES = 5000
_RATIO = 300
"""Text packs to a tenth or so; what packs better than this is made to burst."""
_SMALL = 8 * 1024 * 1024
_LEVEL = re.compile(r"(\d)\s*$")


def read_docx(data: bytes) -> Contents:
    """The document's text, its body only: no notes, comments or running headers.

    Raises:
        Unfit: it is broken, or unpacks to more than is read.
    """
    _check_size(data)
    try:
        document = docx.Document(io.BytesIO(data))
        blocks = list(_blocks(document.iter_inner_content()))
        title = " ".join((document.core_properties.title or "").split())
    except (OpcError, LxmlError, zipfile.BadZipFile, ValueError, KeyError, AttributeError, OSError) as error:
        raise Unfit(
            "document_broken", f"the Word document is broken ({type(error).__name__}); save it again"
        ) from error
    if not blocks:
        raise Unfit("document_no_text", "the Word document has no text")
    return Contents(blocks=blocks, title=title)


def _check_size(data: bytes) -> None:
    """Before anything is unpacked: the archive's own list says how large it becomes, and unpacking stops there."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if any(entry.flag_bits & 1 for entry in entries):
                raise Unfit("document_encrypted", "the Word document is locked by a password; send it without one")
            unpacked = sum(entry.file_size for entry in entries)
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise Unfit("document_broken", "the Word document is no readable archive; save it again") from error
    bursts = unpacked > _SMALL and unpacked > _RATIO * len(data)
    if len(entries) > MOST_ENTRIES or unpacked > MOST_UNPACKED or bursts:
        raise Unfit("document_too_large", f"the Word document unpacks to {unpacked:,} bytes: that is not read")


def _blocks(parts: Iterator[Any]) -> Iterator[Block]:
    for part in parts:
        if isinstance(part, Paragraph):
            yield from _paragraph(part)
        elif isinstance(part, Table):
            yield from _table(part)


def _paragraph(part: Paragraph) -> Iterator[Block]:
    text = " ".join(part.text.split())
    if not text:
        return
    style = (part.style.name or "") if part.style is not None else ""
    if style == "Title":
        yield Block(kind="heading", text=text, level=1)
    elif style.startswith("Heading"):
        level = _LEVEL.search(style)
        yield Block(kind="heading", text=text, level=1 + (int(level[1]) if level else 1))
    elif style.startswith("List") or _is_listed(part):
        yield Block(kind="item", text=f"- {text}")
    else:
        yield Block(kind="paragraph", text=text)


def _is_listed(part: Paragraph) -> bool:
    properties = part._p.pPr  # noqa: SLF001 - numbering has no other door
    return properties is not None and properties.numPr is not None


def _table(table: Table) -> Iterator[Block]:
    for number, row in enumerate(table.rows, 1):
        cells: list[str] = []
        seen: list[Any] = []
        for cell in row.cells:
            if any(cell._tc is other for other in seen):  # noqa: SLF001 - a merged cell comes once for every column
                continue
            seen.append(cell._tc)  # noqa: SLF001
            cells.append(" ".join(cell.text.split()))
        if any(cells):
            yield Block(kind="row", text="| " + " | ".join(cells) + " |", row=number)
