"""Fonts: every character has a glyph, and no document pays for another's."""

from __future__ import annotations

import base64
import io
import re
import time
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from services.renderer.page.fonts import install, typesetting
from services.renderer.page.fonts.families import text_faces


def faces(rules: str) -> list[tuple[str, int, TTFont]]:
    found = re.findall(r'font-family:"([^"]+)";font-weight:(\d+).*?base64,([^)]+)\)', rules)
    return [(family, int(weight), TTFont(io.BytesIO(base64.b64decode(data)))) for family, weight, data in found]


def test_a_latin_document_has_only_the_text_faces():
    """All families and weights of the theme, static, and without other scripts."""
    made = faces(typesetting("plain text", "en", "embed").rules)
    assert len(made) == len(text_faces())
    assert {family for family, _, _ in made} == {"Pressrun Serif", "Pressrun Display", "Pressrun Sans", "Pressrun Mono"}
    for _, _, font in made:
        assert "fvar" not in font
        assert {ord("A"), ord("é"), ord("€")} <= font.getBestCmap().keys()
        assert ord("Ж") not in font.getBestCmap()


@pytest.mark.parametrize("text", ["Ελληνικά", "Привет", "Łódź Đà Nẵng", "x → ∞"])
def test_other_alphabets_are_in_the_text_faces(text: str):
    """Greek, Cyrillic and the rest of Latin need no other font."""
    made = typesetting(text, "en", "embed")
    serif = next(font for family, _, font in faces(made.rules) if family == "Pressrun Serif").getBestCmap()
    sans = next(font for family, _, font in faces(made.rules) if family == "Pressrun Sans").getBestCmap()
    assert {ord(each) for each in text if each != " "} <= serif.keys() | sans.keys()
    assert "Pressrun Other" not in made.rules


@pytest.mark.parametrize(
    "text",
    [
        "数字会说话",
        "数字は語る",
        "숫자는 말한다",
        "الأرقام",
        "מספרים",
        "संख्याएँ",
        "ตัวเลข",
        "😀👍",
        "∀ ∈ ∮",
        "ქართული",
        "አማርኛ",
    ],
)
def test_every_script_has_glyphs_in_both_weights(text: str):
    """Nothing that people write becomes an empty box, in either mode."""
    wanted = {ord(each) for each in text if each != " "}
    for mode in ("embed", "system"):
        made = typesetting(text, "ja", mode)
        assert not made.missing
        for weight in (400, 600):
            others = [font for family, bold, font in faces(made.rules) if (family, bold) == ("Pressrun Other", weight)]
            assert wanted <= {point for font in others for point in font.getBestCmap()}


def test_a_language_has_its_own_forms_of_chinese_characters():
    """The same character is drawn as its readers write it."""
    assert len({typesetting("直", language, "system").rules for language in ("ja", "zh-Hans", "zh-Hant-TW", "ko")}) >= 3


def test_what_no_font_has_is_reported():
    """Hieroglyphs are rare enough to be told by number."""
    assert typesetting("a\U00013000", "en", "system").missing == {"\U00013000"}


def test_the_same_characters_cost_nothing_again():
    """The next document of the same kind finds its fonts ready."""
    typesetting("数字会说话", "zh", "embed")
    start = time.process_time()
    typesetting("会说话数字", "zh", "embed")
    assert time.process_time() - start < 0.05


def test_installed_faces_are_found_by_the_families_names(tmp_path: Path):
    """The folder has every face under the page's own names; a second start writes nothing."""
    conf = install(tmp_path)
    folder = next(path for path in tmp_path.iterdir() if path.is_dir())
    assert str(folder) in conf.read_text()
    fonts = {path: TTFont(path) for path in folder.glob("*.ttf")}
    named = {(font["name"].getDebugName(16), font["OS/2"].usWeightClass) for font in fonts.values()}
    assert named == {(face.family, face.weight) for face in text_faces()}
    before = {path: path.stat().st_mtime_ns for path in fonts}
    assert install(tmp_path) == conf
    assert {path: path.stat().st_mtime_ns for path in fonts} == before
