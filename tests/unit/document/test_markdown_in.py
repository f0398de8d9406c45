"""Markdown in: structure comes through, markup that is none of ours comes through as text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.document.blocks import (
    Block,
    Break,
    Cite,
    Code,
    Figure,
    Heading,
    ListBlock,
    Paragraph,
    Quote,
    Rule,
    Table,
    Text,
    encode,
)
from shared.document.markdown_in import DEPTH, blocks, inline
from shared.document.plain import text, texts
from tests.unit.document.strategies import HOSTILE, PICTURES
from tests.unit.document.test_markdown_out import document


def known(digits: str) -> int | None:
    return {"1": 1, "2": 2, "3": 3, "12": 5}.get(digits)


def test_the_shallowest_heading_is_a_section():
    """Headings keep their distance to each other and end at level 4."""
    read = blocks("## A\n\n### B\n\n###### C\n")
    assert [block.level for block in read if isinstance(block, Heading)] == [1, 2, 4]
    assert [block.level for block in blocks("# A\n\n## B", top=2) if isinstance(block, Heading)] == [2, 3]


def test_a_heading_inside_a_list_or_quote_is_no_section():
    """Only headings of the report itself belong to its contents."""
    assert blocks("> # Loud") == [Quote([Paragraph([Text("Loud", ["strong"])])])]


def test_every_kind_of_block_is_read():
    """Lists, quotes, code, rules and tables become blocks of their own."""
    read = blocks("para\n\n- a\n\n> q\n\n```py x\nc\n```\n\n---\n\n| a |\n|--:|\n| 1 |\n\n    indented\n")
    assert [type(block) for block in read] == [Paragraph, ListBlock, Quote, Code, Rule, Table, Code]
    assert read[3] == Code("c", "py")
    assert isinstance(read[5], Table)
    assert read[5].columns[0].align == "right"


def test_an_ordered_list_keeps_its_start():
    """A list that goes on with 4 starts with 4."""
    (read,) = blocks("4. four\n5. five")
    assert isinstance(read, ListBlock)
    assert (read.ordered, read.start, len(read.items)) == (True, 4, 2)


def test_marks_links_and_breaks_are_read():
    """Marks nest; a link may carry them; two spaces at the end of a line break it."""
    assert inline("a **b _c_** ~~d~~ [*e*](https://x.example)") == [
        Text("a "),
        Text("b ", ["strong"]),
        Text("c", ["strong", "emphasis"]),
        Text(" "),
        Text("d", ["strike"]),
        Text(" "),
        Text("e", ["emphasis"], "https://x.example"),
    ]
    assert blocks("a  \nb\nc") == [Paragraph([Text("a"), Break(), Text("b c")])]


@pytest.mark.parametrize(
    "href", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "/relative", "vbscript:x", "//host/x"]
)
def test_other_links_are_text(href: str):
    """What a reader may not follow is still there to read."""
    content = inline(f"[label]({href})")
    assert "label" in text(content)
    assert all(part.href is None for part in content if isinstance(part, Text))


def test_a_picture_elsewhere_is_a_link_with_its_words():
    """Nothing is ever fetched for a report's text; where it lies is not lost."""
    assert inline("![a *chart*](http://x.example/a.png)") == [Text("a chart", href="http://x.example/a.png")]
    assert inline("![](http://x.example/a.png)") == [Text("http://x.example/a.png", href="http://x.example/a.png")]
    assert inline("[![a](http://x.example/a.png)](http://y.example)") == [Text("a", href="http://y.example")]
    assert inline("![a](file:///etc/passwd)") == [Text("![a](file:///etc/passwd)")]


def test_a_picture_inside_the_text_is_a_figure_after_its_paragraph():
    """With its words, its title as the caption, and wherever a paragraph may stand."""
    png, svg = PICTURES[0], PICTURES[2]
    assert blocks(f"one ![a *b*]({png} 'Caption') two") == [
        Paragraph([Text("one  two")]),
        Figure(png, "a b", "Caption"),
    ]
    assert blocks(f"- ![a]({svg})") == [ListBlock([[Figure(svg, "a")]])]
    assert blocks(f"# Head ![a]({png})") == [Heading(1, [Text("Head a")])]
    (table,) = blocks(f"| h |\n|---|\n| ![a]({png}) |")
    assert isinstance(table, Table)
    assert table.rows == [[[Text("a")]]]


