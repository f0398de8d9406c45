"""Finished PDFs, read back with another library than the one that made them."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from pypdf import PdfReader
from pypdf.generic import Destination

from services.renderer.chromium import Chromium, Tab
from services.renderer.contents import placeholders
from services.renderer.disguise import Disguise
from services.renderer.page import anchors, page
from services.renderer.pdf import Finished, finish, pdf
from shared.document.blocks import Document, Heading, Meta, Paragraph, Text
from shared.domain.errors import Rejected
from tests.integration.renderer.pdf_text import text
from tests.unit.page.sample import sample_document

CREATED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=2)))


def long_document(*, sections: int = 11, language: str = "en", title: str = "Zahlen & <i>Figures</i>") -> Document:
    """Sections of different lengths, each with subsections below what the contents list."""
    blocks = []
    for number in range(1, sections + 1):
        blocks.append(Heading(1, [Text(f"Chapter {number} begins")]))
        for level in (2, 3, 3, 3):
            blocks.append(Heading(level, [Text(f"Part of {number}")]))
            blocks.extend(Paragraph([Text("Words that fill a page. " * 40)]) for _ in range(number % 3))
    meta = Meta(title=title, subtitle="Below", author="Ada B.", language=language, created_at=CREATED)
    return Document(meta=meta, blocks=blocks)


async def made(tab: Tab, document: Document) -> Finished:
    contents = placeholders(anchors(document))
    printed = await pdf(tab, page(document, contents=contents))
    return finish(printed, document.meta, contents=contents, max_pages=100)


async def test_page_numbers_in_the_contents_are_true(tab: Tab):
    """Each chapter is on the page that the contents say, in one print."""
    finished = await made(tab, long_document())
    assert finished.filled
    reader = PdfReader(io.BytesIO(finished.data))
    pages = [sheet.extract_text() for sheet in reader.pages]
    for number in range(1, 12):
        listed = next(line for line in pages[1].splitlines() if f"Chapter {number} begins" in line)
        on = int(listed.rsplit(maxsplit=1)[-1])
        assert f"Chapter {number} begins" in pages[on - 1]
        assert on == finished.numbers[f"section-{number}"]
    assert min(finished.numbers.values()) < 10 <= max(finished.numbers.values())


@pytest.mark.parametrize("language", ["en", "de", "ar"])
async def test_one_print_is_as_good_as_two(tab: Tab, language: str):
    """What is exchanged in the PDF is what a second print with the numbers would have printed."""
    for document in (long_document(language=language), *([sample_document()] if language == "en" else [])):
        finished = await made(tab, document)
        assert finished.filled
        second = await pdf(tab, page(document, contents=finished.numbers))
        assert text(finished.data, 3) == text(second, 3)
        assert _positions(finished.data) == _positions(second)


async def test_contents_of_another_look_are_left_alone(tab: Tab):
    """Numbers that cannot be exchanged safely are not, and the caller is told to print again."""
    document = long_document(sections=3)
    contents = placeholders(anchors(document))
    html = page(document, contents=contents).replace('<span class="page">123</span>', '<span class="page">1203</span>')
    printed = await pdf(tab, html)
    finished = finish(printed, document.meta, contents=contents, max_pages=100)
    assert not finished.filled
    assert text(finished.data) == text(printed)
    assert finished.numbers.keys() >= {"section-1", "section-2", "section-3"}


async def test_a_document_without_contents_is_finished_as_it_is(tab: Tab):
    """No headings, no contents, nothing to exchange."""
    document = Document(meta=Meta(title="Short", created_at=CREATED), blocks=[Paragraph([Text("All of it.")])])
    finished = await made(tab, document)
    assert finished.filled
    assert finished.numbers == {}


async def test_a_pdf_says_what_it_is(tab: Tab):
    """Title, author, subject, language and date are the document's, whatever characters they have."""
    finished = await made(tab, long_document(language="de"))
    reader = PdfReader(io.BytesIO(finished.data))
    assert reader.metadata
    assert reader.metadata.title == "Zahlen & <i>Figures</i>"
    assert reader.metadata.author == "Ada B."
    assert reader.metadata.subject == "Below"
    assert reader.metadata.creator == "Pressrun"
    assert reader.metadata.creation_date == reader.metadata.modification_date == CREATED
    assert reader.xmp_metadata
    assert reader.xmp_metadata.dc_title == {"x-default": "Zahlen & <i>Figures</i>"}
    assert reader.trailer["/Root"]["/Lang"] == "de"
    assert len(reader.pages) == finished.pages
    assert [round(float(edge)) for edge in reader.pages[0].mediabox] == [0, 0, 595, 842]


