"""What the house that runs Pressrun puts on every report: its colour and its logo."""

from __future__ import annotations

from pathlib import Path

import msgspec

from services.renderer.page.pictures import cleaned
from shared.document.design import rgb
from shared.document.pictures import LARGEST, Picture, address

_KINDS = {".png": "image/png", ".svg": "image/svg+xml"}


class House(msgspec.Struct, frozen=True):
    """Empty: Pressrun's own look."""

    accent: str = ""
    logo: str = ""
    """A ``data:`` address of a picture that was cleaned."""


class HouseBroken(Exception):
    """A setting of the house cannot be used. Says which, and what it must be."""


def house(accent: str, logo: str) -> House:
    """Check the colour and read the logo's file.

    Raises:
        HouseBroken
    """
    if accent and rgb(accent) is None:
        raise HouseBroken(f"PRESSRUN_BRAND_ACCENT must be a colour such as #14525e, not '{accent[:40]}'")
    return House(accent, _logo(Path(logo)) if logo else "")


def _logo(path: Path) -> str:
    kind = _KINDS.get(path.suffix.lower())
    if kind is None:
        raise HouseBroken(f"PRESSRUN_BRAND_LOGO must be a .png or .svg file, not '{path}'")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise HouseBroken(f"PRESSRUN_BRAND_LOGO: {path} cannot be read: {error.strerror}") from None
    if len(data) > LARGEST:
        raise HouseBroken(f"PRESSRUN_BRAND_LOGO: {path} has {len(data):,} bytes and {LARGEST:,} are allowed")
    found = cleaned(address(Picture(kind, data)))
    if found is None:
        raise HouseBroken(f"PRESSRUN_BRAND_LOGO: {path} is no {kind.removeprefix('image/')[:3].upper()} picture")
    return found
