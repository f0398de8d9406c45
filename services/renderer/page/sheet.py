"""The stylesheet of one page: fonts, the theme, and what only this document says."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from shared.document.blocks import Document
from shared.document.labels import Labels
from shared.domain.errors import Rejected

_THEMES = Path(__file__).parent / "themes"
_NAME = re.compile(r"[a-z][a-z0-9-]*")
_LONGEST_HEADER = 72
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def sheet(document: Document, words: Labels, *, theme: str, fonts: str) -> str:
    """Return the whole stylesheet; nothing of the document's text can leave the strings it is put in."""
    before, between, after = re.split(r"\{pages?\}", words.page)
    counter = f"{_quoted(before)} counter(page) {_quoted(between)} counter(pages) {_quoted(after)}"
    margins = (
        f"@page {{ @top-left {{ content: {_quoted(_header(document.meta.title))}; }}"
        f" @bottom-right {{ content: {counter}; }} @bottom-left {{ content: {_quoted(_header(document.meta.author))}; }} }}"
    )
    return f"{fonts}\n{margins}\n{_theme(theme)}"


@cache
def _theme(name: str) -> str:
    path = _THEMES / name / "page.css"
    if not _NAME.fullmatch(name) or not path.is_file():
        known = ", ".join(sorted(folder.name for folder in _THEMES.iterdir() if folder.is_dir()))
        raise Rejected(f"theme: there is no page theme '{name}'; there is {known}")
    return _COMMENT.sub("", path.read_text(encoding="utf-8"))


def _header(title: str) -> str:
    """Return the title as it fits into a page's margin; the cover has all of it."""
    said = " ".join(title.split())
    return said if len(said) <= _LONGEST_HEADER else f"{said[: _LONGEST_HEADER - 1].rstrip()}…"


def _quoted(said: str) -> str:
    """Return a string of CSS in which only letters and digits stand for themselves."""
    return '"' + "".join(each if each.isascii() and each.isalnum() else f"\\{ord(each):X} " for each in said) + '"'
