"""Documents that are text of some kind, to blocks."""

from __future__ import annotations

import msgspec

from services.worker.reading import layout
from shared.domain.context import SourceText

from .content import Ask, Block, Contents
from .decode import decode


def read_text(ask: Ask, data: bytes) -> Contents:
    """Plain text, Markdown, HTML, CSV or JSON.

    Raises:
        Unfit: it is not text, or broken.
    """
    text = decode(data)
    if ask.kind == "json":
        from .tables import read_json

        return read_json(text, most_rows=ask.most_rows)
    notices = []
    if len(text) > ask.most_characters and ask.kind != "csv":
        notices = [f"Only the first {ask.most_characters:,} of {len(text):,} characters were read."]
        text = text[: ask.most_characters]
    found = _read(ask, text)
    return msgspec.structs.replace(found, notices=[*notices, *found.notices])


def _read(ask: Ask, text: str) -> Contents:
    if ask.kind == "html":
        from .html import read_html

        return read_html(text)
    if ask.kind == "csv":
        from .tables import read_csv

        return read_csv(text, most_rows=ask.most_rows)
    source = SourceText(number=1, title="", kind="markdown" if ask.kind == "markdown" else "text", text=text)
    pieces = layout.pieces(source)
    title = pieces[0].text if pieces and pieces[0].kind == "heading" else ""
    return Contents(blocks=[Block(kind=one.kind, text=one.text, level=one.level) for one in pieces], title=title)