async def test_a_pdf_has_bookmarks_and_tags(tab: Tab):
    """A reader's program can jump to every heading and read the text in order."""
    document = long_document(sections=4)
    reader = PdfReader(io.BytesIO((await made(tab, document)).data))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    kinds = _kinds(root["/StructTreeRoot"])
    assert {"/H1", "/H2", "/P", "/Link"} <= kinds
    marks = [str(mark.title) for mark in _flat(reader.outline)]
    for number in range(1, 5):
        assert any(f"Chapter {number} begins" in mark for mark in marks)


async def test_the_same_document_gives_the_same_bytes(chromium: Path, disguise: Disguise, tab: Tab):
    """On a used tab, on a fresh one and in another browser, so that keys by content do not multiply."""
    document = long_document(sections=4)
    first = await made(tab, document)
    await made(tab, sample_document())
    assert (await made(tab, document)).data == first.data
    other = Chromium(chromium, disguise)
    await other.start()
    try:
        assert (await made(await other.open(), document)).data == first.data
    finally:
        await other.stop()


async def test_tags_are_packed(tab: Tab):
    """A long tagged document is a fraction of what the browser wrote."""
    document = long_document()
    printed = await pdf(tab, page(document))
    assert len((await made(tab, document)).data) < len(printed) * 0.7


async def test_too_many_pages_are_refused(tab: Tab):
    """The message says how many there are and how many may be."""
    document = long_document()
    printed = await pdf(tab, page(document))
    with pytest.raises(Rejected, match="10 are allowed") as caught:
        finish(printed, document.meta, contents={}, max_pages=10)
    assert caught.value.details
    assert caught.value.details["pages"] > 10


async def test_a_date_in_any_zone_is_kept(tab: Tab):
    """Dates are instants; the zone is only how they are written."""
    printed = await pdf(tab, "<title>x</title><p>x")
    for zone in (UTC, timezone(timedelta(hours=-9, minutes=-30)), timezone(timedelta(hours=14))):
        moment = datetime(2026, 6, 1, 12, tzinfo=zone)
        finished = finish(printed, Meta(title="x", created_at=moment), contents={}, max_pages=1)
        information = PdfReader(io.BytesIO(finished.data)).metadata
        assert information
        assert information.creation_date == moment


def _positions(data: bytes) -> list[tuple[str, float, float]]:
    """Every piece of text on the second page and where it stands."""
    found: list[tuple[str, float, float]] = []

    def visit(piece: str, current: list[float], matrix: list[float], _font: object, _size: float) -> None:
        if piece.strip():
            x = matrix[4] * current[0] + matrix[5] * current[2] + current[4]
            y = matrix[4] * current[1] + matrix[5] * current[3] + current[5]
            found.append((piece.strip(), round(x, 1), round(y, 1)))

    PdfReader(io.BytesIO(data)).pages[1].extract_text(visitor_text=visit)
    return found


def _kinds(node: object) -> set[str]:
    found: set[str] = set()
    todo = [node]
    while todo:
        one = todo.pop()
        one = one.get_object() if hasattr(one, "get_object") else one
        if isinstance(one, list):
            todo.extend(one)
        elif isinstance(one, dict):
            found.add(str(one.get("/S", "")))
            todo.append(one.get("/K"))
    return found


def _flat(outline: list[object]) -> list[Destination]:
    found: list[Destination] = []
    for one in outline:
        found.extend(_flat(one) if isinstance(one, list) else [one])
    return found
