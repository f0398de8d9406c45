"""Which way text runs: the document by its language, a block by its first letter."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Literal

Direction = Literal["ltr", "rtl"]

_RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})


def own(language: str) -> Direction:
    """Return the direction of a language."""
    return "rtl" if language.partition("-")[0].lower() in _RIGHT_TO_LEFT else "ltr"


def direction(said: str) -> Direction | None:
    """Return the direction of the first letter that has one."""
    for character in said:
        kind = unicodedata.bidirectional(character)
        if kind in {"R", "AL"}:
            return "rtl"
        if kind == "L":
            return "ltr"
    return None


def mixed(used: Iterable[str]) -> bool:
    """Tell whether any of the characters runs from right to left."""
    return any(unicodedata.bidirectional(character) in {"R", "AL"} for character in used if character > "\u0590")
