"""What a reader finds in a PDF."""

from __future__ import annotations

import io

from pypdf import PdfReader


def text(data: bytes, most: int | None = None) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages[:most])
