"""Which font files stand behind the page's families."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

import msgspec

from services.renderer.page.fonts.subset import Axes, characters

_SERIF = ("fontpkg_source_serif_4", "files/SourceSerif4[opsz,wght].ttf")
_SERIF_ITALIC = ("fontpkg_source_serif_4", "files/SourceSerif4-Italic[opsz,wght].ttf")
_SANS = ("fontpkg_inter", "files/Inter[opsz,wght].ttf")
_SANS_ITALIC = ("fontpkg_inter", "files/Inter-Italic[opsz,wght].ttf")
_MONO = ("fontpkg_source_code_pro", "files/SourceCodePro[wght].ttf")
# The order in which a character is looked for; Chinese characters come last because they are the heaviest.
_OTHERS = (
    "NotoSans", "NotoSansArabic", "NotoSansHebrew", "NotoSansDevanagari", "NotoSansThai", "NotoSansBengali",
    "NotoSansTamil", "NotoSansTelugu", "NotoSansGujarati", "NotoSansGurmukhi", "NotoSansKannada",
    "NotoSansMalayalam", "NotoSansOriya", "NotoSansSinhala", "NotoSansArmenian", "NotoSansGeorgian",
    "NotoSansEthiopic", "NotoSansKhmer", "NotoSansLao", "NotoSansMyanmar", "NotoSansSymbols", "NotoEmoji",
)  # fmt: skip
_CJK = ("manimgx_fonts_cjk", "NotoSansCJK-VF.otf.ttc")
_CJK_FACES = {"ja": 0, "ko": 1, "zh-hant": 3, "zh-tw": 3, "zh-hk": 4, "zh-mo": 4}
_SIMPLIFIED = 2


class Face(msgspec.Struct, frozen=True):
    """One static face of a family of the page."""

    family: str
    weight: int
    style: Literal["normal", "italic"]
    path: str
    axes: Axes


class Other(msgspec.Struct, frozen=True):
    """A font for characters that the families lack."""

    path: str
    index: int = 0

    def characters(self) -> frozenset[int]:
        return characters(self.path, self.index)


@cache
def text_faces() -> tuple[Face, ...]:
    """Return the faces of the page's own families, cut for the size they are set in."""
    serif, italic, sans, sans_italic, mono = map(_path, (_SERIF, _SERIF_ITALIC, _SANS, _SANS_ITALIC, _MONO))
    return (
        *(Face("Pressrun Serif", weight, "normal", serif, (("wght", weight), ("opsz", 11))) for weight in (400, 600)),
        *(Face("Pressrun Serif", weight, "italic", italic, (("wght", weight), ("opsz", 11))) for weight in (400, 600)),
        *(Face("Pressrun Display", weight, "normal", serif, (("wght", weight), ("opsz", 40))) for weight in (400, 600)),
        *(
            Face("Pressrun Sans", weight, "normal", sans, (("wght", weight), ("opsz", 14)))
            for weight in (400, 500, 600)
        ),
        Face("Pressrun Sans", 400, "italic", sans_italic, (("wght", 400), ("opsz", 14))),
        Face("Pressrun Mono", 400, "normal", mono, (("wght", 400),)),
    )


@cache
def text_characters() -> frozenset[int]:
    """Return what serif or sans serif can show; each falls back on the other."""
    return characters(_path(_SERIF), 0) | characters(_path(_SANS), 0)


def others(language: str) -> list[Other]:
    """Return the fonts to look in for anything else; a language has its own forms of Chinese characters."""
    tag = language.replace("_", "-").lower()
    index = next((face for start, face in _CJK_FACES.items() if f"{tag}-".startswith(f"{start}-")), _SIMPLIFIED)
    noto = [Other(_path(("manimgx_fonts", f"{name}[wght].ttf"))) for name in _OTHERS]
    return [*noto, Other(_path(_CJK), index)]


def folders() -> list[Path]:
    """Return where the other fonts lie, for pages that are not ours."""
    return [Path(str(files(package))) for package in ("manimgx_fonts", _CJK[0])]


@cache
def _path(named: tuple[str, str]) -> str:
    package, name = named
    return str(files(package).joinpath(name))
