"""The page: its structure, and that no text of a document is ever more than text."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings

from services.renderer.page import anchors, page
from shared.document.blocks import (
    Block,
    Callout,
    Chart,
    Cite,
    Code,
    Column,
    Document,
    Figure,
    Heading,
    Meta,
    PageBreak,
    Paragraph,
    Quote,
    Rule,
    Series,
    Source,
    Table,
    Text,
    Tile,
    Tiles,
)
from shared.document.design import THEMES, Design
from shared.document.plain import allowed, clean, texts
from shared.domain.errors import Rejected
from tests.unit.document import strategies as any_
from tests.unit.page.sample import sample_document

VOID = {"meta", "br", "hr", "img", "input", "link"}
KNOWN = {
    "html", "head", "meta", "title", "style", "body", "header", "div", "p", "h1", "h2", "h3", "h4", "h5", "aside", "span",
    "time", "nav", "ol", "ul", "li", "a", "main", "section", "figure", "figcaption", "table", "thead", "tbody", "tr", "th",
    "td", "dl", "dt", "dd", "blockquote", "footer", "pre", "code", "hr", "br", "sup", "strong", "em", "s", "details",
    "summary", "img", "svg", "g", "rect", "line", "path", "circle", "text", "desc",
}  # fmt: skip


class Read(HTMLParser):
    """A page taken apart: which elements, which attributes, which text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.style = self.said = ""
        self.unbalanced: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.unbalanced.append(tag)

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "style":
            self.style += data
        else:
            self.said += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def made(*content: Block, sources: tuple[Source, ...] = (), contents: dict[str, int] | None = None, **meta: Any) -> str:
    told: dict[str, Any] = {"title": "T", "created_at": datetime(2026, 5, 4, tzinfo=UTC)} | meta
    whole = Document(meta=Meta(**told), blocks=list(content), sources=list(sources))
    return page(whole, contents=contents, fonts="system")


def test_every_kind_of_block_is_on_the_page():
    """The sample has them all, and each has its element."""
    read = Read(page(sample_document()))
    for tag in (
        "h1",
        "h2",
        "h3",
        "h4",
        "p",
        "ol",
        "ul",
        "table",
        "figure",
        "svg",
        "dl",
        "aside",
        "blockquote",
        "pre",
        "sup",
    ):
        assert read.all(tag), tag
    assert not read.unbalanced
    assert not read.open


