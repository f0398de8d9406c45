"""The structure of plain text: finds headings and list items, joins wrapped lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

import msgspec

_UNDERLINE = re.compile(r"\s*([-=~_])\1{2,}\s*$")
_BOX_EDGE = re.compile(r"\s*([*#+])\1{9,}\s*$")
_BOXED = re.compile(r"\s*[*#|]\s(.*?)\s?[*#|]\s*$")
_ITEM = re.compile(r"\s*(?:\(?[a-z]{1,2}\)|\(?[ivx]{1,5}[.)]|[a-z]\.|[-*•–]|\(?\d{1,2}\))\s+\S")
_NUMBERED = re.compile(r"\s*(\d+(?:\.\d+)*)[.)]?\s+(\S.*)")
_PART = "appendix|annex|article|chapter|exhibit|part|schedule|section"
_NAMED = re.compile(rf"(?i:{_PART})\s+[A-Z0-9.]+\b|(?i:{_PART})(?:\s+[A-Z0-9.]+)?:\s")
_RUN_IN = re.compile(r"(?P<heading>(?P<number>\d+(?:\.\d+)*)\.?\s+(?P<title>[^\s.][^.:]{1,70}))[.:]\s+(?=[A-Z\"“(])")
_SMALL = frozenset("a an and as at by for from in into of on or the this to under with your".split())
_CENTRED = 8
"""A line set in this far stands apart like a title."""
_WRAP = 160
"""A longer line is a paragraph of its own: the text is not wrapped."""


class Line(msgspec.Struct, frozen=True):
    """One block, its lines joined."""

    kind: Literal["heading", "paragraph", "item"]
    text: str
    level: int = 0


def read(text: str) -> list[Line]:
    """The blocks of a plain text.

    A heading stands alone and is underlined, numbered, in capitals, or set apart like a title; or it is a
    numbered title that runs into its paragraph ("2. Grant of License. Subject to ..."). What is not surely a
    heading is a paragraph.
    """
    found: list[Line] = []
    for chunk in _chunks(text):
        found.extend(_read_chunk(chunk))
    return found


def _chunks(text: str) -> Iterator[list[str]]:
    """Lines that stand together; frames drawn around them are taken off."""
    chunk: list[str] = []
    for raw in [*_unframed(text), ""]:
        line = raw.rstrip()
        if not line or len(line) > _WRAP:
            if chunk:
                yield chunk
            chunk = []
            if line:
                yield [line]
        else:
            chunk.append(line)


def _unframed(text: str) -> Iterator[str]:
    inside = False
    for line in text.expandtabs(4).replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n").split("\n"):
        if _BOX_EDGE.match(line):
            inside = not inside
            yield ""
        elif inside and (boxed := _BOXED.match(line)):
            yield boxed.group(1)
        else:
            yield line


def _read_chunk(lines: list[str]) -> Iterator[Line]:
    if len(lines) > 1 and _UNDERLINE.match(lines[-1]) and len(lines) <= 3:
        title = _joined(lines[:-1])
        yield Line("heading", title, _level(title))
        return
    lines = [line for line in lines if not _UNDERLINE.match(line)]
    if not lines:
        return
    if _is_heading(lines):
        title = _joined(lines)
        yield Line("heading", title.rstrip(".:"), _level(title))
        return
    yield from _prose(lines)


def _prose(lines: list[str]) -> Iterator[Line]:
    for part in _parts(lines):
        text = _joined(part)
        run_in = _RUN_IN.match(text)
        if run_in and _is_title(run_in["title"]):
            yield Line("heading", run_in["heading"].strip(), _level(run_in["heading"]))
            text = text[run_in.end() :]
        yield Line("item" if _ITEM.match(text) else "paragraph", text)


def _parts(lines: list[str]) -> Iterator[list[str]]:
    """A chunk's paragraph and its list items."""
    part: list[str] = []
    for line in lines:
        ended = not part or re.search(r"[.;:,)]$|\b(?:and|or)$", part[-1]) is not None
        if part and _ITEM.match(line) and ended:
            yield part
            part = []
        part.append(line)
    yield part


def _is_heading(lines: list[str]) -> bool:
    title = _joined(lines)
    words = title.split()
    if len(lines) > 2 or len(words) > 14 or _ITEM.match(title) or not re.search(r"[^\W\d_]", title):
        return False
    numbered = _NUMBERED.match(title)
    if numbered:
        return _is_title(numbered[2].rstrip(".:")) and not re.search(r"[,;!?]$", title)
    if _NAMED.match(title) and not title.endswith((",", ";")):
        return ":" in title or not title.endswith(".")
    if re.search(r"[.,:;!?]$", title):
        return False
    most = 12 if _indent(lines[0]) >= _CENTRED else 8
    return _is_capitals(title) or (len(lines) == 1 and len(words) <= most and _is_title(title))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _is_title(text: str) -> bool:
    """Whether the words are capitalised as in a title, or the text is one short phrase."""
    words = [word for word in re.findall(r"[^\W_][\w'’-]*", text) if word.lower() not in _SMALL]
    if not words or not text[:1].isupper() or re.search(r"[.;]\s", text) or text[0] in "\"'“":
        return False
    capitalised = sum(1 for word in words if not word[0].islower())
    return capitalised >= 0.6 * len(words)


def _is_capitals(text: str) -> bool:
    letters = [character for character in text if character.isalpha()]
    return len(letters) > 3 and all(character.isupper() for character in letters)


def _level(title: str) -> int:
    """A numbered heading is below an unnumbered one, by the depth of its number."""
    numbered = _NUMBERED.match(title)
    return numbered[1].count(".") + 2 if numbered else 1


def _joined(lines: list[str]) -> str:
    text = lines[0].strip()
    for line in lines[1:]:
        glue = "" if re.search(r"[^\W\d_]-$", text) else " "
        text += glue + line.strip()
    return re.sub(r"\s+", " ", text)
