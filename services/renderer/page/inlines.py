"""Inlines as HTML. Written in Python because a page has thousands of them."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from itertools import groupby

from markupsafe import Markup, escape

from shared.document.blocks import Break, Cite, Inline, Mark, Text
from shared.document.plain import allowed

# Outermost first.
_ELEMENTS: tuple[tuple[Mark, str], ...] = (("strong", "strong"), ("emphasis", "em"), ("strike", "s"), ("code", "code"))


def inline(content: Iterable[Inline], sources: Container[int], soften: Callable[[str], str]) -> Markup:
    """Write a line of text; citations that follow each other share one superscript.

    ``soften`` puts soft hyphens into text; code is left alone.
    """
    parts = []
    for is_cite, group in groupby(content, key=lambda part: isinstance(part, Cite)):
        if is_cite:
            parts.append(_cited([part.number for part in group if isinstance(part, Cite)], sources))
        else:
            parts += [_part(part, soften) for part in group]
    return Markup("".join(parts))  # noqa: S704 - every text in it was escaped


def _part(part: Inline, soften: Callable[[str], str]) -> str:
    if isinstance(part, Break):
        return "<br>"
    if not isinstance(part, Text):
        return ""
    written = str(escape(part.text if "code" in part.marks else soften(part.text)))
    for mark, element in reversed(_ELEMENTS):
        if mark in part.marks:
            written = f"<{element}>{written}</{element}>"
    if not part.href or not allowed(part.href):
        return written
    return f'<a href="{escape(part.href)}" rel="noopener noreferrer">{written}</a>'


def _cited(numbers: list[int], sources: Container[int]) -> str:
    links = (f'<a href="#source-{number}">{number}</a>' if number in sources else str(number) for number in numbers)
    return f'<sup class="cite">{", ".join(links)}</sup>'
