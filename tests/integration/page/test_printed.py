"""The page as a browser prints it: pages, breaks, numbers and fonts."""

from __future__ import annotations

import io
import os
import re
import subprocess
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pypdf
import pytest

from services.renderer.page import anchors, page
from services.renderer.page.fonts import install
from shared.document.blocks import Block, Code, Column, Document, Heading, Meta, Paragraph, Table, Text
from tests.unit.page.sample import bench_document, sample_document

Print = Callable[[str], pypdf.PdfReader]


@pytest.fixture(scope="module")
def printed(chromium: Path, tmp_path_factory: pytest.TempPathFactory) -> Print:
    """Print a page with the installed text faces, and read the PDF."""
    folder = tmp_path_factory.mktemp("printed")
    environment = {**os.environ, "FONTCONFIG_FILE": str(install(folder / "fonts"))}  # noqa: TID251

    def print_page(html: str) -> pypdf.PdfReader:
        source, target = folder / "page.html", folder / "page.pdf"
        source.write_text(html, encoding="utf-8")
        told = ["--headless", "--no-sandbox", "--no-pdf-header-footer", f"--print-to-pdf={target}", source.as_uri()]
        subprocess.run([str(chromium), *told], check=True, env=environment, capture_output=True, timeout=60)
        return pypdf.PdfReader(io.BytesIO(target.read_bytes()))

    return print_page


def starts(pdf: pypdf.PdfReader, document: Document) -> dict[str, int]:
    """The page on which each linked anchor is."""
    known = {anchor for anchor, _, _ in anchors(document)}
    places = {name: pdf.get_destination_page_number(place) for name, place in pdf.named_destinations.items()}
    return {name.lstrip("/"): at + 1 for name, at in places.items() if name.lstrip("/") in known and at is not None}


def flat(text: str) -> str:
    return re.sub(r"[\s\u00ad]", "", unicodedata.normalize("NFKC", text))


def test_the_bench_document_is_eight_pages(printed: Print):
    """What printing is measured with does not change its length unnoticed."""
    assert len(printed(page(bench_document(), fonts="system")).pages) == 8


def test_both_font_modes_break_pages_alike(printed: Print):
    """The HTML that is handed out prints as the PDF that is handed out."""
    pages = [
        [flat(each.extract_text()) for each in printed(page(sample_document(), fonts=mode)).pages]
        for mode in ("embed", "system")
    ]
    assert pages[0] == pages[1]


def test_the_contents_tell_the_pages(printed: Print):
    """Numbers from a first print are right in the second, which breaks at the same places."""
    whole = sample_document()
    first = starts(printed(page(whole, fonts="system")), whole)
    second = printed(page(whole, fonts="system", contents=first))
    assert starts(second, whole) == first
    listed = flat(second.pages[1].extract_text())
    for title, anchor in (("Keepingpageswarm", "section-3"), ("Sources", "sources")):
        assert f"{title}{first[anchor]}" in listed
    for anchor, _, title in anchors(whole):
        if anchor in first:
            assert flat(title) in flat(second.pages[first[anchor] - 1].extract_text())


def test_pages_are_numbered_but_for_the_cover(printed: Print):
    """The footer counts all pages, and the header names the report."""
    pdf = printed(page(bench_document(), fonts="system"))
    said = [each.extract_text() for each in pdf.pages]
    assert "Page 1 of" not in said[0]
    assert all(f"Page {place + 1} of {len(said)}" in text for place, text in enumerate(said) if place)


def test_text_is_set_in_the_faces_of_the_page(printed: Print):
    """No system font slips in, and text faces are real fonts, not drawings of letters."""
    fonts = {
        (str(font["/BaseFont"]).partition("+")[2], str(font["/Subtype"]))
        for each in printed(page(bench_document(), fonts="system")).pages
        for font in each["/Resources"]["/Font"].get_object().values()
    }
    assert fonts
    assert all(name.startswith("Pressrun") and kind == "/Type0" for name, kind in fonts)


def test_a_long_table_repeats_its_head_and_loses_no_row(printed: Print):
    """Two hundred rows over many pages, each page with the names of the columns."""
    rows = [[[Text(f"row{place:03}")], [Text(str(place))]] for place in range(200)]
    pdf = printed(_page(Table([Column([Text("FIRSTHEAD")]), Column([Text("SECOND")])], rows)))
    body = [flat(each.extract_text()) for each in pdf.pages[1:]]
    assert len(body) > 3
    assert all("FIRSTHEAD" in text for text in body)
    assert all(f"row{place:03}" in "".join(body) for place in range(200))


def test_no_heading_is_left_at_the_foot_of_a_page(printed: Print):
    """Wherever the break falls, a heading is followed by its text."""
    for lines in range(28, 36):
        filler = [Paragraph([Text(f"filler {place}")]) for place in range(lines)]
        pdf = printed(_page(*filler, Heading(2, [Text("HEADING")]), Paragraph([Text("FOLLOWS")])))
        on = [flat(each.extract_text()) for each in pdf.pages[2:]]
        assert [("HEADING" in text) == ("FOLLOWS" in text) for text in on] == [True] * len(on)


@pytest.mark.parametrize("length", [1, 60, 300, 3000, 10_000])
def test_a_title_of_any_length_stays_whole_on_the_cover(printed: Print, length: int):
    """It is set smaller, and no letter of it is cut."""
    title = ("A report on words without end, " * 400)[:length]
    pdf = printed(_page(Paragraph([Text("x")]), title=title))
    assert flat(pdf.pages[0].extract_text()).startswith(flat(title))
    assert len(pdf.pages) == 2


def test_nothing_runs_off_the_page(printed: Print):
    """Words without end are broken in text, tables and code: every letter is inside the paper."""
    word = "W" * 3000
    wide = Table([Column([Text("H" * 40)]) for _ in range(16)], [[[Text("C" * 90)] for _ in range(16)]])
    pdf = printed(_page(Paragraph([Text(word)]), Code(word), wide, Heading(1, [Text("T" * 300)])))
    letters = {"W": 6000, "C": 16 * 90, "H": 16 * 40}
    edge = float(pdf.pages[1].mediabox.width)
    places: list[float] = []
    for each in pdf.pages[1:]:
        each.extract_text(visitor_text=lambda _, cm, tm, *_font: places.append(tm[4] * cm[0] + cm[4]))
    assert max(places) < edge
    said = "".join(each.extract_text() for each in pdf.pages)
    assert all(said.count(letter) >= count for letter, count in letters.items())


def test_other_scripts_are_on_paper(printed: Print):
    """What was written can be read back from the PDF."""
    told = "数字会说话 числа αριθμοί"
    assert flat(told) in flat(printed(_page(Paragraph([Text(told)]))).pages[-1].extract_text())


def _page(*content: Block, **meta: Any) -> str:
    told: dict[str, Any] = {"title": "T", "created_at": datetime(2026, 5, 4, tzinfo=UTC)} | meta
    return page(Document(meta=Meta(**told), blocks=list(content)), fonts="system")
