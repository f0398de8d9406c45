"""Scripts without spaces between words: PostgreSQL's parser takes a whole sentence of them for one word. Pure."""

from __future__ import annotations

import re

_UNSPACED = re.compile("([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u0e00-\u0e7f])")


def spaced(text: str) -> str:
    """Every character of such a script as a word of its own."""
    return _UNSPACED.sub(r" \1 ", text)
