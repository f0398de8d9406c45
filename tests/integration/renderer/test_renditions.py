"""A document with every kind of block through the whole renderer, in every theme: the files that readers get."""

from __future__ import annotations

import io
import os
import re
import unicodedata
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pikepdf
import pypdf
import pypdfium2
import pytest
from markdown_it import MarkdownIt

from services.renderer.chromium import Chromium
from services.renderer.disguise import Disguise
from services.renderer.page import anchors, fonts
from services.renderer.page.directions import direction
from services.renderer.pool import Limits, Pool
from services.renderer.render import Bounds, Renditions, renditions
from shared.document.blocks import Block, Callout, Chart, Document, Figure, ListBlock, Quote, Table, Tiles
from shared.document.classes import classification
from shared.document.design import Design
from shared.document.labels import labels
from shared.document.plain import text, texts
from shared.document.tables import data_table
from tests.unit.page.everything import everything

BOUNDS = Bounds(deadline_s=60, max_pages=100, max_html_bytes=10_000_000)
SIZES = {"A4": (595, 842), "Letter": (612, 792)}
CASES = [
    ("pressrun", "en", "A4"),
    ("broadsheet", "en", "Letter"),
    ("pressrun", "ar", "Letter"),
    ("plain", "ja", "A4"),
]


class Case:
    """One document in one design, and what was read from its files."""

    def __init__(self, document: Document, made: Renditions, size: tuple[int, int]) -> None:
        self.document = document
        self.made = made
        self.size = size
        self.reader = pypdf.PdfReader(io.BytesIO(made.files["pdf"]))
        self.sheets = [page.extract_text() for page in self.reader.pages]
        self.pages = [_body(sheet, document) for sheet in self.sheets]
        """The text of each page without its running heads."""

    @property
    def is_rtl(self) -> bool:
        """Then letters are in the file as the shapes they take, and only their ``ActualText`` can be read."""
        return self.document.meta.language == "ar"

    def book(self) -> pikepdf.Pdf:
        return pikepdf.open(io.BytesIO(self.made.files["pdf"]))


