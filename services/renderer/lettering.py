"""The pieces of text on a printed page, and showing other glyphs in their place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Literal

import pikepdf
from pikepdf import Dictionary, Matrix, Name, Operator, Page, String

Side = Literal["left", "right"]


class Run:
    """The text of one BT ... ET: which glyphs of which font, where on the page, and how far apart."""

    def __init__(self, begin: int, matrix: Matrix) -> None:
        self.begin = begin
        self.end = begin
        self.glyphs: list[bytes] = []
        self.font: Font | None = None
        self.x = 0.0
        self.y = 0.0
        self._page = matrix
        self._offsets: list[float] = []
        """How far right of the run's origin each glyph stands."""
        self._origin = Matrix()
        self._face: Any = None
        self._size = 0.0
        self._line = 0.0

    def read(self, instruction: Any, fonts: Mapping[str, Font]) -> None:
        """Take one instruction of the run into account."""
        operands = instruction.operands
        match str(instruction.operator):
            case "Tf":
                self.font, self._size, self._face = fonts[str(operands[0])], float(operands[1]), instruction
            case "Tm":
                self._origin = Matrix(*map(float, operands))
                at = self._origin @ self._page
                self.x, self.y = at.e, at.f
            case "Td":
                self._line += float(operands[0])
            case "Tj":
                self._show(bytes(operands[0]))

    def replaced(self, text: str, glyphs: Sequence[bytes], flush: Side) -> list[Any]:
        """The run's instructions with other glyphs, as many or fewer, at its left or right end.

        The text is spelled out beside them: not every font's glyphs can be read back.
        """
        least = 0 if flush == "left" else len(self._offsets) - len(glyphs)
        offsets = self._offsets[least : least + len(glyphs)]
        spelled = [Name.Span, Dictionary(ActualText=String(text))]
        origin = Matrix().translated(offsets[0], 0) @ self._origin
        shown: list[Any] = [([], Operator("BT")), (spelled, Operator("BDC")), self._face]
        shown.append((list(origin.shorthand), Operator("Tm")))
        for (before, offset), glyph in zip(pairwise([offsets[0], *offsets]), glyphs, strict=True):
            shown.append(([offset - before, 0], Operator("Td")))
            shown.append(([String(glyph)], Operator("Tj")))
        return [*shown, ([], Operator("EMC")), ([], Operator("ET"))]

    def _show(self, text: bytes) -> None:
        if self.font is None:
            return
        at, step = self._line, self.font.glyph_bytes
        for glyph in (text[index : index + step] for index in range(0, len(text), step)):
            self.glyphs.append(glyph)
            self._offsets.append(at)
            at += self.font.width(glyph) * self._size / 1000


class Sheet:
    """A page's content, taken apart."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._instructions: list[Any] = list(pikepdf.parse_content_stream(page))
        self._replaced: dict[int, tuple[int, list[Any]]] = {}
        self.runs = _runs(self._instructions, page.Resources.get(Name.Font, {}))

    def replace(self, run: Run, text: str, glyphs: Sequence[bytes], flush: Side) -> None:
        self._replaced[run.begin] = (run.end, run.replaced(text, glyphs, flush))

    def write(self) -> None:
        for begin, (end, instead) in sorted(self._replaced.items(), reverse=True):
            self._instructions[begin : end + 1] = instead
        self._page.contents_coalesce()
        self._page.Contents.write(pikepdf.unparse_content_stream(self._instructions))


class Font:
    """How a font's text divides into glyphs, and how wide they are in thousandths of its size."""

    def __init__(self, font: Any) -> None:
        self.number = font.objgen
        self._font = font.DescendantFonts[0] if Name.DescendantFonts in font else None
        self.glyph_bytes = 1 if self._font is None else 2
        self._table: dict[int, float] | None = None

    def width(self, glyph: bytes) -> float:
        if self._font is None:  # drawn by procedures; nothing of ours is set in one
            return 0.0
        if self._table is None:
            self._table = _width_table(self._font.get(Name.W, []))
        return self._table.get(int.from_bytes(glyph), float(self._font.get(Name.DW, 1000)))


def _runs(instructions: list[Any], fonts: Any) -> list[Run]:
    """All runs, placed on the page by following the coordinate system through the content."""
    known = {name: Font(font) for name, font in fonts.items()}
    matrix, saved = Matrix(), []
    runs: list[Run] = []
    run: Run | None = None
    for index, instruction in enumerate(instructions):
        match str(instruction.operator):
            case "q":
                saved.append(matrix)
            case "Q":
                matrix = saved.pop()
            case "cm":
                matrix = Matrix(*map(float, instruction.operands)) @ matrix
            case "BT":
                run = Run(index, matrix)
            case "ET" if run is not None:
                run.end = index
                runs.append(run)
                run = None
            case _ if run is not None:
                run.read(instruction, known)
    return runs


def _width_table(table: Any) -> dict[int, float]:
    """A /W array: ``first [width ...]`` and ``first last width`` in any order."""
    widths: dict[int, float] = {}
    entries = iter(table)
    for first in entries:
        following = next(entries)
        if isinstance(following, pikepdf.Array):
            widths.update(enumerate(map(float, following), start=int(first)))
        else:
            width = float(next(entries))
            widths.update(dict.fromkeys(range(int(first), int(following) + 1), width))
    return widths
