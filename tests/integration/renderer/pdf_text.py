"""What a reader finds in a PDF."""

from __future__ import annotations

import io
import unicodedata

from pypdf import PdfReader


def text(data: bytes, most: int | None = None) -> str:
    """The text of the first pages; what a font of this machine drew as one glyph, such as ``ﬁ``, is letters again."""
    pages = PdfReader(io.BytesIO(data)).pages[:most]
    return unicodedata.normalize("NFKC", "\n".join(page.extract_text() for page in pages))
