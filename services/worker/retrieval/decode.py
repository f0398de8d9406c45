"""From bytes to text, whatever they were encoded in."""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

from .content import Unfit

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE = 65_536
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_GARBLED = 0.02


def decode(data: bytes) -> str:
    """The text: by its byte order mark, as UTF-8, or by what its bytes are most likely.

    Raises:
        Unfit: no encoding gives text.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _clean(data[len(mark) :].decode(encoding, "replace"))
    try:
        return _clean(data.decode("utf-8"))
    except (UnicodeDecodeError, Unfit):
        return _clean(_guessed(data))


def _guessed(data: bytes) -> str:
    wide = _wide(data)
    if wide:
        return data.decode(wide, "replace")
    best = from_bytes(data[:_SAMPLE]).best()
    for encoding in filter(None, (best.encoding if best else None, "cp1252")):
        try:
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode("latin-1")


def _wide(data: bytes) -> str | None:
    """UTF-16 of a Latin script without its mark: every other byte is NUL."""
    head = data[:4096]
    even, odd, half = head[::2].count(0), head[1::2].count(0), max(len(head) // 2, 1)
    if odd > 0.6 * half > even:
        return "utf-16-le"
    return "utf-16-be" if even > 0.6 * half > odd else None


def _clean(text: str) -> str:
    found = len(_CONTROLS.findall(text[:_SAMPLE])) + text.count("\ufffd", 0, _SAMPLE)
    if found > _GARBLED * max(len(text[:_SAMPLE]), 1):
        raise Unfit("document_encoding", "the document is not text in an encoding that is known; save it as UTF-8")
    return _CONTROLS.sub("", text)
