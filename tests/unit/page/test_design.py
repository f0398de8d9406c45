"""How a page is to look: themes, colours, marks of who may read it, and which way text runs."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services.renderer.page import anchors, page
from services.renderer.page import theme as themes
from services.renderer.page.colours import READABLE, contrast, tokens
from services.renderer.page.house import House, HouseBroken, house
from shared.document.blocks import Block, Callout, Code, Document, Heading, ListBlock, Meta, Paragraph, Quote, Text
from shared.document.design import THEMES, Design, chosen, rgb
from shared.domain.errors import Rejected
from tests.unit.page.everything import SVG, everything

FOLDER = Path(themes.__file__).parent / "themes"


def made(*content: Block, house: House | None = None, fonts: Any = "system", **meta: Any) -> str:
    told: dict[str, Any] = {"title": "T", "created_at": datetime(2026, 5, 4, tzinfo=UTC)} | meta
    return page(Document(meta=Meta(**told), blocks=list(content)), house=house or House(), fonts=fonts)


def test_every_theme_is_a_folder_and_every_folder_a_theme():
    """Clients choose from the list, the page is drawn by the folder."""
    assert {each.name for each in FOLDER.iterdir() if each.is_dir()} == set(THEMES)
    assert [themes.theme(name).name for name in THEMES] == list(THEMES)


@pytest.mark.parametrize("name", THEMES)
def test_a_theme_can_be_read_on_paper_and_on_a_dark_screen(name: str):
    """Its text, its accent and its notes have contrast; its chart colours can be told from the ground."""
    css, own = (FOLDER / name / "page.css").read_text(), themes.theme(name)
    light, dark = css.partition("prefers-color-scheme: dark")[::2]
    for written, ground, palette in ((light, own.paper[0], own.palette.light), (dark, own.paper[1], own.palette.dark)):
        named = dict(re.findall(r"(--[\w-]+): (#[0-9a-f]{6})", written))
        assert named["--paper"] == ground
        for ink in ("--ink", "--ink-soft", "--accent", "--note", "--info", "--warning", "--danger", "--success"):
            assert _contrast(named[ink], ground) >= READABLE, ink
        for tone in ("note", "info", "warning", "danger", "success"):
            assert _contrast(named[f"--{tone}"], named[f"--{tone}-tint"]) >= READABLE, tone
        assert len(set(palette)) == 8
        assert all(_contrast(colour, ground) >= 1.8 for colour in palette)


@pytest.mark.parametrize("accent", ["#ffe600", "#fff", "#000000", "#14525e", "#ff8800", "#7f7f7f"])
@pytest.mark.parametrize("paper", ["#ffffff", "#11161a"])
def test_any_accent_is_made_readable(accent: str, paper: str):
    """A yellow is darkened on paper, a navy is lightened on a dark screen, and a cover carries its text."""
    colours = tokens(accent, paper=paper, cover_ink="#f4f1ea")
    assert _contrast(colours["--accent"], paper) >= READABLE
    assert _contrast(colours["--note"], colours["--note-tint"]) >= 4
    assert _contrast(colours["--cover"], "#f4f1ea") >= 8
    assert _contrast(colours["--cover-soft"], colours["--cover"]) >= READABLE
    assert _contrast(colours["--series-0"], paper) >= 3


def test_a_readable_accent_stays_as_it_is():
    """The house's colour is the house's colour."""
    assert tokens("#14525e", paper="#ffffff", cover_ink=None)["--accent"] == "#14525e"


def test_the_report_s_accent_comes_before_the_house_s():
    """And without either the theme's own stays."""
    accents = [
        re.findall(r"--accent: (#[0-9a-f]{6})", made(house=House(accent), design=Design(accent=own)))[-2]
        for accent, own in (("", ""), ("#8c1f16", ""), ("#8c1f16", "#1a4e8a"))
    ]
    assert accents[1:] == ["#8c1f16", "#1a4e8a"]
    assert accents[0] == re.findall(r"--accent: (#[0-9a-f]{6})", (FOLDER / "pressrun" / "page.css").read_text())[0]


@pytest.mark.parametrize(
    "accent", ["red", "#12", "#1234567", "#14525e;}body{display:none", "url(http://x)", "#14525e\n"]
)
def test_only_a_colour_is_a_colour(accent: str):
    """Whoever writes the document: no text becomes part of the stylesheet."""
    assert rgb(accent) is None
    with pytest.raises(Rejected, match="accent"):
        made(design=Design(accent=accent))
    with pytest.raises(HouseBroken, match="PRESSRUN_BRAND_ACCENT"):
        house(accent, "")


def test_the_house_s_logo_is_cleaned_and_on_the_cover(tmp_path: Path):
    """Scripts of a drawing are gone before it is anywhere."""
    file = tmp_path / "logo.svg"
    file.write_bytes(SVG.replace(b"<rect", b"<script>alert(1)</script><rect onclick='x()'"))
    cover = made(house=house("", str(file))).partition("</header>")[0]
    assert '<img class="logo" src="data:image/svg+xml;base64,' in cover
    assert "<script" not in _decoded(house("", str(file)).logo)


