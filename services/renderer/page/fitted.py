"""A document as it can be shown: without characters that no page shows, and those no font has by number."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from shared.document.blocks import Document
from shared.document.plain import clean


def cleaned(document: Document) -> tuple[Document, frozenset[str]]:
    """Return the document without unprintable characters, and all characters in it."""
    used: set[str] = set()

    def shown(text: str) -> str:
        kept = clean(text)
        used.update(kept)
        return kept

    return _mapped(document, shown), frozenset(used)


def spelled(document: Document, missing: Iterable[str]) -> Document:
    """Write each of the characters as its number, like ``[U+13000]``: an empty box says less."""
    names = {ord(character): f"[U+{ord(character):04X}]" for character in missing}
    return _mapped(document, lambda text: text.translate(names)) if names else document


def _mapped(document: Document, change: Callable[[str], str]) -> Document:
    # The tags of blocks are strings too, and plain: no change reaches them.
    return msgspec.convert(_walk(msgspec.to_builtins(document), change), Document)


def _walk(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        # A picture's address is no text, and may have megabytes.
        return {key: each if key == "src" else _walk(each, change) for key, each in value.items()}
    if isinstance(value, list):
        return [_walk(each, change) for each in value]
    return value
