"""The stylesheet of one page: fonts, the theme, and what only this document says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from services.renderer.page.colours import tokens
from services.renderer.page.theme import Place, Theme, css
from shared.document.design import size
from shared.document.labels import Labels
from shared.domain.errors import Rejected

_LONGEST = 72
_LONGEST_OF_THREE = 38
_HEIGHTS = {"A4": "297mm", "Letter": "11in"}
_WIDTHS = {"A4": "210mm", "Letter": "8.5in"}


def sheet(chosen: Theme, *, fonts: str, page_size: str, accent: str, running: Mapping[str, str], rtl: bool) -> str:
    """Return the whole stylesheet; nothing of the document's text can leave the strings it is put in.

    Args:
        running: what the margins may say, by name; the page's counter has its form from ``counter``.
        rtl: whether the document runs from right to left, and its margins with it.

    Raises:
        Rejected: the accent is no colour.
    """
    named = size(page_size)
    page = [f"size: {named}", f"margin: {_margins(chosen, rtl=rtl)}", *_boxes(chosen, running, rtl=rtl)]
    own = [
        "@page { " + "; ".join(page) + " }",
        _rule(":root", {"--page-height": _HEIGHTS[named], "--page-width": _WIDTHS[named]}),
        *_coloured(chosen, accent),
    ]
    return "\n".join([fonts, css(chosen.name), *own])


def counter(words: Labels) -> str:
    """Return the content that counts pages, in the document's language."""
    before, between, after = re.split(r"\{pages?\}", words.page)
    return f"{quoted(before)} counter(page) {quoted(between)} counter(pages) {quoted(after)}"


def quoted(said: str) -> str:
    """Return a string of CSS in which only letters and digits stand for themselves."""
    return '"' + "".join(each if each.isascii() and each.isalnum() else f"\\{ord(each):X} " for each in said) + '"'


def _boxes(chosen: Theme, running: Mapping[str, str], *, rtl: bool) -> Iterable[str]:
    places = {place: content for place, name in chosen.running.places.items() if (content := running.get(name, ""))}
    crowded = sum(place.startswith("bottom") for place in places) > 2
    for place, content in places.items():
        longest = _LONGEST_OF_THREE if crowded and place.startswith("bottom") else _LONGEST
        said = content if chosen.running.places[place] == "page" else quoted(_shortened(content, longest))
        yield f"@{_side(place, rtl=rtl)} {{ content: {said}; {_indent(chosen, place, rtl=rtl)} }}"


def _side(place: Place, *, rtl: bool) -> str:
    left, right = ("end", "start") if rtl else ("start", "end")
    return place.replace(f"-{left}", "-left").replace(f"-{right}", "-right")


def _indent(chosen: Theme, place: Place, *, rtl: bool) -> str:
    running = chosen.running
    if place.startswith("top"):
        upright = f"vertical-align: bottom; padding-bottom: {running.top_gap_mm}mm"
    else:
        upright = f"vertical-align: top; padding-top: {running.bottom_gap_mm}mm"
    if not place.endswith("start"):
        return upright
    return f"{upright}; padding-{'right' if rtl else 'left'}: {running.indent_mm}mm"


def _margins(chosen: Theme, *, rtl: bool) -> str:
    top, end, bottom, start = chosen.margins_mm
    right, left = (start, end) if rtl else (end, start)
    return f"{top}mm {right}mm {bottom}mm {left}mm"


def _coloured(chosen: Theme, accent: str) -> list[str]:
    light, dark = (
        {f"--series-{place}": colour for place, colour in enumerate(each)}
        for each in (chosen.palette.light, chosen.palette.dark)
    )
    if accent:
        try:
            light |= tokens(accent, paper=chosen.paper[0], cover_ink=chosen.cover.ink)
            dark |= tokens(accent, paper=chosen.paper[1], cover_ink=chosen.cover.ink)
        except ValueError as error:
            raise Rejected(f"accent: {error}", code="accent_invalid") from None
    return [_rule(":root", light), f"@media screen and (prefers-color-scheme: dark) {{ {_rule(':root', dark)} }}"]


def _rule(selector: str, declared: Mapping[str, str]) -> str:
    return f"{selector} {{ {' '.join(f'{name}: {value};' for name, value in declared.items())} }}"


def _shortened(said: str, longest: int) -> str:
    """Return a text as it fits into a page's margin; the cover has all of it."""
    one_line = " ".join(said.split())
    return one_line if len(one_line) <= longest else f"{one_line[: longest - 1].rstrip()}…"
