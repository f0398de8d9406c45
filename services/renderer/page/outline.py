"""The sections of a document: their numbers, their anchors, and which of them the contents list."""

from __future__ import annotations

from collections import Counter

import msgspec

from shared.document.blocks import Document, Heading
from shared.document.labels import labels
from shared.document.plain import clean, text

SOURCES = "sources"

_DEEPEST_NUMBERED = 3
_LISTED_LEVELS = 2
_LISTED = 70
_RECURRING = 3


class Entry(msgspec.Struct, frozen=True):
    """One heading; ``level`` is without gaps, so a first heading is a section whatever it says."""

    anchor: str
    level: int
    number: str
    heading: Heading


def outline(document: Document) -> list[Entry]:
    """Number the headings of the document in their order, but for sections that say they bear no number."""
    counts: dict[bool, list[int]] = {True: [], False: []}
    numbered = True
    entries = []
    for heading in document.blocks:
        if isinstance(heading, Heading):
            if heading.level <= 1 or not counts[numbered]:
                numbered = heading.numbered
            entries.append(_entry(heading, counts[numbered], numbered=numbered))
    return entries


def _entry(heading: Heading, counts: list[int], *, numbered: bool) -> Entry:
    """Count the heading, and name it after its count."""
    level = min(max(heading.level, 1), len(counts) + 1, 4)
    counts[level - 1 :] = [(counts[level - 1] if level <= len(counts) else 0) + 1]
    path = [str(count) for count in counts]
    number = ".".join(path) if numbered and level <= _DEEPEST_NUMBERED else ""
    return Entry(f"{'section' if numbered else 'part'}-{'-'.join(path)}", level, number, heading)


def listed(entries: list[Entry]) -> list[Entry]:
    """Return what the contents show: two levels, or sections only where that would be pages of it.

    A heading that comes back in section after section, such as a source's title, tells nobody where to look.
    """
    counts = Counter(_said(entry) for entry in entries)
    shown = [
        entry
        for entry in entries
        if entry.level == 1 or (entry.level <= _LISTED_LEVELS and counts[_said(entry)] < _RECURRING)
    ]
    return shown if len(shown) <= _LISTED else [entry for entry in shown if entry.level == 1]


def _said(entry: Entry) -> tuple[int, str]:
    return entry.level, text(entry.heading.content).casefold().strip()


def anchors(document: Document) -> list[tuple[str, int, str]]:
    """Return every place a link can lead to: anchor, level and what is written there."""
    places = [(entry.anchor, entry.level, text(entry.heading.content)) for entry in outline(document)]
    if document.sources:
        places.append((SOURCES, 1, labels(document.meta.language).sources))
    return places


def bookmarks(document: Document) -> list[str]:
    """Return what a PDF's outline says: the title, the headings with their numbers, and the sources."""
    said = [f"{entry.number} {text(entry.heading.content)}".strip() for entry in outline(document)]
    sources = [labels(document.meta.language).sources] if document.sources else []
    return [" ".join(clean(each).split()) for each in (document.meta.title, *said, *sources)]
