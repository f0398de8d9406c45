"""Pictures: what is shown is a picture, no larger than paper, and nothing else."""

from __future__ import annotations

import base64
import io
from datetime import UTC, datetime

import pytest
from lxml import etree
from PIL import Image

from services.renderer.page.drawings import sanitised
from services.renderer.page.pictures import cleaned, pictured
from shared.document.blocks import Document, Figure, ListBlock, Meta, Paragraph, Text
from shared.document.pictures import LARGEST, Picture, address, picture
from tests.unit.page.everything import SVG, png

NS = b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'


def raster(kind: str, *, size: tuple[int, int] = (8, 6), mode: str = "RGB", **saved: object) -> str:
    out = io.BytesIO()
    Image.new(mode, size, "red").save(out, kind, **saved)
    return address(Picture(f"image/{kind.lower()}", out.getvalue()))


def opened(src: str | None) -> Image.Image:
    assert src
    found = picture(src)
    assert found
    return Image.open(io.BytesIO(found.data))


@pytest.mark.parametrize(("kind", "kept"), [("PNG", "PNG"), ("JPEG", "JPEG"), ("GIF", "PNG"), ("WEBP", "PNG")])
def test_the_four_kinds_are_shown(kind: str, kept: str):
    """Photographs stay JPEG; the rest is PNG."""
    shown = opened(cleaned(raster(kind)))
    assert (shown.format, shown.size) == (kept, (8, 6))


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "CMYK"])
def test_every_kind_of_colour_is_shown(mode: str):
    """Grey, transparent, from a palette, or for print."""
    assert opened(cleaned(raster("JPEG" if mode == "CMYK" else "PNG", mode=mode))).size == (8, 6)


def test_metadata_is_gone_and_the_picture_upright():
    """Where a photograph was taken is nobody's business; how it was held is."""
    exif = Image.Exif()
    exif[0x0112], exif[0x8825] = 6, {1: "N"}
    shown = opened(cleaned(raster("JPEG", exif=exif)))
    assert shown.size == (6, 8)
    assert not shown.getexif()
    assert not shown.info.get("comment")


def test_a_picture_is_no_larger_than_paper():
    """More than 300 dots to the inch are not printed."""
    assert max(opened(cleaned(raster("PNG", size=(5000, 100)))).size) == 2400


@pytest.mark.parametrize(
    "src",
    [
        "", "x", "http://x.example/a.png", "file:///etc/passwd", "data:text/html,<b>", "data:image/bmp;base64,Qk0=",
        "data:image/png;base64,AAAA", "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\nrubbish").decode(),
        "data:image/jpeg;base64," + raster("PNG").partition(",")[2],
        "data:image/svg+xml,<html/>", "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'>",
        "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(LARGEST)).decode(),
    ],
)  # fmt: skip
def test_anything_else_is_not_shown(src: str):
    """Addresses, other kinds, broken files, wrong labels, files over the limit."""
    assert cleaned(src) is None


def test_a_small_file_of_enormous_size_is_not_unpacked():
    """Forty million pixels are the limit, whatever the file's own size."""
    assert cleaned(raster("PNG", size=(10_000, 5_000), mode="1")) is None


@pytest.mark.parametrize(
    "hostile",
    [
        b"<script>alert(1)</script>", b"<foreignObject><body xmlns='http://www.w3.org/1999/xhtml'/></foreignObject>",
        b"<image href='http://evil.example/x.png'/>", b"<image xlink:href='file:///etc/passwd'/>",
        b"<use href='http://evil.example/#x'/>", b"<a href='javascript:alert(1)'><path d='M0 0'/></a>",
        b"<rect onload='alert(1)' ONCLICK='x()'/>", b"<rect style='fill:url(http://evil.example)'/>",
        b"<rect fill='url(//evil.example/#a)'/>", b"<style>@import 'http://evil.example';</style>",
        b"<style>rect{fill:url(http://evil.example)}</style>", b"<style>@\\69mport 'evil.example'</style>",
        b"<animate attributeName='href' to='javascript:alert(1)'/>", b"<set onbegin='evil()'/>",
        b"<image href='data:image/svg+xml;base64,evil'/>", b"<iframe src='http://evil.example'/>",
        b"<x:script xmlns:x='http://www.w3.org/1999/xhtml'>evil</x:script>", b"<?evil stylesheet?><!-- evil -->",
    ],
)  # fmt: skip
def test_nothing_of_a_drawing_acts_or_leads_out(hostile: bytes):
    """Scripts, handlers, addresses, other languages: gone; what draws beside them stays."""
    made = sanitised(NS + hostile + b"<path d='M1 1h2' fill='url(#own)'/></svg>")
    assert made
    for trace in (b"evil", b"alert", b"script", b"http://", b"file:", b"onload", b"ONCLICK", b"x()"):
        assert trace not in made.replace(b"http://www.w3.org/2000/svg", b"").replace(
            b"http://www.w3.org/1999/xlink", b""
        )
    assert etree.fromstring(made)[-1].attrib == {"d": "M1 1h2", "fill": "url(#own)"}


def test_entities_are_not_resolved():
    """Neither files nor a billion laughs."""
    told = (
        b'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd"><!ENTITY b "lol">]>' + NS + b"<text>&a;&b;</text></svg>"
    )
    made = sanitised(told)
    assert made is None or (b"root:" not in made and b"ENTITY" not in made and b"&" not in made)


def test_a_document_s_pictures_are_cleaned_wherever_they_are():
    """Also within lists; text that looks like one is text; what cannot be shown has no address."""
    evil = "data:image/svg+xml;base64," + base64.b64encode(SVG.replace(b"<rect", b"<script/><rect")).decode()
    meta = Meta(title="T", created_at=datetime(2026, 5, 4, tzinfo=UTC))
    said = Paragraph([Text("http://x.example/a.png")])
    blocks = [said, ListBlock([[Figure(evil, "a"), Figure("http://x.example/a.png", "b", "c")]]), Figure(png(), "d")]
    made = pictured(Document(meta=meta, blocks=blocks))
    assert made.blocks[0] == said
    assert isinstance(made.blocks[1], ListBlock)
    first, second = made.blocks[1].items[0]
    assert isinstance(first, Figure)
    shown = picture(first.src)
    assert shown
    assert b"script" not in shown.data
    assert second == Figure("", "b", "c")
    assert pictured(Document(meta=meta, blocks=[said])).blocks == [said]
