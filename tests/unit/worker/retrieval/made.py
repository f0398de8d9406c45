"""Documents made for tests: small, and broken in the ways that matter."""

from __future__ import annotations

import io
import zipfile
import zlib

import docx
import pikepdf


def pdf(*pages: list[str], title: str = "", bookmarks: bool = False, password: str = "") -> bytes:
    """A PDF with a text of lines on each page."""
    made = pikepdf.new()
    font = made.make_indirect(
        pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    )
    for lines in pages:
        page = made.add_blank_page(page_size=(595, 842))
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        said = "".join(f"1 0 0 1 72 {780 - 14 * at} Tm ({_escaped(line)}) Tj\n" for at, line in enumerate(lines))
        page.Contents = made.make_stream(f"BT /F1 11 Tf\n{said}ET".encode("latin-1"))
    if bookmarks:
        with made.open_outline() as outline:
            outline.root.extend(pikepdf.OutlineItem(lines[0], number) for number, lines in enumerate(pages))
    if title:
        made.docinfo["/Title"] = title
    out = io.BytesIO()
    made.save(out, encryption=pikepdf.Encryption(owner=password, user=password) if password else False)
    return out.getvalue()


def word() -> bytes:
    """A Word document with headings, a list and a table."""
    made = docx.Document()
    made.core_properties.title = "Brewing"
    made.add_heading("Brewing", 0)
    made.add_heading("Tea", 1)
    made.add_paragraph("Green tea must not be brewed above 80 degrees.")
    made.add_paragraph("It needs two minutes.", style="List Bullet")
    made.add_heading("Coffee", 1)
    table = made.add_table(rows=2, cols=2)
    for cell, text in zip(
        [cell for row in table.rows for cell in row.cells], ["Kind", "Degrees", "Filter", "92"], strict=True
    ):
        cell.text = text
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def bomb(unpacked: int = 64 * 1024 * 1024) -> bytes:
    """A Word document of some kilobytes that unpacks to a thousand times as much."""
    out = io.BytesIO(word())
    piece = b" " * (1024 * 1024)
    with (
        zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
        archive.open("word/media/x.xml", "w", force_zip64=True) as entry,
    ):
        for _ in range(unpacked // len(piece)):
            entry.write(piece)
    return out.getvalue()


def lying_bomb() -> bytes:
    """The same, but its directory says that it is small."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(word())) as archive, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as lying:
        for entry in archive.infolist():
            text = archive.read(entry)
            if entry.filename == "word/document.xml":
                size = 64 * 1024 * 1024
                text = text.ljust(size)
            lying.writestr(entry.filename, text)
    return out.getvalue().replace(size.to_bytes(4, "little"), (1000).to_bytes(4, "little"))


def deep_pdf(megabytes: int = 256) -> bytes:
    """A PDF of some hundred kilobytes whose one page inflates to so many megabytes of operators."""
    packer = zlib.compressobj(9)
    piece = b"q Q " * (1 << 18)
    packed = b"".join(packer.compress(piece) for _ in range(megabytes)) + packer.flush()
    made = pikepdf.new()
    page = made.add_blank_page()
    page.Contents = pikepdf.Stream(made, packed, pikepdf.Dictionary(Filter=pikepdf.Name.FlateDecode))
    out = io.BytesIO()
    made.save(out, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    return out.getvalue()


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
