"""What the templates call while they write a document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from markupsafe import Markup

from services.renderer.page.charts import Drawing, draw
from services.renderer.page.code import marked
from services.renderer.page.directions import direction, mixed, own
from services.renderer.page.hyphens import hyphenation
from services.renderer.page.inlines import inline
from services.renderer.page.outline import SOURCES, Entry, listed, outline
from services.renderer.page.wide import Part, longest_word, parts
from shared.document.blocks import Block, Callout, Code, Document, Drawable, Figure, Graphic, Heading, Inline, Table
from shared.document.classes import classification
from shared.document.data import data_table
from shared.document.labels import labels
from shared.document.pictures import picture
from shared.document.plain import allowed, text, texts
from shared.document.tables import even

_FIGURE = re.compile(r"[\W_]{0,3}[\d.,\s\u2212\u2013+-]*\d[\d.,\s]*[^A-Za-z]{0,2}[A-Za-z]{0,3}\Z")
_SHORT = 1200
_LENGTHS = ((36, "short"), (80, "medium"), (160, "long"), (400, "longer"), (1500, "huge"))


def day(moment: datetime, language: str) -> str:
    """Return a date as a language writes it; as in England where it is not known."""
    try:
        locale = Locale.parse("en-GB" if language == "en" else language, sep="-")
    except (UnknownLocaleError, ValueError):
        locale = Locale("en", "GB")
    return format_date(moment, "long", locale=locale)


class View:
    """One document on its way to a page; figures and tables are numbered as they are asked for."""

    sources_anchor = SOURCES

    def __init__(self, document: Document, contents: dict[str, int], *, used: Iterable[str], on_screen: bool) -> None:
        """
        Args:
            used: every character of the document.
        """
        self.document = document
        self._mixed = mixed(used)
        self.on_screen = on_screen
        self.pages = contents
        self.words = labels(document.meta.language)
        self.direction = own(self.language)
        self.entries = outline(document)
        self.listed = listed(self.entries)
        self.soft = hyphenation(self.language)
        self._headings: Iterator[Entry] = iter(self.entries)
        self._known = {source.number for source in document.sources}
        self._figures = 0
        self._tables = 0

    @property
    def language(self) -> str:
        """The document's language tag, or English where it is none."""
        tag = self.document.meta.language
        return tag if re.fullmatch(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*", tag) else "en"

    @property
    def classification(self) -> str:
        return classification(self.document.meta.design.classification, self.language)

    @property
    def watermark(self) -> str:
        """What lies across a screen; on paper the finished file bears it."""
        return self.document.meta.design.watermark if self.on_screen else ""

    @property
    def summary(self) -> list[Block]:
        """The section without a number that the report opens with, if it does."""
        blocks = self.document.blocks
        if not (blocks and isinstance(blocks[0], Heading) and not blocks[0].numbered):
            return []
        ends = (at for at, block in enumerate(blocks) if at and isinstance(block, Heading) and block.level <= 1)
        return blocks[: next(ends, len(blocks))]

    def dir(self, said: str) -> Markup:
        """Return the attribute of a block that runs against the document."""
        way = direction(said) if self._mixed else None
        return Markup("") if way in {None, self.direction} else Markup(f' dir="{way}"')  # noqa: S704 - ltr or rtl

    def first(self, blocks: Iterable[Block]) -> str:
        """Return the first words of blocks: they tell which way a list or a quote runs."""
        return next((said for said in texts(blocks) if said.strip()), "")

    @property
    def date(self) -> str:
        """The day of the report as its language writes it."""
        return day(self.document.meta.created_at, self.language)

    @property
    def title_length(self) -> str:
        """The class by which a long title is set smaller, and always whole."""
        length = len(self.document.meta.title)
        return next((name for most, name in _LENGTHS if length <= most), "endless")

    def kind(self, block: Block) -> str:
        """Return the name of the macro that writes a block."""
        if isinstance(block, Graphic):
            return "chart"
        return str(block.__struct_config__.tag).replace("-", "_")

    def entry(self, heading: Heading) -> Entry:
        """Return the next heading of the outline; blocks are written in its order."""
        entry = next(self._headings)
        assert entry.heading is heading  # noqa: S101
        return entry

    def inline(self, content: list[Inline]) -> Markup:
        """Write a line of text with its marks, links and citations."""
        return inline(content, self._known, self.soft)

    def href(self, href: str | None) -> str | None:
        return href if allowed(href) else None

    def figure(self) -> str:
        """Return the name of the next figure."""
        self._figures += 1
        return f"{self.words.figure} {self._figures}"

    def captioned(self) -> str:
        """Return the name of the next table with a caption."""
        self._tables += 1
        return f"{self.words.table} {self._tables}"

    def parts(self, table: Table) -> list[Part]:
        """Return what stands below each other of a table that is too wide for a page."""
        return parts(even(table))

    def breaks(self, cell: list[Inline], longest: int) -> bool:
        return longest_word(cell) > longest

    def aligns(self, table: Table) -> list[str]:
        """Return how each column is aligned: figures to the right unless the column says otherwise."""
        return [
            "right" if column.align == "left" and _is_figures([row[place] for row in table.rows]) else column.align
            for place, column in enumerate(table.columns)
        ]

    def is_short(self, given: Callout) -> bool:
        """Tell whether a callout is kept on one page; a long one would leave half of the page before it empty."""
        return sum(map(len, texts(given.blocks))) <= _SHORT

    def picture(self, given: Figure) -> str | None:
        """Return the address of a picture that can be shown."""
        return given.src if picture(given.src) else None

    def chart(self, graphic: Drawable) -> Drawing:
        """Draw the chart under the number of the figure it is."""
        return draw(graphic, anchor=f"figure-{self._figures}", labels=self.words)

    def data(self, graphic: Drawable) -> Table:
        return data_table(graphic, self.words)

    def markup(self, written: str) -> Markup:
        """Mark our own SVG as markup."""
        return Markup(written)  # noqa: S704 - the chart functions escape every text

    def code(self, code: Code) -> Markup:
        return marked(code)


def _is_figures(cells: list[list[Inline]]) -> bool:
    said = [written for cell in cells if (written := text(cell).strip())]
    return any(any(map(str.isdigit, each)) for each in said) and all(
        _FIGURE.match(each) or each in {"-", "\N{EN DASH}", "\N{EM DASH}"} for each in said
    )
