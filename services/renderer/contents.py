"""Right page numbers in the table of contents, out of one print.

Page numbers are known only once the document is printed, and printing again doubles the cost of a
report. So the contents are printed with placeholders, whose digits are then exchanged within the
PDF: all ten digits' glyphs are in it, digits of one font are equally wide, and numbers are set
flush with the edge, so nothing else moves. What does not look like this is left to a second print.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import cycle
from typing import Any

from pikepdf import Name, Page, Pdf

from .lettering import Run, Sheet, Side

DIGITS = 3
_PLACEHOLDERS = (123, 456, 789, 102)
_SIDES: tuple[Side, ...] = ("right", "left")
"""Where page numbers stand: at the right edge, or at the left where the script runs that way."""

_REACH = 2.0
"""A glyph's origin may lie this far, in points, outside its link's box."""

Box = tuple[float, float, float, float]


def placeholders(anchors: Iterable[tuple[str, int, str]]) -> dict[str, int]:
    """Numbers to print first: as wide as any that may follow, and in every level of all digits.

    Args:
        anchors: anchor, level and title of whatever the contents may list.
    """
    by_level = sorted(anchors, key=lambda anchor: anchor[1])
    return dict(zip((anchor for anchor, _, _ in by_level), cycle(_PLACEHOLDERS), strict=False))


def page_numbers(pdf: Pdf, anchors: Iterable[str]) -> dict[str, int]:
    """The page that each anchor is on, counted from 1; without those that nothing links to."""
    places = {page.obj.objgen: number for number, page in enumerate(pdf.pages, start=1)}
    targets: Any = pdf.Root.get(Name.Dests, {})
    found = {anchor: targets.get(f"/{anchor}") for anchor in anchors}
    return {anchor: places[target[0].objgen] for anchor, target in found.items() if target is not None}


def fill(pdf: Pdf, printed: Mapping[str, int], numbers: Mapping[str, int]) -> bool:
    """Exchange the printed placeholders for these numbers, or nothing at all and answer False."""
    if any(len(str(number)) > DIGITS for number in numbers.values()):
        return False
    for side in _SIDES:
        entries = _entries(pdf, numbers, side)
        glyphs = _glyphs((run, printed[anchor]) for anchor, (_, run) in entries.items())
        needed = {(_font(run), digit) for anchor, (_, run) in entries.items() for digit in str(numbers[anchor])}
        if entries.keys() == numbers.keys() and needed <= glyphs.keys():
            _exchange(entries, numbers, glyphs, side)
            return True
    return False


Glyphs = dict[tuple[Any, str], bytes]
"""By font and digit."""

Entries = dict[str, tuple[Sheet, Run]]


def _entries(pdf: Pdf, anchors: Iterable[str], side: Side) -> Entries:
    """Of each anchor, where its placeholder stands: at the edge of the first link that leads to it."""
    wanted = {f"/{anchor}": anchor for anchor in anchors}
    outermost = max if side == "right" else min
    found: Entries = {}
    for page in pdf.pages:
        if not wanted:
            break
        boxes = _links(page, wanted)
        sheet = Sheet(page) if boxes else None
        for name, areas in boxes.items():
            runs = [run for run in sheet.runs if len(run.glyphs) == DIGITS and _inside(run, areas)] if sheet else []
            if sheet and runs:
                found[wanted[name]] = (sheet, outermost(runs, key=lambda run: run.x))
            del wanted[name]
    return found


def _exchange(entries: Entries, numbers: Mapping[str, int], glyphs: Glyphs, side: Side) -> None:
    for anchor, (sheet, run) in entries.items():
        number = str(numbers[anchor])
        sheet.replace(run, number, [glyphs[_font(run), digit] for digit in number], side)
    for sheet in {id(sheet): sheet for sheet, _ in entries.values()}.values():
        sheet.write()


def _links(page: Page, names: Mapping[str, str]) -> dict[str, list[Box]]:
    boxes: dict[str, list[Box]] = {}
    for link in page.get(Name.Annots, ()):
        name = str(link.get(Name.Dest, ""))
        if name in names:
            left, bottom, right, top = (float(edge) for edge in link.Rect)
            boxes.setdefault(name, []).append((left - _REACH, bottom - _REACH, right + _REACH, top + _REACH))
    return boxes


def _inside(run: Run, boxes: Iterable[Box]) -> bool:
    return any(left <= run.x <= right and bottom <= run.y <= top for left, bottom, right, top in boxes)


def _glyphs(placeholders: Iterable[tuple[Run, int]]) -> Glyphs:
    """Which glyph shows which digit; nothing unless all placeholders agree."""
    glyphs: Glyphs = {}
    for run, number in placeholders:
        for glyph, digit in zip(run.glyphs, str(number), strict=True):
            if glyphs.setdefault((_font(run), digit), glyph) != glyph:
                return {}
    different = {(font, glyph) for (font, _), glyph in glyphs.items()}
    return glyphs if len(different) == len(glyphs) else {}


def _font(run: Run) -> Any:
    return run.font.number if run.font else None
