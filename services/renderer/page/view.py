"""What the templates call while they write a document."""

from __future__ import annotations

import re
from collections.abc import Iterator

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from markupsafe import Markup

from services.renderer.page.charts import Drawing, draw
from services.renderer.page.code import marked
from services.renderer.page.hyphens import hyphenation
from services.renderer.page.inlines import inline
from services.renderer.page.outline import SOURCES, Entry, listed, outline
from shared.document.blocks import Block, Chart, Code, Document, Heading, Inline, Table
from shared.document.labels import labels
from shared.document.plain import allowed, text
from shared.document.tables import data_table, even

_FIGURE = re.compile(r"[^A-Za-z]{0,3}[\d.,\s\u2212\u2013+-]*\d[\d.,\s]*[^A-Za-z]{0,2}[A-Za-z]{0,3}\Z")
# Most columns, the class of the table, and how many letters fit into a line of it on paper.
_DENSE = ((14, "packed", 150), (9, "denser", 118), (6, "dense", 98), (-1, "", 84))
_BETWEEN = 3
_ENDLESS = 30
_LENGTHS = ((36, "short"), (80, "medium"), (160, "long"), (400, "longer"), (1500, "huge"))
_RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})


class View:
    """One document on its way to a page; figures and tables are numbered as they are asked for."""

    sources_anchor = SOURCES

    def __init__(self, document: Document, contents: dict[str, int], *, on_screen: bool) -> None:
        self.document = document
        self.on_screen = on_screen
        self.pages = contents
        self.words = labels(document.meta.language)
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
    def direction(self) -> str:
        return "rtl" if self.language.partition("-")[0].lower() in _RIGHT_TO_LEFT else "ltr"

    @property
    def date(self) -> str:
        """The day of the report as its language writes it."""
        tag = "en-GB" if self.language == "en" else self.language
        try:
            locale = Locale.parse(tag, sep="-")
        except (UnknownLocaleError, ValueError):
            locale = Locale("en", "GB")
        return format_date(self.document.meta.created_at, "long", locale=locale)

    @property
    def title_length(self) -> str:
        """The class by which a long title is set smaller, and always whole."""
        length = len(self.document.meta.title)
        return next((name for most, name in _LENGTHS if length <= most), "endless")

    def kind(self, block: Block) -> str:
        """Return the name of the macro that writes a block."""
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

    def table(self, table: Table) -> Table:
        return even(table)

    def density(self, table: Table) -> str:
        """Return the class by which a table of many columns is set smaller."""
        return _room(table)[0]

    def longest(self, table: Table) -> int:
        """Return how long a word may be in the table's cells; a longer one is broken anywhere."""
        room = _room(table)[1]
        columns = [[column.header, *(row[place] for row in table.rows)] for place, column in enumerate(table.columns)]
        needed = sum(min(max(map(_longest, cells)), _ENDLESS) + _BETWEEN for cells in columns)
        return _ENDLESS if needed <= room else room // len(columns) - _BETWEEN

    def breaks(self, cell: list[Inline], longest: int) -> bool:
        return _longest(cell) > longest

    def aligns(self, table: Table) -> list[str]:
        """Return how each column is aligned: figures to the right unless the column says otherwise."""
        return [
            "right" if column.align == "left" and _is_figures([row[place] for row in table.rows]) else column.align
            for place, column in enumerate(table.columns)
        ]

    def chart(self, chart: Chart) -> Drawing:
        """Draw the chart under the number of the figure it is."""
        return draw(chart, anchor=f"figure-{self._figures}", labels=self.words)

    def data(self, chart: Chart) -> Table:
        return data_table(chart, self.words.numerals)

    def markup(self, written: str) -> Markup:
        """Mark our own SVG as markup."""
        return Markup(written)  # noqa: S704 - the chart functions escape every text

    def code(self, code: Code) -> Markup:
        return marked(code)


def _room(table: Table) -> tuple[str, int]:
    return next((name, letters) for most, name, letters in _DENSE if len(table.columns) > most)


def _longest(cell: list[Inline]) -> int:
    return max(map(len, text(cell).split()), default=0)


def _is_figures(cells: list[list[Inline]]) -> bool:
    said = [written for cell in cells if (written := text(cell).strip())]
    return any(any(map(str.isdigit, each)) for each in said) and all(
        _FIGURE.match(each) or each in {"-", "\N{EN DASH}", "\N{EM DASH}"} for each in said
    )
