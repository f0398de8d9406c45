"""The page itself: one HTML file without scripts, without anything to load."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from services.renderer.page.fitted import cleaned, spelled
from services.renderer.page.fonts import Mode, typesetting
from services.renderer.page.house import House
from services.renderer.page.sheet import counter, sheet
from services.renderer.page.theme import DEFAULT, theme
from services.renderer.page.view import View
from shared.document.blocks import Document
from shared.document.labels import labels

_NOBODYS = House()


def page(
    document: Document, *, house: House = _NOBODYS, contents: dict[str, int] | None = None, fonts: Mode = "embed"
) -> str:
    """Write the document as one HTML page, as its ``meta.design`` and the house say.

    ``contents`` gives the page numbers of anchors, as a first print has found them; what is printed
    with and without them breaks at the same places. With ``fonts="system"`` the page is for printing only:
    it lacks the text faces, which the browser must have been started with, and what only a screen shows.
    Pictures are shown as they are: clean them first.

    Raises:
        Rejected: there is no such theme, or the accent is no colour.
    """
    design = document.meta.design
    chosen = theme(design.theme or DEFAULT)
    words = labels(document.meta.language)
    shown, used = cleaned(document)
    view = View(shown, contents or {}, used=used, on_screen=fonts == "embed")
    faces = typesetting(used.union(*_added(view)), document.meta.language, fonts)
    if missing := faces.missing & used:
        shown = spelled(shown, missing)
        view = View(shown, contents or {}, used=used, on_screen=fonts == "embed")
    style = sheet(
        chosen,
        fonts=faces.rules,
        page_size=design.page_size,
        accent=design.accent or house.accent,
        running=_running(view),
        rtl=view.direction == "rtl",
    )
    return (
        _environment()
        .get_template("page.html.jinja")
        .render(
            view=view,
            document=shown,
            meta=shown.meta,
            words=words,
            logo=house.logo,
            style=Markup(style),  # noqa: S704 - the theme's and ours; the document's strings are escaped in it
            style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        )
    )


def _added(view: View) -> Iterator[str]:
    """Yield what the page says that the document does not: it needs fonts too."""
    yield from (view.date, view.classification)
    yield from (each for each in msgspec.structs.astuple(view.words) if isinstance(each, str))


def _running(view: View) -> dict[str, str]:
    """Return what the margins of pages may say."""
    meta = view.document.meta
    said = {"title": meta.title, "author": meta.author, "classification": view.classification, "date": view.date}
    return said | {"page": counter(view.words)}


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