def test_the_page_needs_nothing_and_runs_nothing():
    """No script, no handler, nothing to load; and the policy says so to the browser."""
    html = page(sample_document())
    read = Read(html)
    assert {tag for tag, _ in read.elements} <= KNOWN
    assert not re.search(r"url\((?!data:)|@import", read.style)
    for tag, attributes in read.elements:
        assert not [name for name in attributes if name.startswith("on") or name in {"style", "srcset"}], tag
        assert str(attributes.get("src", "data:image/")).startswith("data:image/"), tag
    policy = next(each["content"] for each in read.all("meta") if each.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy


def test_the_cover_says_what_who_when_and_how():
    """Title, subtitle, author, date in the language's way, template, id, and every notice."""
    html = made(
        title="Ertrag", subtitle="im Norden", author="A. Name", language="de", template="Analyse", report_id="rpt-1",
        notices=["Ohne Modell."],
    )  # fmt: skip
    cover = html.partition("<header")[2].partition("</header>")[0]
    for said in ("Ertrag", "im Norden", "A. Name", "4. Mai 2026", "Analyse", "rpt-1", "Hinweis", "Ohne Modell."):
        assert said in cover
    assert '<html lang="de" dir="ltr">' in html
    assert "<title>Ertrag</title>" in html


def test_sections_are_numbered_and_listed():
    """Numbers follow the headings' levels, and the contents lead to each."""
    html = made(
        Heading(1, [Text("One")]), Heading(2, [Text("Two")]), Heading(3, [Text("Three")]), Heading(1, [Text("Four")]),
    )  # fmt: skip
    assert re.findall(r'<h(\d) id="([^"]+)"><span class="number">([^<]+)', html) == [
        ("2", "section-1", "1"), ("3", "section-1-1", "1.1"), ("4", "section-1-1-1", "1.1.1"), ("2", "section-2", "2"),
    ]  # fmt: skip
    assert re.findall(r'<a href="#([^"]+)"><span class="number">', html) == ["section-1", "section-1-1", "section-2"]


def test_levels_without_a_parent_are_raised():
    """A report that starts below a section still has a section 1."""
    whole = Document(
        meta=Meta(title="T", created_at=datetime(2026, 5, 4, tzinfo=UTC)),
        blocks=[Heading(3, [Text("a")]), Heading(4, [Text("b"), Cite(1)]), Heading(1, [Text("c")])],
        sources=[Source(1, "S")],
    )
    assert anchors(whole) == [
        ("section-1", 1, "a"), ("section-1-1", 2, "b[1]"), ("section-2", 1, "c"), ("sources", 1, "Sources"),
    ]  # fmt: skip


def test_page_numbers_are_written_where_they_are_known():
    """A first print has none; the second differs by nothing but them."""
    headings = (Heading(1, [Text("One")]), Heading(1, [Text("Two")]))
    without, with_ = made(*headings), made(*headings, contents={"section-1": 3, "section-2": 12})
    assert re.findall(r'<span class="page">(\d*)</span>', with_) == ["3", "12"]
    assert re.sub(r'<span class="page">\d+', '<span class="page">', with_) == without


def test_citations_lead_to_their_sources():
    """Neighbours share a superscript; a number without a source leads nowhere."""
    html = made(Paragraph([Text("a"), Cite(1), Cite(2), Text(" b"), Cite(9)]), sources=(Source(1, "S"), Source(2, "R")))
    assert '<sup class="cite"><a href="#source-1">1</a>, <a href="#source-2">2</a></sup>' in html
    assert '<sup class="cite">9</sup>' in html
    assert 'id="source-1"' in html


def test_figures_stand_right_in_their_columns():
    """A column of figures is aligned by its right edge unless it says otherwise."""
    rows = [
        [[Text("North")], [Text("1,204.5 kg")], [Text("\N{MINUS SIGN}3")]],
        [[Text("South 2")], [Text("–")], [Text("12 %")]],
    ]
    html = made(Table([Column([Text("Region")]), Column([Text("Mass")]), Column([Text("Change")], "center")], rows))
    assert re.findall(r'<th scope="col" class="([^"]*)"', html) == ["left", "right", "center"]


def test_an_uneven_table_loses_no_cell():
    """Rows that are too long widen the table."""
    html = made(Table([Column([Text("a")])], [[[Text("1")], [Text("extra")]], []]))
    assert "extra" in html
    assert html.count("<td") == 4


def test_a_chart_that_cannot_say_all_prints_its_data():
    """Shortened names bring the table along; otherwise it is there on a screen only."""
    short = Chart(kind="bars", title="C", alt="A", categories=["a"], series=[Series("s", [1])])
    long = Chart(kind="bars-h", title="C", alt="A", categories=["word " * 80], series=[Series("s", [1])])
    assert "<table" not in made(short)
    assert "word " * 79 in made(long)
    whole = Document(meta=Meta(title="T", created_at=datetime(2026, 5, 4, tzinfo=UTC)), blocks=[short])
    assert '<details class="data">' in page(whole)


def test_figures_and_captioned_tables_are_counted():
    """Each kind has its own numbers."""
    chart = Chart(kind="bars", title="C", alt="A", categories=["a"], series=[Series("s", [1])])
    html = made(chart, Table([Column([Text("a")])], [], caption="K"), chart, Table([Column([Text("a")])], []))
    assert re.findall(r'<span class="label">([^<]+)', html) == ["Figure 1", "Table 1", "Figure 2"]
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))


def test_code_is_marked_and_never_markup():
    """A known language has its words marked, an unknown one is plain, and both are escaped."""
    html = made(Code("x = '</code><script>'", "python"), Code("<script>", "nonesuch"))
    assert "k-s1" in html
    assert "<script>" not in html


def test_long_titles_are_smaller_and_whole():
    """Ten thousand letters are on the cover, if small; the running header is shortened."""
    html = made(title="Wort" * 2500)
    assert '<h1 class="endless">' in html
    assert "Wort" * 2500 in html.replace("\u00ad", "")
    assert "Wort" * 30 not in html.partition("<style>")[2].partition("</style>")[0]


def test_long_words_may_break_by_their_language():
    """German words get soft hyphens in text, and never in code."""
    html = made(
        Paragraph([Text("Rechtsschutzversicherung "), Text("Rechtsschutzversicherung", ["code"])]), language="de"
    )
    assert "<code>Rechtsschutzversicherung</code>" in html
    assert "Rechts\u00adschutz\u00adver" in html


@pytest.mark.parametrize("language", ["", "xx-nonsense", 'en"><script>', "zh-Hans", "ar", "de_DE", "x" * 5000])
def test_any_language_tag_makes_a_page(language: str):
    """An unknown one is labelled in English, a right-to-left one runs that way."""
    html = made(Heading(1, [Text("A")]), language=language)
    tag, direction = re.findall(r'<html lang="([A-Za-z0-9-]+)" dir="(ltr|rtl)">', html)[0]
    assert (direction == "rtl") == (tag == "ar")