@pytest.mark.parametrize("body", ["image/png;base64,AAAA", "image/png;base64,%%%", "image/bmp;base64,Qk0=", "image/"])
def test_what_is_no_picture_keeps_its_words(body: str):
    """A picture of another kind, or one that is broken, becomes a figure that only says what it was."""
    assert blocks(f"![said](data:{body})") == [Figure("", "said")]


def test_only_pictures_may_be_data():
    """No other data: address is a link or a picture."""
    assert blocks("[x](data:image/png;base64,AAAA)") == [Paragraph([Text("x")])]
    assert blocks("![x](data:text/html,hi)") == [Paragraph([Text("![x](data:text/html,hi)")])]


def test_raw_html_is_text():
    """Tags of the model's, or of whoever wrote the context, are shown as they are."""
    assert blocks("<div onclick=x>**b**</div>\n\na <script>alert(1)</script>") == [
        Paragraph([Text("<div onclick=x>"), Text("b", ["strong"]), Text("</div>")]),
        Paragraph([Text("a <script>alert(1)</script>")]),
    ]


def test_markers_become_citations():
    """The space before a marker goes with it."""
    assert inline("It rose [P12]. And [P1][P3] fell!", cite=known) == [
        Text("It rose"), Cite(5), Text(". And"), Cite(1), Cite(3), Text(" fell!"),
    ]  # fmt: skip


def test_unknown_markers_are_left_out_and_the_caller_hears_of_each():
    """The resolver sees every number, so that it can count what it does not know."""
    asked: list[str] = []

    def resolve(digits: str) -> None:
        asked.append(digits)

    assert inline("No such thing [P77] here [P8][P9].", cite=resolve) == [Text("No such thing here.")]
    assert asked == ["77", "8", "9"]


def test_what_only_looks_like_a_marker_stays_text():
    """Code, escaped brackets, words and figures in brackets, and any marker when nobody resolves them."""
    assert inline(r"`x[P1]` \[P1] [A4]", cite=known) == [Text("x[P1]", ["code"]), Text(" [P1] [A4]")]
    assert inline("It lies in [1, 2] or [3].", cite=known) == [Text("It lies in [1, 2] or [3].")]
    assert inline("See [P1].") == [Text("See [P1].")]
    assert blocks("```\nx = argv[P1]\n```", cite=known) == [Code("x = argv[P1]")]


def test_a_reference_definition_cannot_turn_a_citation_into_a_link():
    """A model's or a passage's ``[P1]: …`` is text."""
    read = blocks("Sales rose [P1].\n\n[P1]: http://elsewhere.example", cite=known)
    assert read[0] == Paragraph([Text("Sales rose"), Cite(1), Text(".")])
    assert "http://elsewhere.example" in "".join(texts(read))


def test_deep_nesting_is_unfolded_and_nothing_is_lost():
    """A list of lists of lists stays readable, and so does its last word."""
    read = blocks("\n".join(f"{'  ' * level}- w{level}" for level in range(20)))
    assert _depth(read) == DEPTH
    assert list(texts(read)) == [f"w{level}" for level in range(20)]


@pytest.mark.parametrize(
    "markdown", [">" * 5000 + " end", "- " * 3000 + "end", "[" * 5000 + "end", "*a" * 5000 + "end"]
)
def test_senseless_nesting_is_text_in_little_time(markdown: str):
    """No text makes the parser drop words, overflow or hang."""
    start = time.perf_counter()
    assert "".join(texts(blocks(markdown))).endswith("end")
    assert time.perf_counter() - start < 5


@settings(max_examples=100, deadline=None)
@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(HOSTILE), max_size=4).map("\n\n".join)))
def test_any_text_makes_blocks_that_can_be_stored(markdown: str):
    """Control characters and half characters are gone, links are safe, and the blocks encode."""
    read = blocks(markdown, cite=known)
    encode(document(*read))
    assert not set("".join(texts(read))) & set("\x00\x07\x1b\u202e\ud800")


def _depth(nested: list[Block]) -> int:
    return max((1 + max(map(_depth, block.items)) for block in nested if isinstance(block, ListBlock)), default=0)
