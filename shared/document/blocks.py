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


class Graphic(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What every drawing of figures has."""

    title: str
    alt: str
    """What a reader who cannot see it needs to know."""
    caption: str = ""
    show_data: bool = False
    """Print the figures as a table beside it."""


class Chart(Graphic, frozen=True, tag="chart", omit_defaults=True, kw_only=True):
    """Bars and lines over categories; a histogram's categories are its bins.

    bars       grouped vertical bars, one group per category
    bars-h     horizontal bars, for long category names
    stacked    vertical bars of one segment per series, negative ones below zero
    lines      one line per series over the categories in order
    area       series stacked upon one another over the categories in order; below zero is nothing
    histogram  counts over ``edges``, which are one more than the values; several series are laid over one another
    pareto     one series as bars, largest first, with the line of their cumulative share
    waterfall  one series of changes, each from where the one before ended; ``total`` names a closing bar
    dumbbell   two series as two dots per category and the way between them
    multiples  one small panel of bars per series, all on the same axes unless they are ``apart``
    """

    kind: Literal[
        "bars", "bars-h", "stacked", "lines", "area", "histogram", "pareto", "waterfall", "dumbbell", "multiples"
    ]
    series: list[Series]
    categories: list[str] = []
    edges: list[float] = []
    x: Axis = Axis()
    y: Axis = Axis()
    ordered: bool = False
    """The categories follow one another, like days: where there are many, some names say enough."""
    total: str = ""
    """Of a waterfall: the name of its closing bar."""
    apart: bool = False
    """Of multiples: each panel has its own vertical axis, since its series measures something else."""
    decimals: int | None = None
    """Digits behind the point that a value is written with at most; the value itself is kept as it is."""


class Points(msgspec.Struct, frozen=True):
    """``y[i]`` belongs to ``x[i]``; None is a gap. Long series are thinned when they are drawn."""

    name: str
    x: list[float]
    y: list[float | None]


class Guide(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line to compare with.

    horizontal  at ``at`` on the vertical axis
    vertical    at ``at`` on the horizontal axis
    identity    where both axes have the same value
    line        ``at`` at the horizontal zero, rising by ``slope``
    """

    kind: Literal["horizontal", "vertical", "identity", "line"]
    at: float = 0.0
    slope: float = 0.0
    label: str = ""


class Plot(Graphic, frozen=True, tag="plot", omit_defaults=True, kw_only=True):
    """Points on two axes of numbers: curves, steps or a scatter."""

    kind: Literal["lines", "steps", "scatter"] = "lines"
    series: list[Points]
    guides: list[Guide] = []
    x: Axis = Axis()
    y: Axis = Axis()
    x_range: tuple[float, float] | None = None
    """What the axis shows; None: what the points need."""
    y_range: tuple[float, float] | None = None
    log: list[Literal["x", "y"]] = []
    """Axes with powers of ten; what is not above zero has no place on them."""


class Matrix(Graphic, frozen=True, tag="matrix", omit_defaults=True, kw_only=True):
    """Values in rows and columns, each a cell that is darker the further its value is from zero."""

    rows: list[str]
    columns: list[str]
    values: list[list[float | None]]
    """One list per row."""
    details: list[list[str]] = []
    """A second line in each cell, such as the share of its row."""
    x: Axis = Axis()
    """What the columns are."""
    y: Axis = Axis()
    """What the rows are."""
    unit: str = ""
    diverging: bool = False
    """Cells below zero are hatched and of another colour; the darkest is the largest absolute value."""
    by_row: bool = False
    """The darkest cell of every row is as dark as that of any other: rows of very different size can be compared."""
    decimals: int | None = None
    """Digits behind the point that a value is written with at most; the value itself is kept as it is."""


class Interval(msgspec.Struct, frozen=True, omit_defaults=True):
    """A middle with its reach; with ``box`` the middle half, as in a box plot."""

    name: str
    middle: float | None
    low: float | None
    high: float | None
    box: tuple[float, float] | None = None
    outliers: list[float] = []


class Intervals(Graphic, frozen=True, tag="intervals", omit_defaults=True, kw_only=True):
    """Middles with their intervals, one row each."""

    rows: list[Interval]
    x: Axis = Axis()
    """What the rows are."""
    y: Axis = Axis()
    """What is measured."""
    guides: list[Guide] = []
    """Only vertical ones: a value to compare with."""


class Moments(msgspec.Struct, frozen=True):
    """``values[i]`` was at ``at[i]``, in order of time; None is a gap."""

    name: str
    at: list[datetime]
    values: list[float | None]


class Band(msgspec.Struct, frozen=True, omit_defaults=True):
    """A range of values with a meaning; None is without an end."""

    label: str
    low: float | None = None
    high: float | None = None
    tone: Literal["good", "warning", "bad"] = "warning"


class TimePlot(Graphic, frozen=True, tag="time-plot", omit_defaults=True, kw_only=True):
    """Lines over time, whose axis is UTC and says so."""

    series: list[Moments]
    y: Axis = Axis()
    bands: list[Band] = []
    guides: list[Guide] = []
    """Only horizontal ones: thresholds."""


class Bullet(msgspec.Struct, frozen=True, omit_defaults=True):
    """A value against its target and the ranges it may lie in."""

    name: str
    value: float | None
    target: float | None = None
    ranges: list[float] = []
    """Where each range ends, rising; the first begins at zero."""


class Bullets(Graphic, frozen=True, tag="bullets", omit_defaults=True, kw_only=True):
    """Values against targets, one row each with an axis of its own."""

    rows: list[Bullet]
    unit: str = ""


class Spell(msgspec.Struct, frozen=True, omit_defaults=True):
    """A time in one status; without an end it goes on."""

    status: str
    start: datetime
    end: datetime | None = None


class Lane(msgspec.Struct, frozen=True):
    name: str
    spells: list[Spell]


class Timeline(Graphic, frozen=True, tag="timeline", omit_defaults=True, kw_only=True):
    """What was in which status when, one lane each, on an axis of time in UTC."""

    lanes: list[Lane]
    until: datetime | None = None
    """Where the axis ends and what has no end is cut; None: at the last known moment."""


class Figure(msgspec.Struct, frozen=True, tag="figure", omit_defaults=True):
    """A picture. Only what is inside the document is shown: nothing is ever fetched."""

    src: str
    """A ``data:`` address of a PNG, JPEG, GIF, WebP or SVG picture; anything else shows only ``alt``."""
    alt: str
    """What a reader who cannot see the picture needs to know."""
    caption: str = ""


Drawable = Chart | Plot | Matrix | Intervals | TimePlot | Bullets | Timeline
"""Every kind of graphic."""

Block = (
    Heading
    | Paragraph
    | Quote
    | ListBlock
    | Code
    | Rule
    | PageBreak
    | Callout
    | Table
    | Tiles
    | Figure
    | Chart
    | Plot
    | Matrix
    | Intervals
    | TimePlot
    | Bullets
    | Timeline
)


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


class Number(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A figure that the document shows, for programs: exact, and with where it comes from."""

    id: str
    label: str
    value: float
    unit: str = ""
    text: str
    """As it is shown."""
    origin: str = ""


class Document(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    meta: Meta
    blocks: list[Block]
    sources: list[Source] = []
    numbers: list[Number] = []
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
