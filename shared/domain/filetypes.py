"""What a document that somebody uploads is, told by its bytes. Pure; nothing is unpacked here."""

from __future__ import annotations

import re
from typing import Literal

from .errors import Rejected

Kind = Literal["text", "markdown", "html", "csv", "json", "pdf", "docx"]

CODE = "document_type"
KINDS = "text, Markdown, HTML, CSV, JSON, PDF and DOCX"

_BINARY = (
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"II*\x00", "an image"),
    (b"MM\x00*", "an image"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"ID3", "a sound file"),
    (b"OggS", "a media file"),
    (b"SQLite format 3", "a database"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BOMS = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\x00\x00\xfe\xff")
_HTML = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
_MARKDOWN = re.compile(r"^#{1,4} \S|^```", re.MULTILINE)
"""What nobody types into plain text by chance."""
_HEAD = 4096

_DECLARED: dict[str, frozenset[Kind]] = {
    "application/pdf": frozenset({"pdf"}),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": frozenset({"docx"}),
    "application/json": frozenset({"json"}),
    "text/html": frozenset({"html"}),
    "application/xhtml+xml": frozenset({"html"}),
    "text/csv": frozenset({"csv"}),
    "text/markdown": frozenset({"markdown"}),
    "text/plain": frozenset({"text", "markdown", "csv", "json"}),
}
"""What a declared type may turn out to be; a type that is not here says nothing."""
_EXTENSIONS: dict[str, Kind] = {
    "pdf": "pdf",
    "docx": "docx",
    "json": "json",
    "html": "html",
    "htm": "html",
    "xhtml": "html",
    "csv": "csv",
    "tsv": "csv",
    "md": "markdown",
    "markdown": "markdown",
    "txt": "text",
}
_TEXTS: frozenset[Kind] = frozenset({"text", "markdown", "csv"})


def sniff(data: bytes, *, declared: str = "", filename: str = "") -> Kind:
    """What the bytes are.

    The bytes decide. Only among kinds of text that look alike (plain, Markdown, CSV, JSON) do the declared type and
    the file's name.

    Raises:
        Rejected: it is empty, of no kind that is read, or not what it was declared to be (code ``document_type``).
    """
    if not data.strip():
        raise _refused("is empty")
    media = declared.partition(";")[0].strip().lower()
    named = _EXTENSIONS.get(filename.rpartition(".")[2].lower())
    found = _container(data) or _text(data, media, named)
    allowed = _DECLARED.get(media)
    if allowed is not None and found not in allowed:
        raise _refused(f"was declared as {media}, but its content is {found}")
    if named is not None and named != found and not ({named, found} <= _TEXTS or (named == "text" and found == "json")):
        raise _refused(f"is named as {named}, but its content is {found}")
    return found


def _container(data: bytes) -> Kind | None:
    """A format with a signature; None for what may be text."""
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data.startswith(b"PK\x03\x04"):
        if b"word/" in data and b"[Content_Types].xml" in data:
            return "docx"
        raise _refused("is a ZIP archive, and no Word document")
    if data.startswith(_OLE):
        raise _refused("is an old or password-protected Office file; save it as .docx without a password")
    for signature, what in _BINARY:
        if data.startswith(signature):
            raise _refused(f"is {what}")
    return None


def _text(data: bytes, media: str, named: Kind | None) -> Kind:
    head = data[:_HEAD]
    wide = head.startswith(_BOMS) or _is_utf16(head)
    if b"\x00" in head and not wide:
        raise _refused("is not text: it holds NUL bytes")
    shown = head.decode(_wide(head) if wide else "latin-1", "ignore").lstrip("\ufeff \t\r\n")
    if _HTML.match(shown):
        return "html"
    if shown[:1] in {"{", "["} and (media == "application/json" or named == "json" or _closed(data, wide=wide)):
        return "json"
    if media == "text/html" or (not media and named == "html"):
        return "html" if re.search(r"<[a-z!/][^>]*>", shown, re.IGNORECASE) else "text"
    for kind, types in (("csv", "text/csv"), ("markdown", "text/markdown")):
        if media == types or (media in {"", "text/plain", "application/octet-stream"} and named == kind):
            return kind  # type: ignore[return-value]
    return "markdown" if not media and named is None and _MARKDOWN.search(shown) else "text"


def _closed(data: bytes, *, wide: bool) -> bool:
    """Whether it ends as JSON does; the reader finds out whether it is."""
    tail = data[-64:].replace(b"\x00", b"") if wide else data[-64:]
    return tail.rstrip()[-1:] in {b"}", b"]"}


def _is_utf16(head: bytes) -> bool:
    """Whether every other byte is mostly NUL: UTF-16 of a Latin script without its mark."""
    if len(head) < 8:
        return False
    even, odd = head[::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    return (odd > 0.6 * half and even < 0.1 * half) or (even > 0.6 * half and odd < 0.1 * half)


def _wide(head: bytes) -> str:
    if head.startswith(b"\xef\xbb\xbf"):
        return "utf-8"
    if head.startswith(b"\xff\xfe"):
        return "utf-16-le"
    if head.startswith(b"\xfe\xff"):
        return "utf-16-be"
    return "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"


def _refused(why: str) -> Rejected:
    return Rejected(f"the document {why}; send {KINDS}", code=CODE, details={"field": "file"})
