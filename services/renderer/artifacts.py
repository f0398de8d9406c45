"""What is on a page and no part of the report: running heads, rules, grounds, a watermark.

Chromium tags the report's own content and leaves the rest bare. PDF has a name for the rest, artifact,
so that a reader's program knows what not to read aloud.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pikepdf import Array, Dictionary, Name, Object, Page, Pdf

from .watermark import Mark, Outline

# In Chromium's own writing: marked content begins and ends on lines of its own.
_MARKS = re.compile(rb"^(?:/[^\n]*B[DM]C|EMC)(?:\n|\Z)", re.MULTILINE)
_PAINTS = re.compile(rb"(?:\A|\n)BT\n|(?:\A|\s)(?:f\*?|S|s|B\*?|b\*?|sh|Do)(?:\n|\Z)")
_OPACITY = 0.1
_OPACITY_ON_DARK = 0.16


def mark(book: Pdf) -> None:
    """Mark as artifacts whatever no tag is around."""
    for page in book.pages:
        content = page.obj.Contents
        if not isinstance(content, Array):
            page.obj.Contents = book.make_stream(b"".join(_marked(content.read_bytes())))


def stamp(book: Pdf, drawn: Outline, *, dark_cover: bool) -> None:
    """Lay a watermark across every page, drawn rather than written: it is no text of the report."""
    forms: dict[tuple[float, float, bool], Object] = {}
    for number, page in enumerate(book.pages):
        width, height = float(page.mediabox[2]), float(page.mediabox[3])
        kind = (width, height, dark_cover and number == 0)
        if kind not in forms:
            forms[kind] = _form(book, drawn.across(width, height), on_dark=kind[2])
        name = page.add_resource(forms[kind], Name.XObject, Name.PressrunMark)
        _surround(page, b"/Artifact <</Type /Pagination /Subtype /Watermark>> BDC\n" + bytes(name) + b" Do\nEMC\n")


def _marked(content: bytes) -> Iterator[bytes]:
    depth = end = 0
    for found in _MARKS.finditer(content):
        between = content[end : found.start()]
        yield _artifact(between) if depth == 0 else between
        yield found[0] if found[0].endswith(b"\n") else found[0] + b"\n"
        depth += -1 if found[0].startswith(b"EMC") else 1
        end = found.end()
    rest = content[end:]
    yield _artifact(rest) if depth == 0 else rest


def _artifact(content: bytes) -> bytes:
    if not _PAINTS.search(content):
        return content
    return b"/Artifact BMC\n" + content.removesuffix(b"\n") + b"\nEMC\n"


def _form(book: Pdf, drawn: Mark, *, on_dark: bool) -> Object:
    opacity = _OPACITY_ON_DARK if on_dark else _OPACITY
    state = Dictionary(Type=Name.ExtGState, ca=opacity, CA=opacity)
    return book.make_stream(
        b"/Pale gs\n" + (b"1 g\n" if on_dark else b"0 g\n") + drawn.path + b"f\n",
        Type=Name.XObject,
        Subtype=Name.Form,
        BBox=Array([0, 0, *drawn.size]),
        Group=Dictionary(Type=Name.Group, S=Name.Transparency),
        Resources=Dictionary(ExtGState=Dictionary(Pale=state)),
    )


def _surround(page: Page, more: bytes) -> None:
    page.contents_add(b"q\n", prepend=True)
    page.contents_add(b"Q\n" + more)