@pytest.fixture(scope="module")
async def made(
    chromium: Path, disguise: Disguise, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[dict[Any, Case]]:
    """Every case, printed once."""
    folder = tmp_path_factory.mktemp("fonts")
    conf = fonts.install(folder)
    for path in (folder, *folder.parents):
        if path.stat().st_uid == os.geteuid() and path.name.startswith(("pytest-", "popen-", "fonts")):
            path.chmod(0o755)
    for path in folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    pool = Pool(lambda: Chromium(chromium, disguise, fontconfig=conf), Limits(slots=1))
    found = {}
    for theme, language, size in CASES:
        design = Design(theme=theme, page_size=size, classification="confidential", watermark="DRAFT")
        document = everything(language, design=design)
        printed = await renditions(document, pool=pool, bounds=BOUNDS)
        found[theme, language, size] = Case(document, printed, SIZES[size])
    yield found
    await pool.close()


@pytest.fixture(params=CASES, ids="-".join)
def case(made: dict[Any, Case], request: pytest.FixtureRequest) -> Case:
    return made[request.param]


def test_the_outline_is_the_headings(case: Case):
    """The title, every heading with its number, and the sources, each on the page where it stands."""
    reader = case.reader
    said = [(flat(str(mark.title)), reader.get_destination_page_number(mark)) for mark in _marks(reader.outline)]
    titles = [case.document.meta.title, *(title for _, _, title in anchors(case.document))]
    numbers = ["", "", "1 ", "1.1 ", "2 ", "2.1 ", "2.1.1 ", "3 ", "4 ", ""]
    assert [mark.title for mark in _marks(reader.outline)] == [a + b for a, b in zip(numbers, titles, strict=True)]
    pages = [flat(each) for each in case.sheets]
    for title, (_, place) in zip(titles, said, strict=True):
        assert place is not None
        assert case.is_rtl or flat(title) in pages[place]


def test_the_contents_tell_the_pages_of_two_levels(case: Case):
    """The numbers that are printed are where the links lead, and there the headings stand."""
    with case.book() as book:
        places = {page.obj.objgen: number for number, page in enumerate(book.pages, start=1)}
        links = [link for link in book.pages[1].Annots if "/Dest" in link]
        leads = {str(link.Dest).lstrip("/"): places[book.Root.Dests[link.Dest][0].objgen] for link in links}
    listed = [(anchor, title) for anchor, level, title in anchors(case.document) if level <= 2]
    assert list(leads) == [anchor for anchor, _ in listed]
    lines = case.sheets[1].splitlines()
    if not case.is_rtl:
        for anchor, title in listed:
            (line,) = [each for each in lines if flat(title) in flat(each)]
            assert re.search(r"\d+\Z", line.strip())[0] == str(leads[anchor])
            assert flat(title) in flat(case.sheets[leads[anchor] - 1])


def test_every_link_leads_somewhere(case: Case):
    """Within the document to a place that is there, out of it to the sources' addresses only."""
    book = case.book()
    outside = set()
    for page in book.pages:
        for link in page.get("/Annots", ()):
            if "/Dest" in link:
                assert link.Dest in book.Root.Dests
            else:
                outside.add(str(link.A.URI))
    assert outside == {"https://harbour.example/figures"}


def test_the_structure_is_tagged(case: Case):
    """Headings by level, lists with items, tables with header cells that say what they head, figures with words."""
    book = case.book()
    elements = list(_elements(book.Root.StructTreeRoot.K))
    kinds = [str(each.get("/S", "")) for each in elements]
    assert {
        "/H1",
        "/H2",
        "/H3",
        "/H4",
        "/P",
        "/L",
        "/LI",
        "/Table",
        "/TR",
        "/TH",
        "/TD",
        "/Figure",
        "/Code",
        "/Link",
    } <= set(kinds)
    heads = [each for each in elements if each.get("/S") == "/TH"]
    assert heads
    assert all(any(str(each.get("/Scope", "")) == "/Column" for each in head.A) for head in heads)
    figures = [str(each.get("/Alt", "")) for each in elements if each.get("/S") == "/Figure"]
    charts = sum(isinstance(block, Chart) for block in case.document.blocks)
    assert len(figures) == charts + 2
    assert all(figures)
    assert sum(kind == "/H1" for kind in kinds) == 1


def test_only_the_report_is_read_aloud(case: Case):
    """Whatever is painted is either tagged or marked as an artifact."""
    book = case.book()
    for page in book.pages:
        depth = 0
        for instruction in pikepdf.parse_content_stream(page):
            match str(instruction.operator):
                case "BDC" | "BMC":
                    depth += 1
                case "EMC":
                    depth -= 1
                case "Tj" | "TJ" | "f" | "S" | "Do":
                    assert depth > 0
        assert depth == 0


def test_fonts_are_embedded_and_only_as_far_as_used(case: Case):
    """The file looks the same everywhere and carries no whole font."""
    faces, book = {}, case.book()
    for page in book.pages:
        faces |= {font.objgen: font for font in page.Resources.get("/Font", {}).values()}
    assert faces
    for font in faces.values():
        assert "/ToUnicode" in font
        if font.Subtype == "/Type3":  # glyphs are drawn by the file itself
            continue
        (below,) = font.DescendantFonts
        assert {"/FontFile2", "/FontFile3"} & below.FontDescriptor.keys()
        assert re.match(r"/[A-Z]{6}\+(?:Pressrun|Noto)", str(font.BaseFont))


def test_the_file_says_what_it_is(case: Case):
    """Title, author, language and date; a reader's window shows the title."""
    book, meta = case.book(), case.document.meta
    assert str(book.Root.Lang) == meta.language
    assert book.Root.ViewerPreferences.DisplayDocTitle
    assert book.Root.MarkInfo.Marked
    assert (str(book.docinfo["/Title"]), str(book.docinfo["/Author"])) == (meta.title, meta.author)
    with book.open_metadata() as xmp:
        assert xmp["dc:title"] == meta.title
        assert xmp["dc:creator"] == [meta.author]
        assert xmp["dc:language"] == {meta.language}


def test_every_page_is_of_the_size_that_was_asked_for(case: Case):
    for page in case.reader.pages:
        assert tuple(round(float(edge)) for edge in page.mediabox) == (0, 0, *case.size)


def test_the_watermark_is_on_every_page_and_in_nobody_s_text(case: Case):
    """Pale, an artifact, and drawn: no search finds it."""
    book = case.book()
    for page in book.pages:
        form = page.Resources.XObject.PressrunMark
        assert 0.1 <= float(form.Resources.ExtGState.Pale.ca) <= 0.16
        last = page.Contents[-1] if isinstance(page.Contents, pikepdf.Array) else page.Contents
        assert b"/Artifact <</Type /Pagination /Subtype /Watermark>> BDC\n/PressrunMark Do\nEMC" in last.read_bytes()
    assert not any("DRAFT" in each for each in case.pages)
    assert 'data-said="DRAFT"' in case.made.files["html"].decode()


def test_no_page_is_empty_and_nothing_is_outside_of_one(case: Case):
    """Each has text of the report, and every letter is on the paper."""
    width, height = case.size
    for page, body in zip(case.reader.pages, case.pages, strict=True):
        assert len(body) > 20
        places: list[tuple[float, float]] = []
        page.extract_text(
            visitor_text=lambda said, cm, tm, *_: places.append(_place(cm, tm)) if said.strip() else None  # noqa: B023
        )
        assert all(0 <= x < width and 0 < y < height for x, y in places)


def test_who_may_read_it_is_at_the_foot_of_every_page_but_the_cover(case: Case):
    said = flat(classification("confidential", case.document.meta.language))
    feet = [flat(each) for each in case.sheets]
    assert case.is_rtl or all(said in each for each in feet)


@pytest.mark.parametrize("theme", ["pressrun", "broadsheet"])
def test_every_rendition_says_the_same(made: dict[Any, Case], theme: str):
    """Block by block, in order: whatever a reader of one file reads is in the others."""
    case = next(case for (name, language, _), case in made.items() if (name, language) == (theme, "en"))
    html = _Html(case.made.files["html"].decode()).said
    markdown = _markdown(case.made.files["md"].decode())
    renditions_ = {"pdf": "".join(case.pages[2:]), "html": flat(html), "md": flat(markdown)}
    at = dict.fromkeys(renditions_, 0)
    for block in case.document.blocks:
        for name, whole in renditions_.items():
            at[name] = _after(block, name, whole, at[name])
    for source in case.document.sources:
        assert all(flat(source.title) in whole for whole in renditions_.values())


def test_every_letter_from_right_to_left_can_be_read(made: dict[Any, Case]):
    """A reader that knows ``ActualText``, as a browser's does, finds each as often as the document has it.

    In which order it reads the runs of a line is its own affair.
    """
    (case,) = [one for one in made.values() if one.is_rtl]
    with pypdfium2.PdfDocument(case.made.files["pdf"]) as book:
        read = "".join(page.get_textpage().get_text_range() for page in book)
    said = [case.document.meta.title, *(each for block in case.document.blocks for each in _said(block))]
    wanted = Counter(letter for each in said for letter in flat(each) if direction(letter) == "rtl")
    assert wanted.total() > 500
    assert not wanted - Counter(flat(read))


def flat(said: str) -> str:
    """The text without what a page may write otherwise: spaces, and hyphens where a line breaks."""
    return re.sub(r"[\s\u00ad\u2010-]", "", unicodedata.normalize("NFKC", said))


def _body(page: str, document: Document) -> str:
    meta = document.meta
    words = re.escape(flat(labels(meta.language).page)).replace(r"\{page\}", r"\d+").replace(r"\{pages\}", r"\d+")
    date = flat("22 November 2026")
    running = [
        re.escape(flat(each))
        for each in (meta.title, meta.author, classification(meta.design.classification, meta.language), date)
    ]
    return re.sub(rf"\A(?:{'|'.join([*running, words])})+", "", flat(page))


def _after(block: Block, name: str, whole: str, start: int) -> int:
    """Find what a block says, from where the one before it ended; tables and tiles are laid out in their own ways."""
    at = start
    for said in map(flat, _said(block)):
        if name == "pdf" and direction(said) == "rtl":  # see Case.is_rtl
            continue
        found = whole.find(said, start if isinstance(block, Table | Chart | Tiles) else at)
        assert found >= 0, (name, said, whole[start : start + 200])
        at = max(at, found)
    return at


def _marks(outline: Iterable[Any]) -> Iterator[Any]:
    for one in outline:
        if isinstance(one, list):
            yield from _marks(one)
        else:
            yield one


def _elements(node: Any) -> Iterator[Any]:
    if isinstance(node, pikepdf.Array):
        for each in node:
            yield from _elements(each)
    elif isinstance(node, pikepdf.Dictionary):
        yield node
        yield from _elements(node.get("/K"))


def _place(cm: list[float], tm: list[float]) -> tuple[float, float]:
    return tm[4] * cm[0] + tm[5] * cm[2] + cm[4], tm[4] * cm[1] + tm[5] * cm[3] + cm[5]


def _said(block: Block) -> Iterator[str]:
    """What a block says to a reader, in order."""
    match block:
        case Quote() | Callout() | ListBlock():
            yield from (each for each in texts([block]) if each)
        case Chart():
            yield block.title
            if block.show_data:
                yield from (text(cell) for row in data_table(block, labels("en").numerals).rows for cell in row)
            yield block.caption
        case Table():
            yield from (part for each in texts([block]) for part in [each] if part)
        case Figure():
            yield from [*([] if block.src else [block.alt]), block.caption]
        case _:
            yield from (re.sub(r"\[(\d)\]", r"", each) for each in texts([block]) if each)


def _markdown(given: str) -> str:
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(given)
    inner = [child for token in tokens for child in (token.children or [token])]
    return re.sub(r"\[\d\]", "", " ".join(token.content for token in inner))


class _Html(HTMLParser):
    """What a page says, but for citations' numbers and data that only a screen shows."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.said = ""
        self._hidden = 0
        self.feed(html.partition("<main>")[2])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self._hidden += tag in {"details", "sup"}

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in {"details", "sup"}

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.said += data
