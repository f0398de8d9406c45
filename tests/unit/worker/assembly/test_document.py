"""Putting a report together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from deploy.local.demo_request import demo_request
from services.worker.content import Usage
from services.worker.llm.door import Answer, Prompt
from services.worker.llm.scripted import Scripted
from services.worker.nodes.assemble import assembled
from shared.document.blocks import (
    Block,
    Callout,
    Chart,
    Cite,
    Document,
    Heading,
    ListBlock,
    Paragraph,
    Quote,
    Table,
    Text,
    Tiles,
)
from shared.document.plain import texts, words
from tests.unit.worker.corpus import NOW, Made, demo


def titles(document: Document) -> list[str]:
    return [
        "".join(part.text for part in block.content if isinstance(part, Text))
        for block in document.blocks
        if isinstance(block, Heading) and block.level == 1
    ]


def cites(value: Any) -> Iterator[int]:
    """Every citation of a document, in reading order."""
    if isinstance(value, Cite):
        yield value.number
    elif isinstance(value, list):
        for each in value:
            yield from cites(each)
    elif isinstance(value, msgspec.Struct):
        for field in value.__struct_fields__:
            yield from cites(getattr(value, field))


def kinds(document: Document, kind: type[Block]) -> list[Any]:
    return [block for block in document.blocks if isinstance(block, kind)]


def test_the_demo_is_a_report_to_send():
    """Several thousand words, summary, tiles, tables, charts, sections, method, sources."""
    document = demo().document
    found = titles(document)
    assert found[:2] == ["Executive summary", "At a glance"]
    assert found[-2:] == ["The sources in figures", "How this report was made"]
    assert len(found) >= 10
    assert words(document) > 4000
    assert kinds(document, Tiles)
    assert len(kinds(document, Table)) >= 2
    assert len(kinds(document, Chart)) >= 4
    assert len(document.sources) > 25


def test_citations_are_numbered_in_reading_order_and_every_one_resolves():
    """[1] comes before [2], and the list of sources has exactly what is cited."""
    document = demo().document
    seen = list(dict.fromkeys(cites(document.blocks)))
    assert seen == list(range(1, len(seen) + 1))
    assert seen == [source.number for source in document.sources]


def test_a_source_says_where_and_what():
    """Title, place, the beginning of the passage, an address."""
    document = demo().document
    termination = next(
        source
        for source in document.sources
        if (source.title, source.locator) == ("GNU General Public License 3", "8. Termination")
    )
    assert termination.excerpt.startswith("You may not propagate or modify a covered work")
    assert termination.excerpt.endswith("…")
    assert termination.href == "https://www.gnu.org/licenses/gpl-3.0.html"
    assert len({(source.title, source.locator) for source in document.sources}) == len(document.sources)


def test_a_quotation_names_its_place_below_it():
    """The writer's last line becomes the quote's attribution."""
    quotes = kinds(demo().document, Quote)
    attributions = ["".join(part.text for part in quote.attribution if isinstance(part, Text)) for quote in quotes]
    assert "11. Patents" in attributions
    assert all(not said.startswith("—") for said in attributions)


def test_the_cover_is_the_clients_and_the_clock_is_the_runs():
    """The title is never replaced, and nothing reads the time."""
    meta = demo().document.meta
    assert (meta.title, meta.created_at) == (demo_request()["title"], NOW)
    assert meta.template == "Comparison"
    assert (meta.subtitle, meta.author, meta.report_id) == (demo_request()["description"], "Somebody", "r1")


def test_the_reader_is_told_that_no_model_was_used():
    """On the cover and in the account of the method."""
    document = demo().document
    assert "No language model was used" in document.meta.notices[0]
    said = list(texts(document.blocks))
    assert any("A comparison, because of “compare” in the question" in text for text in said)
    assert any("divided into 86 passages" in text for text in said)


def test_every_table_row_has_a_cell_per_column_and_every_series_a_value_per_category():
    """A page design relies on it."""
    document = demo().document
    for table in kinds(document, Table):
        assert {len(row) for row in table.rows} == {len(table.columns)}
    for chart in kinds(document, Chart):
        places = len(chart.edges) - 1 if chart.kind == "histogram" else len(chart.categories)
        assert {len(series.values) for series in chart.series} == {places}
        assert chart.alt


def test_the_figures_are_the_sources():
    """A number in a chart is the number that was computed."""
    made = demo()
    facts = made.collected["facts"]
    length = next(chart for chart in kinds(made.document, Chart) if chart.title == "Length of the sources")
    assert [source["words"] for source in facts["sources"]] == length.series[0].values
    histogram = next(chart for chart in kinds(made.document, Chart) if chart.kind == "histogram")
    assert sum(histogram.series[0].values) == facts["sentences"]


def test_assembling_is_deterministic():
    """The same material gives the same document, byte for byte."""
    again = Made(demo_request())
    assert msgspec.json.encode(again.document) == msgspec.json.encode(demo().document)


def modelled(text: str, **more: Any) -> Made:
    return Made(
        demo_request(), Scripted([Answer(text=text, model="tiny-1", usage=Usage(prompt=10, completion=5), **more)])
    )


def test_a_models_prose_becomes_blocks_with_its_citations():
    """Markdown in, blocks out; invented citations are gone and counted; HTML is text."""

    def line(prompt: Prompt) -> Answer:
        if prompt.section is None:
            return Answer(text="no", model="tiny-1", usage=Usage(prompt=10, completion=5))
        first = prompt.section.passages[0].number
        text = f"## {prompt.section.title}\n\nGrants differ [P{first}] much [P9999]. <b>So</b>.\n\n### Sub\n\n- one [{first}]"
        return Answer(text=text, model="tiny-1", usage=Usage(prompt=10, completion=5))

    made = Made(demo_request(), Scripted([line]))
    document = made.document
    assert titles(document)[2:4] == ["Copyright grants", "Patents"]
    assert "Written by the language model tiny-1" in document.meta.notices[0]
    said = " ".join(texts(document.blocks))
    assert "<b>So</b>" in said
    assert "9999" not in said
    calls = len(made.sections) + 4  # the outline twice, the joins, the summary
    assert f"Tokens: {10 * calls} read, {5 * calls} written" in said
    assert "Removed, since there are no such passages:" in said
    assert [source.number for source in document.sources] == list(dict.fromkeys(cites(document.blocks)))
    points = next(block for block in document.blocks if isinstance(block, ListBlock))
    assert "Grants differ" in " ".join(texts([points]))


def test_a_cut_off_section_is_named():
    """Never a silent cut."""
    made = modelled("Half a", finish_reason="length")
    assert any("Cut off at the model's limit: Copyright grants" in notice for notice in made.document.meta.notices)


def test_without_sources_a_model_writes_and_the_reader_is_told_that_it_cites_nothing():
    """The seed's clients send an empty context."""
    request = {"title": "Tea", "parameters": {"user_query": "Describe brewing and cups", "context": {}}}
    made = Made(request, Scripted([Answer(text="Tea is hot [P1].", model="tiny-1")]))
    assert "cites nothing" in made.document.meta.notices[0]
    assert not made.document.sources
    assert "Tea is hot." in " ".join(texts(made.document.blocks))
    assert "The sources in figures" not in titles(made.document)


