"""The pieces of text on a printed page, and showing other glyphs in their place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import pikepdf
from pikepdf import Dictionary, Matrix, Name, Operator, Page, String

GLYPH_BYTES = 2
"""Chromium's fonts are Identity-H: two bytes a glyph."""


class Run:
    """The text of one BT ... ET: which glyphs, where on the page, and how far apart."""

    def __init__(self, begin: int, matrix: Matrix) -> None:
        self.begin = begin
        self.end = begin
        self.glyphs: list[bytes] = []
        self.offsets: list[float] = []
        """How far right of the run's origin each glyph stands."""
        self.x = 0.0
        self.y = 0.0
        self._page = matrix
        self._setup: list[Any] = []
        self._size = 0.0
        self._widths: Widths | None = None
        self._line = 0.0

    def read(self, instruction: Any, fonts: Mapping[str, Widths]) -> None:
        """Take one instruction of the run into account."""
        operands = instruction.operands
        match str(instruction.operator):
            case "Tf":
                self._widths, self._size = fonts[str(operands[0])], float(operands[1])
                self._setup.append(instruction)
            case "Tm":
                at = Matrix(*map(float, operands)) @ self._page
                self.x, self.y = at.e, at.f
                self._setup.append(instruction)
            case "Td":
                self._line += float(operands[0])
            case "Tj":
                self._show(bytes(operands[0]))

    def replaced(self, text: str, glyphs: Sequence[bytes]) -> list[Any]:
        """The run's instructions with other glyphs, as many or fewer, ending where the run ended.

        The text is spelled out beside them: not every font's glyphs can be read back.
        """
        offsets = self.offsets[len(self.offsets) - len(glyphs) :]
        spelled = [Name.Span, Dictionary(ActualText=String(text))]
        shown: list[Any] = [([], Operator("BT")), (spelled, Operator("BDC")), *self._setup]
        for (before, offset), glyph in zip(pairwise([0.0, *offsets]), glyphs, strict=True):
            shown.append(([offset - before, 0], Operator("Td")))
            shown.append(([String(glyph)], Operator("Tj")))
        return [*shown, ([], Operator("EMC")), ([], Operator("ET"))]

    def _show(self, text: bytes) -> None:
        at = self._line
        for index in range(0, len(text), GLYPH_BYTES):
            glyph = text[index : index + GLYPH_BYTES]
            self.glyphs.append(glyph)
            self.offsets.append(at)
            if self._widths is not None:
                at += self._widths.of(glyph) * self._size / 1000


class Sheet:
    """A page's content, taken apart."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._instructions: list[Any] = list(pikepdf.parse_content_stream(page))
        self._replaced: dict[int, tuple[int, list[Any]]] = {}
        self.runs = _runs(self._instructions, page.Resources.get(Name.Font, {}))

    def replace(self, run: Run, text: str, glyphs: Sequence[bytes]) -> None:
        self._replaced[run.begin] = (run.end, run.replaced(text, glyphs))

    def write(self) -> None:
        for begin, (end, instead) in sorted(self._replaced.items(), reverse=True):
            self._instructions[begin : end + 1] = instead
        self._page.contents_coalesce()
        self._page.Contents.write(pikepdf.unparse_content_stream(self._instructions))


class Widths:
    """How wide a font's glyphs are, in thousandths of its size."""

    def __init__(self, font: Any) -> None:
        self._font = font.DescendantFonts[0]
        self._table: dict[int, float] | None = None

    def of(self, glyph: bytes) -> float:
        if self._table is None:
            self._table = _width_table(self._font.get(Name.W, []))
        return self._table.get(int.from_bytes(glyph), float(self._font.get(Name.DW, 1000)))


def _runs(instructions: list[Any], fonts: Any) -> list[Run]:
    """All runs, placed on the page by following the coordinate system through the content."""
    widths = {name: Widths(font) for name, font in fonts.items()}
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
                run.read(instruction, widths)
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
