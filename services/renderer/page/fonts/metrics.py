"""How wide the sans serif's letters are, for what is laid out before a browser sees it."""

from __future__ import annotations

from functools import cache

import uharfbuzz

from services.renderer.page.fonts.families import text_faces

_DIGITS = "0123456789"
_SLACK = 1.02
_LARGEST = 0xFFFF


@cache
def advances() -> dict[str, float]:
    """Return the width of each letter in ems; digits are as wide as the page sets them in figures."""
    face = next(face for face in text_faces() if (face.family, face.weight) == ("Pressrun Sans", 500))
    source = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(face.path))
    font = uharfbuzz.Font(source)
    font.set_variations(dict(face.axes))
    widths = {chr(point): _advance(font, point) / source.upem for point in source.unicodes if point <= _LARGEST}
    return widths | dict.fromkeys(_DIGITS, max(widths[digit] for digit in _DIGITS))


def _advance(font: uharfbuzz.Font, point: int) -> float:
    return float(font.get_glyph_h_advance(font.get_nominal_glyph(point) or 0)) * _SLACK