def test_an_unknown_theme_is_refused_by_name():
    """The message says which there are; no path leaves the folder of themes."""
    for theme in ("nonesuch", "../pressrun", "pressrun/../plain"):
        with pytest.raises(Rejected, match="there is pressrun, broadsheet, plain"):
            made(design=Design(theme=theme))


def test_characters_that_no_font_has_are_written_by_number():
    """An empty box says nothing; a code point can be looked up."""
    assert "sign [U+13000] here" in made(Paragraph([Text("sign \U00013000 here")]))


@pytest.mark.parametrize("hostile", any_.HOSTILE)
def test_hostile_text_is_text_in_every_field(hostile: str):
    """Whatever a field holds, the page has the same elements as with harmless text."""
    harmless = "http://harmless.example/" if allowed(hostile) else "harmless"
    assert _shape(_everywhere(hostile)) == _shape(_everywhere(harmless))
    read = Read(page(_everywhere(hostile), fonts="system"))
    assert not read.unbalanced
    assert "".join(clean(hostile).split()) in "".join(read.said.split()).replace("\u00ad", "")
    assert not set(page(_everywhere(hostile))) & set("\x00\x07\x1b\u202e\ud800")


@pytest.mark.parametrize("theme", THEMES)
def test_hostile_text_cannot_leave_the_strings_of_the_stylesheet(theme: str):
    """What is in margin boxes are CSS strings of letters and escapes only, and the rest is the same for any text."""
    harmless = _margins(theme, "harmless")
    for hostile in any_.HOSTILE:
        style = _margins(theme, hostile)
        strings = re.findall(r'content: ("[^"]*")(?: counter|;)', style)
        assert len(strings) >= 3
        assert all(re.fullmatch(r'"(?:[A-Za-z0-9]|\\[0-9A-F]+ )*"', each) for each in strings)
        assert re.sub(r'"[^"]*"', '""', style) == re.sub(r'"[^"]*"', '""', harmless)


def _margins(theme: str, text: str) -> str:
    design = Design(theme=theme, classification=text, watermark=text)
    style = Read(made(title=text, author=text, design=design)).style
    return style[style.rindex("@page {") :]


@settings(max_examples=40, deadline=None)
@given(any_.documents)
def test_any_document_makes_a_sound_page_with_all_its_text(whole: Document):
    """Balanced elements, unique ids, no bad link, and every word."""
    html = page(whole, fonts="system")
    read = Read(html)
    assert not read.unbalanced
    assert {tag for tag, _ in read.elements} <= KNOWN
    for link in read.all("a"):
        assert str(link["href"]).startswith(("#", "http://", "https://", "mailto:"))
    ids = [attributes["id"] for _, attributes in read.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    said = _comparable(re.sub(r"\[U\+[0-9A-F]+\]", "", read.said))
    for text in texts(
        block for block in whole.blocks if isinstance(block, Paragraph | Heading | Code) and not _cites(block)
    ):
        assert _comparable(text) in said


def _everywhere(text: str) -> Document:
    content: list[Any] = [Text(text, ["strong"], text), Text(text, ["code"])]
    return Document(
        meta=Meta(
            title=text, subtitle=text, author=text, template=text, report_id=text, notices=[text],
            design=Design(classification=text, watermark=text),
            created_at=datetime(2026, 5, 4, tzinfo=UTC),
        ),
        blocks=[
            Heading(1, content), Paragraph(content), Quote([Paragraph(content)], content), Code(text, text), Rule(),
            PageBreak(), Callout([Paragraph(content)], "info", text), Figure(text, text, text), Figure(any_.PICTURES[0], text, text), Tiles([Tile("l" + text, "1", "n" + text)]),
            Table([Column(content)], [[content]], caption="c" + text, note="n" + text),
            *(
                Chart(
                    kind=kind, title=text, alt=text, categories=["c" + text], series=[Series("s" + text, [1])] * 2,
                    caption="c" + text, show_data=True,
                )
                for kind in ("bars", "bars-h", "lines")
            ),
        ],
        sources=[Source(1, "t" + text, "e" + text, "l" + text, text)],
    )  # fmt: skip


def _shape(document: Document) -> list[str]:
    """The elements of the page, but for those that break a text into lines or mark code."""
    charts = re.sub(r"<svg.*?</svg>", "<svg></svg>", page(document, fonts="system"), flags=re.DOTALL)
    return [tag for tag, attributes in Read(charts).elements if not str(attributes.get("class", "")).startswith("k-")]


def _cites(block: Block) -> bool:
    return any(isinstance(part, Cite) for part in getattr(block, "content", []))


def _comparable(text: str) -> str:
    """The text without what a page may write otherwise: white space, and characters that no font has."""
    return "".join(each for each in clean(text) if not each.isspace() and each.isascii())
