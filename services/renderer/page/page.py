"""The page itself: one HTML file without scripts, without anything to load."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from services.renderer.page.fitted import cleaned, spelled
from services.renderer.page.fonts import Mode, typesetting
from services.renderer.page.sheet import sheet
from services.renderer.page.view import View
from shared.document.blocks import Document
from shared.document.labels import labels


def page(
    document: Document, *, theme: str = "pressrun", contents: dict[str, int] | None = None, fonts: Mode = "embed"
) -> str:
    """Write the document as one HTML page.

    ``contents`` gives the page numbers of anchors, as a first print has found them; what is printed
    with and without them breaks at the same places. With ``fonts="system"`` the page is for printing only:
    it lacks the text faces, which the browser must have been started with, and what only a screen shows.

    Raises:
        Rejected: there is no such theme.
    """
    words = labels(document.meta.language)
    shown, used = cleaned(document)
    faces = typesetting(used, document.meta.language, fonts)
    shown = spelled(shown, faces.missing)
    style = sheet(shown, words, theme=theme, fonts=faces.rules)
    return (
        _environment()
        .get_template("page.html.jinja")
        .render(
            view=View(shown, contents or {}, on_screen=fonts == "embed"),
            document=shown,
            meta=shown.meta,
            words=words,
            style=Markup(style),  # noqa: S704 - the theme's and ours; the document's strings are escaped in it
            style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        )
    )


@cache
def _environment() -> Environment:
    folder = Path(__file__).parent / "templates"
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        keep_trailing_newline=True,
    )
