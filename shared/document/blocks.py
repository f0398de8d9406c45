"""The content of a report as a typed tree of blocks, before any page design.

One document gives every rendition (Markdown, HTML, PDF, JSON), so the same number cannot
differ between formats. Text is text: nothing in here is markup.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from shared.document.design import Design

Mark = Literal["strong", "emphasis", "code", "strike"]


class Text(msgspec.Struct, frozen=True, tag="text", omit_defaults=True):
    """A run of characters with the same marks."""

    text: str
    marks: list[Mark] = []
    href: str | None = None
    """An http, https or mailto link; any other scheme is refused when the text is made."""


class Cite(msgspec.Struct, frozen=True, tag="cite"):
    """A numbered reference to ``Document.sources``: the source's ``number``."""

    number: int


class Break(msgspec.Struct, frozen=True, tag="break"):
    """A forced line break inside a paragraph."""


Inline = Text | Cite | Break


class Heading(msgspec.Struct, frozen=True, tag="heading", omit_defaults=True):
    level: int
    """1 is a section of the report, 2 to 4 are below it. The title is not a heading."""
    content: list[Inline]
    numbered: bool = True
    """False at level 1: neither this section nor what is below it bears a number, like an executive summary."""


class Paragraph(msgspec.Struct, frozen=True, tag="paragraph"):
    content: list[Inline]


class Quote(msgspec.Struct, frozen=True, tag="quote", omit_defaults=True):
    blocks: list[Block]
    attribution: list[Inline] = []


class ListBlock(msgspec.Struct, frozen=True, tag="list", omit_defaults=True):
    items: list[list[Block]]
    ordered: bool = False
    start: int = 1


class Code(msgspec.Struct, frozen=True, tag="code", omit_defaults=True):
    text: str
    language: str = ""


class Rule(msgspec.Struct, frozen=True, tag="rule"):
    """A thematic break."""


class PageBreak(msgspec.Struct, frozen=True, tag="page-break"):
    """What follows starts on a new page; nothing in renditions without pages."""


class Callout(msgspec.Struct, frozen=True, tag="callout", omit_defaults=True):
    blocks: list[Block]
    tone: Literal["note", "info", "warning", "danger", "success"] = "note"
    title: str = ""


class Column(msgspec.Struct, frozen=True, omit_defaults=True):
    header: list[Inline]
    align: Literal["left", "center", "right"] = "left"


class Table(msgspec.Struct, frozen=True, tag="table", omit_defaults=True):
    columns: list[Column]
    rows: list[list[list[Inline]]]
    """Every row has one cell per column."""
    caption: str = ""
    note: str = ""
    """What was left out, or how the figures came about."""


class Tile(msgspec.Struct, frozen=True, omit_defaults=True):
    label: str
    value: str
    note: str = ""


class Tiles(msgspec.Struct, frozen=True, tag="tiles"):
    """Headline figures side by side."""

    tiles: list[Tile]


class Axis(msgspec.Struct, frozen=True, omit_defaults=True):
    label: str = ""
    unit: str = ""


class Series(msgspec.Struct, frozen=True):
    """``values[i]`` belongs to ``Chart.categories[i]``; None is a gap."""

    name: str
    values: list[float | None]


class Chart(msgspec.Struct, frozen=True, tag="chart", omit_defaults=True, kw_only=True):
    """Bars and lines over categories; a histogram's categories are its bins.

    bars       grouped vertical bars, one group per category
    bars-h     horizontal bars, for long category names
    lines      one line per series over the categories in order
    histogram  one series of counts, ``edges`` holds len(values) + 1 bin edges
    """

    kind: Literal["bars", "bars-h", "lines", "histogram"]
    title: str
    alt: str
    """What a reader who cannot see the chart needs to know."""
    series: list[Series]
    categories: list[str] = []
    edges: list[float] = []
    x: Axis = Axis()
    y: Axis = Axis()
    caption: str = ""
    show_data: bool = False
    """Print the figures as a table beside the chart."""


class Figure(msgspec.Struct, frozen=True, tag="figure", omit_defaults=True):
    """A picture. Only what is inside the document is shown: nothing is ever fetched."""

    src: str
    """A ``data:`` address of a PNG, JPEG, GIF, WebP or SVG picture; anything else shows only ``alt``."""
    alt: str
    """What a reader who cannot see the picture needs to know."""
    caption: str = ""


Block = Heading | Paragraph | Quote | ListBlock | Code | Rule | PageBreak | Callout | Table | Tiles | Chart | Figure


class Source(msgspec.Struct, frozen=True, omit_defaults=True):
    """One numbered origin of what the text claims."""

    number: int
    title: str
    excerpt: str = ""
    locator: str = ""
    """Where in the source: a section, a page, a line."""
    href: str | None = None


class Meta(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    title: str
    subtitle: str = ""
    author: str = ""
    language: str = "en"
    """A BCP 47 tag."""
    created_at: datetime
    template: str = ""
    report_id: str = ""
    notices: list[str] = []
    """Statements about how the report was made that a reader must see, such as that no model was used."""
    design: Design = Design()


class Document(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    meta: Meta
    blocks: list[Block]
    sources: list[Source] = []
    version: int = 1


def encode(document: Document) -> bytes:
    """The stored form: JSON in UTF-8."""
    return msgspec.json.encode(document)


def decode(data: bytes) -> Document:
    """Read the stored form.

    Raises:
        msgspec.ValidationError: it is not a document.
    """
    return msgspec.json.decode(data, type=Document)
