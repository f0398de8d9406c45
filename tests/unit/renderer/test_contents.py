"""Exchanging placeholders in PDFs that were not printed by a browser, so that every form is tried."""

from __future__ import annotations

import pytest
from pikepdf import Array, Dictionary, Name, Pdf

from services.renderer.contents import fill, page_numbers, placeholders
from services.renderer.lettering import Sheet

DIGITS = {digit: f"{0x30 + int(digit):04x}" for digit in "0123456789"}
ANCHORS = [("a", 1, "A"), ("a-1", 2, "A1"), ("b", 1, "B"), ("c", 1, "C"), ("d", 1, "D")]


def spelled(number: int) -> str:
    return "".join(DIGITS[digit] for digit in str(number))


def in_one(number: int) -> str:
    """A number in one string, its glyphs as far apart as the font says."""
    return f"<{spelled(number)}> Tj"


def one_by_one(number: int) -> str:
    """A number glyph by glyph, each set apart by hand."""
    return " 5 0 Td ".join(f"<{DIGITS[digit]}> Tj" for digit in str(number))


def book(printed: dict[str, int], *, show=in_one, shown: dict[str, int] | None = None, faces: int = 1) -> Pdf:
    """A contents page with a line for each anchor, and a page for each anchor after it."""
    made = Pdf.new()
    for _ in range(len(printed) + 1):
        made.add_blank_page(page_size=(595, 842))
    lines, links, targets = [], [], Dictionary()
    for place, (anchor, number) in enumerate((printed | (shown or {})).items()):
        y = 700 - 20 * place
        title = f"BT /F0 10 Tf 1 0 0 1 50 {y} Tm <00410042> Tj ET"
        lines.append(f"{title} BT /F{place % faces} 10 Tf 1 0 0 1 500 {y} Tm {show(number)} ET")
        links.append(Dictionary(Subtype=Name.Link, Rect=Array([50, y, 515, y + 10]), Dest=Name(f"/{anchor}")))
        targets[f"/{anchor}"] = Array([made.pages[place + 1].obj, Name.XYZ, 0, 800, 0])
    page = made.pages[0]
    page.Contents = made.make_stream(f"q 1 0 0 1 0 0 cm {' '.join(lines)} Q".encode())
    page.Annots = Array(links)
    font = Dictionary(W=Array([0x30, Array([500] * 5), 0x35, 0x39, 500]), DW=1000)
    fonts = {f"/F{face}": made.make_indirect(Dictionary(DescendantFonts=Array([font]))) for face in range(faces)}
    page.Resources = Dictionary(Font=Dictionary(fonts))
    made.Root.Dests = targets
    return made


def read(made: Pdf) -> list[tuple[str, float]]:
    """The numbers on the contents page and where they begin."""
    back = {bytes.fromhex(code): digit for digit, code in DIGITS.items()}
    runs = Sheet(made.pages[0]).runs
    return [("".join(back[glyph] for glyph in run.glyphs), run.x) for run in runs if run.x >= 500]


@pytest.mark.parametrize("show", [in_one, one_by_one])
def test_numbers_take_the_placeholders_places(show):
    """Flush right, however the glyphs were set."""
    printed = placeholders(ANCHORS)
    made = book(printed, show=show)
    assert page_numbers(made, printed) == dict(zip(printed, range(2, 7), strict=True))
    assert fill(made, printed, dict(zip(printed, [2, 34, 56, 789, 10], strict=True)))
    assert read(made) == [("2", 510), ("34", 505), ("56", 505), ("789", 500), ("10", 505)]


def test_placeholders_hold_all_digits_in_every_level():
    """Whatever levels the contents list, four entries are enough to write any number."""
    deep = [(f"s{number}", 1 + number % 3, "") for number in range(12)]
    printed = placeholders(deep)
    for level in (1, 2, 3):
        own = [str(printed[anchor]) for anchor, depth, _ in deep if depth == level]
        assert set("".join(own)) == set("0123456789")
        assert {len(number) for number in own} == {3}


@pytest.mark.parametrize(
    ("numbers", "why"),
    [
        ([2, 3, 4, 5, 1000], "too wide"),
        ([2, 3, 4, 5], "an entry is missing"),
    ],
)
def test_numbers_that_do_not_fit_change_nothing(numbers: list[int], why: str):
    """The caller prints again."""
    printed = placeholders(ANCHORS)
    made = book(printed)
    before = made.pages[0].Contents.read_bytes()
    wanted = dict(zip(printed, numbers, strict=False))
    if why == "an entry is missing":
        wanted["elsewhere"] = 9
        printed["elsewhere"] = 123
    assert not fill(made, printed, wanted)
    assert made.pages[0].Contents.read_bytes() == before


def test_what_is_not_the_placeholder_is_left_alone():
    """A title of three characters at the edge is not mistaken for a number: its glyphs fit no other entry's."""
    printed = placeholders(ANCHORS)
    made = book(printed, shown={"b": 999})
    assert not fill(made, printed, dict.fromkeys(printed, 2))
    assert read(made)[1] == ("999", 500)


def test_glyphs_of_one_font_are_not_used_in_another():
    """A face holds only the digits that were printed in it."""
    printed = placeholders(ANCHORS)
    assert not fill(book(printed, faces=2), printed, dict.fromkeys(printed, 3))
    assert fill(book(printed, faces=2), printed, dict.fromkeys(printed, 12))
    assert fill(book(printed, faces=1), printed, dict.fromkeys(printed, 3))


def test_nothing_listed_is_nothing_to_do():
    """A document without contents is as it should be."""
    made = Pdf.new()
    made.add_blank_page()
    assert page_numbers(made, ["a"]) == {}
    assert fill(made, {"a": 123}, {})
