"""Page designs: a folder each, with what differs from the common sheet as CSS and as values."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

from shared.document.design import THEMES
from shared.domain.errors import Rejected

Place = Literal["top-start", "top-center", "top-end", "bottom-start", "bottom-center", "bottom-end"]
Content = Literal["title", "author", "classification", "page", "date"]

DEFAULT = THEMES[0]

_FOLDER = Path(__file__).parent / "themes"
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


class Running(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands in the margins of every page but the cover."""

    places: dict[Place, Content]
    top_gap_mm: float
    bottom_gap_mm: float
    indent_mm: float = 0.0
    """How far the text stands inside the page area, where numbers hang beside it."""


class Cover(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    ink: str | None = None
    """The colour of text on a cover that is filled with the accent; None: the cover is paper."""


class Palette(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The eight colours of charts on paper and on a dark screen."""

    light: list[str]
    dark: list[str]


class Theme(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``theme.json``, and the stylesheet beside it."""

    name: str
    margins_mm: tuple[float, float, float, float]
    """Top, end, bottom, start."""
    running: Running
    cover: Cover
    palette: Palette
    paper: tuple[str, str]
    """The ground of text on paper and on a dark screen: the accent is made readable on it."""


def theme(name: str) -> Theme:
    """Return the design of this name.

    Raises:
        Rejected: there is none.
    """
    if name not in THEMES:
        raise Rejected(
            f"theme: there is no page theme '{name[:40]}'; there is {', '.join(THEMES)}", code="theme_unknown"
        )
    return _theme(name)


@cache
def css(name: str) -> str:
    """Return the rules of a theme after those that all have in common."""
    files = [_FOLDER / "base.css", _FOLDER / "charts.css", _FOLDER / name / "page.css"]
    return "\n".join(_COMMENT.sub("", file.read_text(encoding="utf-8")) for file in files)


@cache
def _theme(name: str) -> Theme:
    return msgspec.json.decode((_FOLDER / name / "theme.json").read_bytes(), type=Theme)