def test_without_sources_and_model_there_is_an_honest_outline():
    """No prose is invented: the plan, and what is missing to carry it out."""
    request = {"title": "Tea", "parameters": {"user_query": "Describe brewing and cups", "context": {}}}
    document = Made(request).document
    assert titles(document) == ["Outline"]
    assert "this is an outline only" in document.meta.notices[0]
    assert kinds(document, Callout)[0].title == "Nothing was written"
    said = " ".join(texts(document.blocks))
    assert "Brewing." in said
    assert "Cups." in said


def printed(documents: list[dict[str, Any]], title: str = "Rules") -> Document:
    inputs = {"title": title, "documents": documents}
    return msgspec.convert(assembled(inputs, {"content": "document"}, NOW)["document"], Document)


def test_a_document_is_printed_as_it_is():
    """Every block of the Markdown, in order, nothing added."""
    text = "# Opening\n\nFrom **nine** to five.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n## Details\n\n> Quiet!\n"
    document = printed([{"number": 1, "title": "Room", "kind": "markdown", "text": text}])
    assert [type(block) for block in document.blocks] == [Heading, Paragraph, Table, Heading, Quote]
    assert [block.level for block in kinds(document, Heading)] == [1, 2]
    assert (document.meta.notices, document.sources) == ([], [])


def test_several_documents_are_sections_with_their_titles():
    """Their headings go one level down."""
    each = [{"number": at, "title": f"Doc {at}", "kind": "markdown", "text": "# One\n\nText."} for at in (1, 2)]
    document = printed(each)
    assert [(block.level, block.content[0].text) for block in kinds(document, Heading)] == [
        (1, "Doc 1"),
        (2, "One"),
        (1, "Doc 2"),
        (2, "One"),
    ]


def test_a_heading_that_repeats_the_title_is_printed_once():
    """It is on the cover already."""
    document = printed(
        [{"number": 1, "title": "x", "kind": "markdown", "text": "# RULES\n\nText.\n\n# Rules\n\nMore."}]
    )
    assert [block.content[0].text for block in kinds(document, Heading)] == ["Rules"]


def test_plain_text_is_printed_with_its_structure():
    """Headings found, wrapped lines joined, Markdown signs left as they are."""
    document = printed(
        [{"number": 1, "title": "x", "kind": "text", "text": "1. SCOPE\n--------\n\nIt is\n*not* markup."}]
    )
    assert document.blocks == [Heading(1, [Text("1. SCOPE")]), Paragraph([Text("It is *not* markup.")])]


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "[P1]", "# x\n[1]: http://evil.example", "**", "\u202e"])
def test_odd_titles_and_texts_do_no_harm(text):
    """Whatever clients type ends as text."""
    request = {
        "title": text,
        "description": text,
        "parameters": {
            "user_query": f"Compare {text} and cats",
            "context": [{"title": text, "text": f"{text}\n\nCats may sleep a lot here."}],
        },
    }
    document = Made(request).document
    assert document.meta.title == text
    assert [source.number for source in document.sources] == list(dict.fromkeys(cites(document.blocks)))
