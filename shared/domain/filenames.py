"""What clients call their files, fit to be shown. Pure."""

from __future__ import annotations

import unicodedata


def shown_name(filename: str) -> str:
    """The last part of a file's name, printable."""
    last = filename.replace("\\", "/").rpartition("/")[2]
    shown = "".join(char for char in unicodedata.normalize("NFC", last) if char.isprintable())
    return " ".join(shown.split())[:200]
