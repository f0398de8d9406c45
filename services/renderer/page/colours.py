"""An accent colour as the page uses it: dark enough to be read on paper, light enough on a dark screen."""

from __future__ import annotations

from collections.abc import Callable

from shared.document.design import rgb

Colour = tuple[int, int, int]

READABLE = 4.5
"""The contrast of text, by WCAG 2.2."""
ON_COVER = 8.0
SEEN = 3.0
"""The contrast of what is no text, such as a bar of a chart."""

_BLACK, _WHITE = (0, 0, 0), (255, 255, 255)
_STEPS = 50


def tokens(accent: str, *, paper: str, cover_ink: str | None) -> dict[str, str]:
    """Return the stylesheet's colours that follow from the accent.

    Args:
        paper: what text in the accent stands on.
        cover_ink: the colour of text on a cover that is all accent; None where the cover is paper.

    Raises:
        ValueError: one of them is no colour.
    """
    brand, ground = _read(accent), _read(paper)
    away = _BLACK if _luminance(ground) > 0.5 else _WHITE
    text = _until(READABLE, brand, away, ground)
    made = {"--accent": text, "--accent-tint": _mix(ground, text, 0.09), "--note": text}
    made |= {"--note-tint": _mix(ground, text, 0.07), "--series-0": _until(SEEN, brand, away, ground)}
    if cover_ink is not None:
        ink = _read(cover_ink)
        cover = _until(ON_COVER, brand, _BLACK, ink)
        made |= {"--cover": cover, "--cover-soft": _mix(cover, ink, 0.74), "--cover-line": _mix(cover, ink, 0.32)}
        made["--cover-mark"] = ink
    return {name: _hex(colour) for name, colour in made.items()}


def contrast(one: Colour, other: Colour) -> float:
    """Return the contrast of two colours, from 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _until(least: float, colour: Colour, towards: Colour, ground: Colour) -> Colour:
    """Return the first mixture with ``towards`` that has the contrast to the ground."""
    mixtures = (_mix(colour, towards, step / _STEPS) for step in range(_STEPS + 1))
    return next((each for each in mixtures if contrast(each, ground) >= least), towards)


def _mix(one: Colour, other: Colour, share: float) -> Colour:
    blend: Callable[[int], int] = lambda place: round(one[place] + (other[place] - one[place]) * share)  # noqa: E731
    return blend(0), blend(1), blend(2)


def _luminance(colour: Colour) -> float:
    red, green, blue = (_linear(each / 255) for each in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _read(colour: str) -> Colour:
    found = rgb(colour)
    if found is None:
        raise ValueError(f"'{colour}' is no colour; write it like #14525e")
    return found


def _hex(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
