"""The text faces as a folder that a browser finds through fontconfig."""

from __future__ import annotations

import hashlib
import io
import shutil
import tempfile
from pathlib import Path
from xml.sax.saxutils import escape

from fontTools.ttLib import TTFont

from services.renderer.page.fonts.families import Face, folders, text_faces
from services.renderer.page.fonts.subset import subset

_CONF = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
{folders}
  <cachedir>{cache}</cachedir>
</fontconfig>
"""
_FORM = "2"
"""Raised when the same fonts are written differently."""
_STYLES = {
    (400, "normal"): "Regular",
    (400, "italic"): "Italic",
    (500, "normal"): "Medium",
    (600, "normal"): "SemiBold",
    (600, "italic"): "SemiBold Italic",
}


def install(directory: Path) -> Path:
    """Write the faces and a fontconfig file into the directory, and return the file's path.

    A browser started with ``FONTCONFIG_FILE`` set to it prints pages made with ``fonts="system"``.
    What was written before by the same fonts is kept. It takes about a second.
    """
    directory.mkdir(parents=True, exist_ok=True)
    faces = directory.resolve() / f"pressrun-{_digest()}"
    if not faces.exists():
        _write(faces)
    conf = directory / "fonts.conf"
    listed = "\n".join(f"  <dir>{escape(str(folder))}</dir>" for folder in (faces, *folders()))
    conf.write_text(_CONF.format(folders=listed, cache=escape(str((directory / "cache").resolve()))), encoding="utf-8")
    return conf


def _write(faces: Path) -> None:
    """Write all faces or none: another renderer may do the same at this moment."""
    unfinished = Path(tempfile.mkdtemp(dir=faces.parent))
    unfinished.chmod(0o755)
    for number, face in enumerate(text_faces()):
        (unfinished / f"{number}.ttf").write_bytes(_named(face))
    try:
        unfinished.rename(faces)
    except OSError:
        shutil.rmtree(unfinished)
        if not faces.exists():
            raise


def _digest() -> str:
    """Return what changes when a face does, or what is made of it."""
    told = _FORM + "".join(f"{face}{Path(face.path).stat().st_size}" for face in text_faces())
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _named(face: Face) -> bytes:
    """Return the whole face under the page's family name, so that it cannot be taken for an installed one."""
    font = TTFont(io.BytesIO(subset(face.path, 0, face.axes, None, text_face=True)))
    style = _STYLES[face.weight, face.style]
    names = {1: f"{face.family} {style}", 2: "Regular", 4: f"{face.family} {style}", 16: face.family, 17: style}
    names[6] = names[4].replace(" ", "")
    font["name"].names = [each for each in font["name"].names if each.nameID in {0, 13, 14}]
    for number, name in names.items():
        font["name"].setName(name, number, 3, 1, 0x409)
    font["OS/2"].usWeightClass = face.weight
    written = io.BytesIO()
    font.save(written)
    return written.getvalue()
