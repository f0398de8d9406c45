"""What a document is, by its bytes."""

from __future__ import annotations

import codecs

import pytest

from shared.domain.errors import Rejected
from shared.domain.filetypes import sniff

DOCX = b"PK\x03\x04....[Content_Types].xml....word/document.xml"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.mark.parametrize(
    ("data", "declared", "filename", "kind"),
    [
        (b"%PDF-1.7", "application/pdf", "a.pdf", "pdf"),
        (b"%PDF-1.7", "", "", "pdf"),
        (b"\n%PDF-1.7", "application/octet-stream", "a", "pdf"),
        (DOCX, WORD, "a.docx", "docx"),
        (b"<!DOCTYPE html><p>x", "", "", "html"),
        (b"<?xml version='1.0'?>\n<!-- x --><html>", "", "x.htm", "html"),
        (b'{"a": 1}', "application/json", "", "json"),
        (b'{"a": 1}', "", "", "json"),
        (b"[1]", "text/plain", "a.json", "json"),
        (b"{not json", "", "", "text"),
        (b"a,b\n1,2\n", "text/csv", "", "csv"),
        (b"a,b\n1,2\n", "", "a.csv", "csv"),
        (b"a\tb\n1\t2\n", "application/octet-stream", "a.tsv", "csv"),
        (b"# Tea\n", "text/markdown", "", "markdown"),
        (b"# Tea\n", "text/plain", "a.md", "markdown"),
        (b"# Tea\n", "", "", "markdown"),
        (b"Tea\n", "", "", "text"),
        (codecs.BOM_UTF16_LE + "Tée".encode("utf-16-le"), "text/plain", "a.txt", "text"),
        ("Tea and more tea".encode("utf-16-le"), "", "", "text"),
        (codecs.BOM_UTF16_BE + "<html>".encode("utf-16-be"), "text/html", "", "html"),
        ("Café".encode("latin-1"), "text/plain", "", "text"),
        (b"Tea\n", "image/unheard-of", "", "text"),
    ],
)
def test_the_bytes_decide(data: bytes, declared: str, filename: str, kind: str):
    """The declared type and the name only tell kinds of text apart."""
    assert sniff(data, declared=declared, filename=filename) == kind


@pytest.mark.parametrize(
    ("data", "declared", "filename", "why"),
    [
        (b"", "", "", "is empty"),
        (b" \n", "text/plain", "", "is empty"),
        (b"%PDF-1.7", "text/plain", "", "its content is pdf"),
        (b"Tea", "application/pdf", "", "its content is text"),
        (b"Tea", "", "a.pdf", "is named as pdf"),
        (b"%PDF-1.7", "", "a.docx", "its content is pdf"),
        (b"<html>", "application/json", "", "its content is html"),
        (b"PK\x03\x04xl/workbook.xml", "", "a.xlsx", "a ZIP archive"),
        (b"PK\x03\x04", WORD, "a.docx", "a ZIP archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", WORD, "a.docx", "password-protected"),
        (b"\x89PNG\r\n\x1a\n", "text/plain", "a.txt", "an image"),
        (b"\x7fELF\x02", "", "", "a program"),
        (b"text\x00with nul", "", "", "NUL"),
    ],
)
def test_what_is_not_read_is_refused_with_the_reason(data: bytes, declared: str, filename: str, why: str):
    """And with what is read."""
    with pytest.raises(Rejected, match=why) as refused:
        sniff(data, declared=declared, filename=filename)
    assert refused.value.code == "document_type"
    assert "PDF and DOCX" in refused.value.message
