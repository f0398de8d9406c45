"""How a report is to look: the choices that a client, a template or the house makes, as values.

Nothing in here is trusted by who draws the page: a colour is read as a colour, text is text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

THEMES = ("pressrun", "broadsheet", "plain")
"""Every page design; the renderer has a folder for each."""

PAGE_SIZES = ("A4", "Letter")
CLASSES = ("public", "internal", "confidential", "restricted")
LONGEST_CLASSIFICATION = 40
LONGEST_WATERMARK = 30

_ACCENT = r"^#(?:[0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$"
_ONE_LINE = r"^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*$"

PARAMETERS: dict[str, Any] = {
    "type": "object",
    "properties": {
        "theme": {"enum": [*THEMES, None], "description": "The page design; the template's own if absent."},
        "page_size": {"enum": [*PAGE_SIZES, *(size.lower() for size in PAGE_SIZES), None], "default": "A4"},
        "accent": {
            "type": ["string", "null"],
            "pattern": _ACCENT,
            "x-must": "be a colour such as #14525e",
            "description": "A colour as #rgb or #rrggbb; darkened where text in it could not be read.",
        },
        "classification": {
            "type": ["string", "null"],
            "maxLength": LONGEST_CLASSIFICATION,
            "pattern": _ONE_LINE,
            "x-must": "be one line of text",
            "description": f"{', '.join(CLASSES)}, or words of your own: on the cover and at the foot of every page.",
        },
        "watermark": {
            "type": ["string", "null"],
            "maxLength": LONGEST_WATERMARK,
            "pattern": _ONE_LINE,
            "x-must": "be one line of text",
            "description": "Pale across every page.",
        },
    },
}
"""JSON Schema of the parameters that every template takes."""


class Design(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Empty: not chosen."""

    theme: str = ""
    page_size: str = ""
    accent: str = ""
    classification: str = ""
    watermark: str = ""

    def over(self, other: Design) -> Design:
        """This choice, and the other where this one is silent."""
        pairs = zip(msgspec.structs.astuple(self), msgspec.structs.astuple(other), strict=True)
        return Design(**dict(zip(self.__struct_fields__, (own or theirs for own, theirs in pairs), strict=True)))


def chosen(parameters: Mapping[str, Any]) -> Design:
    """Return what a report's parameters choose; null is no choice."""
    given = {name: parameters.get(name) for name in Design.__struct_fields__}
    return Design(**{name: str(value).strip() for name, value in given.items() if value is not None})


def size(name: str) -> str:
    """Return the page size of this name; A4 where there is none."""
    return next((each for each in PAGE_SIZES if each.lower() == name.lower()), PAGE_SIZES[0])


def rgb(colour: str) -> tuple[int, int, int] | None:
    """Return the red, green and blue of a colour that is written as ``PARAMETERS`` allows it."""
    if not re.match(_ACCENT, colour) or colour.endswith("\n"):
        return None
    digits = colour[1:] if len(colour) == 7 else "".join(2 * each for each in colour[1:])
    red, green, blue = bytes.fromhex(digits)
    return red, green, blue
