"""From a model's answer to Markdown whose citations all resolve. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from services.worker.reading import sentences, terms
from shared.document.code_in import sub_prose

_ID = r"[Pp]?\d{1,5}(?:\s*[-–]\s*[Pp]?\d{1,5})?"
_MARKER = re.compile(rf"(?<!\\)[ \t]*\[({_ID}(?:\s*[,;]\s*{_ID})*)\](?!\()")
_SAID = re.compile(r"[\w.!?。！？,;:)\]\"'”’»*_]")
"""What a citation may follow."""
_ASSIGNED = re.compile(r"[ \t]*=")
_THOUGHT = re.compile(r"\A\s*<think>.*?(?:</think>|\Z)", re.DOTALL)
_MATERIAL = re.compile(r"^[ \t]*(?:(?:<[ \t]?){3,}|(?:>[ \t]?){3,})[ \t]*$\n?", re.MULTILINE)
"""Lines that only open or close material: small models copy them."""
_FENCE = re.compile(r"\A```(?:markdown|md)?\s*\n(.*)\n```\s*\Z", re.DOTALL)
_HEADING = re.compile(r"\A#{1,6}\s+(.+?)\s*#*\s*(?:\n|\Z)")
_LONGEST_RANGE = 20
_CITED = re.compile(r"\[P\d+\]")
_ENDED = re.compile(r"[.!?。！？:][)\]\"'”’»*_]*(?:\s*\[[^\]]*\])*$")


class Resolved(msgspec.Struct, frozen=True):
    markdown: str
    cited: list[int]
    """Passages in order of their first citation."""
    unknown: int
    """Citations of passages that the writer was not given; they were removed."""


def tidy(text: str, title: str) -> str:
    """Without thoughts, without fences of ours or around the whole, without the section's own title on top."""
    text = _MATERIAL.sub("", _THOUGHT.sub("", text)).strip()
    if fenced := _FENCE.match(text):
        text = fenced[1].strip()
    heading = _HEADING.match(text)
    if heading and _letters(heading[1]) == _letters(title):
        text = text[heading.end() :].lstrip()
    return text


def resolve(text: str, known: set[int]) -> Resolved:
    """Every citation as ``[P12]``; one that cites no passage of ``known`` is removed and counted.

    A number without its P cites only if it stands alone, is known and follows a word or a sentence's end: ``[0, 1]``
    is an interval, ``[2019]`` a year, and what is code stays as it is.
    """
    cited: list[int] = []
    unknown = 0

    def replaced(marker: re.Match[str]) -> str:
        nonlocal unknown
        numbers = list(_numbers(marker[1]))
        if not re.search("[Pp]", marker[1]) and not (numbers[0] in known and _cites(marker)):
            return marker[0]
        good = [number for number in dict.fromkeys(numbers) if number in known]
        unknown += sum(1 for number in numbers if number not in known)
        cited.extend(number for number in good if number not in cited)
        room = marker[0].partition("[")[0] if _opens_line(marker) else " "
        return room * bool(good) + "".join(f"[P{number}]" for number in good)

    return Resolved(sub_prose(_MARKER, replaced, text), cited, unknown)


def first_sentence(markdown: str) -> str:
    """The first sentence of the first paragraph of prose, with the citations that follow it."""
    for paragraph in markdown.split("\n\n"):
        if re.match(r"\s*(?:[#>|*+-]|\d+[.)]|```)", paragraph):
            continue
        found = sentences.split(" ".join(paragraph.split()))
        if not found:
            continue
        first, rest = found[0], " ".join(found[1:])
        markers = re.match(r"(?:\s*\[P\d+\])+", rest)
        return f"{first} {markers[0].strip()}" if markers else first
    return ""


def words(markdown: str) -> int:
    """The words of a section, without its citations."""
    return terms.count(_CITED.sub(" ", markdown))


def trimmed(text: str) -> str:
    """A text that broke off, up to its last whole sentence or line; as it is if there is none."""
    *whole, last = text.rstrip().split("\n")
    found = sentences.split(last)
    if found and _ENDED.search(found[-1]):
        return text.rstrip()
    kept = last[: last.rindex(found[-1])].rstrip() if len(found) > 1 else ""
    return "\n".join([*whole, kept]).rstrip() or text.rstrip()


def _opens_line(marker: re.Match[str]) -> bool:
    """What stands before it is then the indentation."""
    return marker.start() == 0 or marker.string[marker.start() - 1] == "\n"


def _cites(bare: re.Match[str]) -> bool:
    """Whether a marker without a P is one number at the end of something said."""
    before = bare.string[max(bare.start() - 1, 0) : bare.start()]
    return bare[1].isdecimal() and bool(_SAID.match(before)) and not _ASSIGNED.match(bare.string, bare.end())


def _numbers(marker: str) -> Iterator[int]:
    for part in re.split(r"\s*[,;]\s*", marker):
        ends = [int(digits) for digits in re.findall(r"\d+", part)]
        if len(ends) == 2 and ends[0] < ends[1] < ends[0] + _LONGEST_RANGE:
            yield from range(ends[0], ends[1] + 1)
        else:
            yield from ends


def _letters(text: str) -> str:
    return re.sub(r"[\W\d_]", "", text).casefold()
