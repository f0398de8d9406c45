"""Watermarks and artifacts: what is drawn on a page and no part of what is read."""

from __future__ import annotations

import io
import math

import pikepdf
import pytest

from services.renderer.artifacts import mark, stamp
from services.renderer.watermark import Outline, outline

SIZE = (595.0, 842.0)


def book(*contents: bytes) -> pikepdf.Pdf:
    made = pikepdf.new()
    for content in contents:
        made.add_blank_page(page_size=SIZE)
        made.pages[-1].obj.Contents = made.make_stream(content)
    return made


def marked(content: bytes) -> bytes:
    made = book(content)
    mark(made)
    return made.pages[0].obj.Contents.read_bytes()


def test_what_no_tag_is_around_is_an_artifact():
    """Only where something is painted; tags stay as they are, also one at the very end."""
    bare = b".24 0 0 -.24 0 842 cm\nq\n0 0 9 9 re\nf\nQ\n"
    tagged = b"/P <</MCID 0 >>BDC\nBT\n<01> Tj\nET\nEMC\n"
    assert marked(bare + tagged + b"1 0 0 rg\n" + tagged.rstrip()) == (
        b"/Artifact BMC\n" + bare + b"EMC\n" + tagged + b"1 0 0 rg\n" + tagged
    )


@pytest.mark.parametrize(
    "inner", [b"/Span<</ActualText <FEFF064A> >> BDC\n", b"/Span<</ActualText (\\)) >> BDC\n", b"/ReversedChars BMC\n"]
)
def test_tags_within_tags_are_not_torn(inner: bytes):
    """Letters that are spelled out, and runs that go backwards."""
    content = b"/P <</MCID 0 >>BDC\nBT\n" + inner + b"<01> Tj\nEMC\nET\nEMC\n"
    assert marked(content + b"BT\n<02> Tj\nET\n") == content + b"/Artifact BMC\nBT\n<02> Tj\nET\nEMC\n"


@pytest.mark.parametrize(
    "said", ["DRAFT", "x", "Nicht zur Weitergabe bestimmt!", "مسودة", "טיוטה", "草案", "W" * 30, "초안 draft مسودة"]
)
@pytest.mark.parametrize("size", [(595.0, 842.0), (612.0, 792.0)])
def test_words_of_any_script_lie_within_the_page(said: str, size: tuple[float, float]):
    """As curves, over the middle, rising."""
    drawn = outline(said, "en").across(*size)
    numbers = [float(each) for each in drawn.path.replace(b"\n", b" ").split() if each not in {b"m", b"l", b"c", b"h"}]
    xs, ys = numbers[::2], numbers[1::2]
    assert 0 < min(xs) < max(xs) < size[0]
    assert 0 < min(ys) < max(ys) < size[1]
    assert math.isclose((min(xs) + max(xs)) / 2, size[0] / 2, abs_tol=45)
    assert math.isclose((min(ys) + max(ys)) / 2, size[1] / 2, abs_tol=45)


def test_words_that_no_font_has_draw_nothing():
    """And nothing breaks."""
    assert outline("\U00013000", "en") == Outline([], 0.0)
    assert outline("", "en").across(*SIZE).path == b""


def test_a_watermark_is_on_every_page_and_leaves_the_page_as_it_was():
    """One drawing for all pages of a size, white on a dark cover; what was drawn keeps its own coordinates."""
    made = book(b".5 0 0 .5 0 0 cm\nBT\n(x) Tj\nET\n", b"BT\n(y) Tj\nET\n", b"BT\n(z) Tj\nET\n")
    stamp(made, outline("DRAFT", "en"), dark_cover=True)
    out = io.BytesIO()
    made.save(out)
    with pikepdf.open(out) as read:
        forms = [page.Resources.XObject.PressrunMark for page in read.pages]
        assert [form.objgen == forms[1].objgen for form in forms] == [False, True, True]
        assert [b"1 g" in form.read_bytes() for form in forms] == [True, False, False]
        assert float(forms[1].Resources.ExtGState.Pale.ca) == pytest.approx(0.1)
        operators = [str(each.operator) for each in pikepdf.parse_content_stream(read.pages[0])]
        assert operators == ["q", "cm", "BT", "Tj", "ET", "Q", "BDC", "Do", "EMC"]
