"""Markdown out: it reads as the document, and nothing in the document's text is markup."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from markdown_it import MarkdownIt

from shared.document.blocks import (
    Block,
    Break,
    Chart,
    Cite,
    Code,
    Column,
    Document,
    Figure,
    Heading,
    Inline,
    ListBlock,
    Meta,
    Paragraph,
    Quote,
    Rule,
    Series,
    Source,
    Table,
    Text,
)
from shared.document.design import Design
from shared.document.markdown_in import blocks
from shared.document.markdown_out import markdown
from shared.document.plain import allowed, clean, texts
from tests.unit.document import strategies as any_


def document(*content: Block, **meta: object) -> Document:
    told = {"title": "T", "created_at": datetime(2026, 5, 4, tzinfo=UTC)} | meta
    return Document(meta=Meta(**told), blocks=list(content))


def written(*content: Block) -> str:
    """The Markdown of the blocks without the document's head."""
    return markdown(document(*content)).partition("2026-05-04")[2].strip("\n")


def shown(text: str) -> str:
    return " ".join(clean(text).split())


@settings(max_examples=100, deadline=None)
@given(any_.inline)
def test_a_paragraph_reads_back_as_the_same_inlines(content: list[Inline]):
    """Marks, links and text survive a round trip through CommonMark, whatever touches what."""
    expected = " ".join(shown("".join(_said(part) for part in content)).split())
    read = blocks(written(Paragraph(content)))
    assert " ".join(" ".join(texts(read)).split()) == expected
    assert all(isinstance(block, Paragraph) for block in read)
    assert _looks([part for block in read for part in block.content]) == _looks(content)


@settings(max_examples=60, deadline=None)
@given(any_.documents)
def test_every_text_of_a_document_reads_back(whole: Document):
    """Every block's text is in the Markdown's text, as text."""
    read = "".join(" ".join(texts(blocks(markdown(whole)))).split())
    for said in texts(whole.blocks):
        assert "".join(clean(said).split()) in read


@settings(max_examples=60, deadline=None)
@given(any_.documents)
def test_nothing_in_a_document_becomes_html_an_image_or_a_bad_link(whole: Document):
    """Rendered with raw HTML allowed, the Markdown yields none, and no link but the allowed ones."""
    parser = MarkdownIt("commonmark", {"html": True, "maxNesting": 100}).enable(["table", "strikethrough"])
    for token in (each for top in parser.parse(markdown(whole)) for each in [top, *(top.children or [])]):
        assert token.type not in {"html_block", "html_inline"}
        assert token.type != "image" or str(token.attrs["src"]).startswith("data:image/")
        if token.type == "link_open":
            assert str(token.attrs["href"]).startswith(("http://", "https://", "mailto:"))


@pytest.mark.parametrize("hostile", any_.HOSTILE)
def test_hostile_text_in_a_heading_stays_on_its_line(hostile: str):
    """A heading's text cannot start another block."""
    read = blocks(written(Heading(1, [Text(hostile)]), Paragraph([Text("after")])))
    assert [type(block) for block in read][-1] is Paragraph
    assert len(read) <= 2


def test_letters_beside_a_delimiter_do_not_break_it():
    """Strong text that ends in punctuation may touch a letter, as in Chinese or a compound."""
    content: list[Inline] = [Text("中文"), Text("「强调」", ["strong"]), Text("后"), Text("x", ["emphasis"]), Text("y")]
    assert blocks(written(Paragraph(content))) == [Paragraph(content)]


def test_blocks_read_back_as_they_were():
    """Quotes, nested lists, code with backticks, tables with pipes and rules are the same again."""
    content: list[Block] = [
        Heading(1, [Text("Yield "), Text("C#", ["code"]), Text(" #")]),
        Quote([Paragraph([Text("1. not a list")]), Code("```\nx", "python")]),
        ListBlock(
            [
                [Paragraph([Text("a")]), ListBlock([[Paragraph([Text("b")])]], ordered=True, start=3)],
                [Paragraph([Text("c")])],
            ]
        ),
        ListBlock([[Paragraph([Text("another list")])]]),
        Rule(),
        Table([Column([Text("a|b")]), Column([Text("n")], "right")], [[[Text("x|y", ["code"])], [Text("\\|")]]]),
        Paragraph([Text("line"), Break(), Text("- next")]),
    ]
    assert blocks(written(*content)) == [*content]


def test_sources_are_numbered_and_linked():
    """A citation is a number, and the list of sources has its title, place, link and excerpt."""
    source = Source(7, "A *survey*", excerpt="It rose.", locator="p. 4", href="https://a.example/b")
    whole = Document(
        meta=Meta(title="T", created_at=datetime(2026, 5, 4, tzinfo=UTC)),
        blocks=[Paragraph([Text("It rose"), Cite(7)])],
        sources=[source],
    )
    assert "It rose\\[7\\]" in markdown(whole)
    assert markdown(whole).endswith(
        "## Sources\n\n- \\[7\\] [A \\*survey\\*](<https://a.example/b>), p. 4\n\n  > It rose.\n"
    )


def test_the_head_has_title_notices_and_date():
    """What a reader must know comes before the first block."""
    head = markdown(document(subtitle="S", author="A", notices=["No model was used."], language="de"))
    assert head == "# T\n\n_S_\n\nA · 2026-05-04\n\n> **Hinweis:** No model was used.\n"


def test_a_chart_is_its_title_its_alternative_text_and_its_figures():
    """Nothing of a chart is lost where it cannot be drawn."""
    chart = Chart(
        kind="bars",
        title="Yield",
        alt="It doubled.",
        categories=["2025", "2026"],
        series=[Series("North", [1234.5, None]), Series("South", [-2, 4])],
        caption="Own figures.",
    )
    assert written(chart) == (
        "**Figure 1.** Yield\n\nIt doubled.\n\n|  | North | South |\n| --- | --: | --: |\n"
        "| 2025 | 1,234.5 | \N{MINUS SIGN}2 |\n| 2026 | \N{EN DASH} | 4 |\n\nOwn figures."
    )


def _said(part: Inline) -> str:
    return part.text if isinstance(part, Text) else f"[{part.number}]" if isinstance(part, Cite) else " "


def _looks(content: list[Inline]) -> list[tuple[str, frozenset[str], bool]]:
    """Every visible character with its marks and link."""
    return [
        (character, frozenset(part.marks), allowed(part.href))
        if isinstance(part, Text)
        else (character, frozenset(), False)
        for part in content
        for character in "".join(clean(_said(part)).split())
    ]


def test_a_picture_is_in_the_text_with_its_words_and_number():
    """It counts with the charts; one that cannot be shown says so in the document's language."""
    png = any_.PICTURES[0]
    assert written(Figure(png, "a [b]", "Where")) == f"![a \\[b\\]]({png})\n\n**Figure 1.** Where"
    assert written(Figure("http://x.example/a.png", "a map")) == "a map (The picture cannot be shown)"
    assert blocks(written(Figure(png, "a b"))) == [Figure(png, "a b")]


def test_who_may_read_it_is_said_at_the_top():
    """A known class in the document's language, any other as it was given."""
    for chosen, said in (("internal", "Intern"), ("Nur *Vorstand*", "Nur \\*Vorstand\\*")):
        text = markdown(document(language="de", design=Design(classification=chosen)))
        assert text.splitlines()[2] == f"2026-05-04 · {said}"