def test_a_logo_that_cannot_be_used_is_refused_by_name(tmp_path: Path):
    """At start, with what to do."""
    (tmp_path / "logo.png").write_bytes(b"no picture")
    (tmp_path / "large.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(2_000_001))
    for name in ("logo.png", "large.png", "absent.svg", "logo.pdf"):
        with pytest.raises(HouseBroken, match="PRESSRUN_BRAND_LOGO"):
            house("", str(tmp_path / name))


def test_who_may_read_it_is_on_the_cover_and_in_the_footer():
    """In the document's language if it is one of the known classes."""
    for name in THEMES:
        html = made(design=Design(theme=name, classification="confidential"), language="de")
        assert '<p class="classification">Vertraulich</p>' in html
        assert re.search(r'content: "Vertraulich"', html.partition("</style>")[0])


def test_the_watermark_is_no_text_of_the_page():
    """On a screen it is drawn by the stylesheet; a page for printing leaves it to the file."""
    design = Design(watermark='DRAFT"><script>')
    html = made(design=design, fonts="embed")
    assert '<div class="watermark" data-said="DRAFT&#34;&gt;&lt;script&gt;" aria-hidden="true"></div>' in html
    assert "watermark" not in made(design=design).partition("<body>")[2]


@pytest.mark.parametrize(
    ("asked", "size", "height"), [("", "A4", "297mm"), ("letter", "Letter", "11in"), ("x;}", "A4", "297mm")]
)
def test_the_paper_is_one_of_two(asked: str, size: str, height: str):
    """Anything else is A4: what is written there does not reach the stylesheet."""
    style = made(design=Design(page_size=asked)).partition("</style>")[0]
    assert f"@page {{ size: {size};" in style
    assert f"--page-height: {height};" in style


def test_the_choice_that_is_nearer_wins():
    """What is not chosen is taken from the next."""
    asked = chosen({"theme": "plain", "accent": None, "watermark": " DRAFT ", "other": 1})
    assert asked == Design(theme="plain", watermark="DRAFT")
    assert asked.over(Design(theme="broadsheet", accent="#123")) == Design(
        theme="plain", watermark="DRAFT", accent="#123"
    )


def test_blocks_that_run_the_other_way_say_so():
    """By their first letter; code always runs from left to right."""
    hebrew = Paragraph([Text("(2026) המספרים מדברים")])
    html = made(Paragraph([Text("left")]), hebrew, ListBlock([[hebrew]]), Quote([hebrew]), Callout([hebrew]))
    for element in ("p", "ul", "blockquote", 'aside class="callout note short" role="note"'):
        assert f'<{element} dir="rtl"' in html
    assert "<p>left</p>" in html
    mirrored = made(hebrew, Paragraph([Text("left")]), Code("x = 1"), language="he")
    assert '<p dir="ltr">left</p>' in mirrored
    assert '<pre dir="ltr">' in mirrored
    assert "<p>(2026)" in mirrored


@pytest.mark.parametrize("name", THEMES)
def test_the_margins_of_a_right_to_left_page_are_mirrored(name: str):
    """What begins a line's side begins it there too."""
    left, right = (_margins(name, language) for language in ("en", "ar"))
    assert left["margins"][1::2] == right["margins"][1::2][::-1]
    for side, other in (("left", "right"), ("right", "left")):
        for edge in ("top", "bottom"):
            assert left.get(f"@{edge}-{side}") == right.get(f"@{edge}-{other}")


def _margins(name: str, language: str) -> dict[str, Any]:
    """The margins, and what is in the boxes at the sides, but for words of the language."""
    design = Design(theme=name, classification="x")
    style = made(language=language, design=design, title="", author="A").partition("</style>")[0]
    rule = style[style.rindex("@page {") : style.rindex("--page-height")]
    said = dict(re.findall(r"(@[\w-]+) \{ content: (\"[AxT]\"|[^;]*counter)", rule))
    shortened = {box: "counter" if content.endswith("counter") else content for box, content in said.items()}
    return shortened | {"margins": re.findall(r"margin: ([^;]+);", rule)[0].split()}


def test_a_summary_bears_no_number_and_stands_before_the_first_section():
    """Nor does what is below it; sections count from 1."""
    whole = everything()
    html = page(whole, fonts="system")
    assert html.index('<nav class="contents"') < html.index('<section class="summary">') < html.index('id="section-1"')
    assert '<h2 id="part-1"><span class="title">Executive summary</span></h2>' in html
    content = [
        Heading(1, [Text("S")], numbered=False),
        Heading(2, [Text("in S")]),
        Heading(1, [Text("A")]),
        Heading(2, [Text("B")]),
    ]
    assert [anchor for anchor, _, _ in anchors(Document(meta=whole.meta, blocks=content))] == [
        "part-1",
        "part-1-1",
        "section-1",
        "section-1-1",
    ]
    assert re.findall(r'<span class="number">([\d.]+)</span> <span class="title">', made(*content)) == ["1", "1.1"]


def _contrast(one: str, other: str) -> float:
    first, second = rgb(one), rgb(other)
    assert first
    assert second
    return contrast(first, second)


def _decoded(src: str) -> str:
    from base64 import b64decode

    return b64decode(src.partition(",")[2]).decode()
