"""What reading a document gives. Crosses from the child process that reads to the worker, as JSON."""

from __future__ import annotations

from typing import Literal

import msgspec


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """One block of a document, in order."""

    kind: Literal["heading", "paragraph", "item", "row", "verbatim"]
    text: str
    level: int = 0
    """Of a heading; 1 is the outermost. One without text only ends what stands below its level."""
    page: int = 0
    """From 1; 0 where there are no pages."""
    row: int = 0
    """Of a table, from 1; 0 elsewhere."""


class Contents(msgspec.Struct, frozen=True, kw_only=True):
    """A document's blocks, before they are cut."""

    blocks: list[Block]
    title: str = ""
    """What the document says of itself."""
    pages: int | None = None
    notices: list[str] = []
    """What was left out, and why."""


class Chunk(msgspec.Struct, frozen=True, kw_only=True):
    """One passage of a document."""

    number: int
    path: list[str] = []
    """The headings above it, outermost first."""
    place: str = ""
    """Page or rows."""
    text: str
    words: int


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """A document, read and cut."""

    chunks: list[Chunk]
    title: str = ""
    pages: int | None = None
    words: int = 0
    notices: list[str] = []
    private: dict[str, int] = {}
    """How many values of each private kind the rules find in it."""


class Unreadable(msgspec.Struct, frozen=True, kw_only=True):
    """Why a document cannot be read."""

    code: str
    message: str


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """What the child process is asked; the document's bytes follow."""

    kind: str
    seconds: float = 45
    """After so long, pages that were not read yet are left out, with a notice."""
    most_passages: int = 5000
    most_rows: int = 20_000
    most_characters: int = 6_000_000


class Unfit(Exception):
    """The document cannot be read: broken, locked, too large, or without text."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
