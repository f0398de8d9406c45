"""Inline Markdown tokens into inlines, with citation markers resolved."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from markdown_it.token import Token

from shared.document.blocks import Break, Cite, Inline, Mark, Text
from shared.document.plain import allowed, clean

Resolve = Callable[[str], int | None]
"""The source number that a marker's digits stand for, or None for a marker that stands for nothing."""

_MARKER = re.compile(r"\s*\[P(\d{1,5})\]")

_MARKS: dict[str, Mark] = {"strong_open": "strong", "em_open": "emphasis", "s_open": "strike"}
_ORDER: tuple[Mark, ...] = ("strong", "emphasis", "strike", "code")


def inlines(tokens: Sequence[Token], cite: Resolve | None, *, figures: bool = False) -> list[Inline]:
    """Turn the tokens of one line of text into inlines; neighbours that look alike are one.

    With ``figures`` the caller makes blocks of the pictures that are inside the text; otherwise they
    are their alternative texts.
    """
    return _joined(list(_Reader(cite, figures=figures).read(tokens)))


class _Reader:
    def __init__(self, cite: Resolve | None, *, figures: bool) -> None:
        self._cite = cite
        self._figures = figures
        self._marks: list[Mark] = []
        self._hrefs: list[str | None] = []

    def read(self, tokens: Sequence[Token]) -> Iterator[Inline]:
        for token, written in _written(tokens):
            if token.nesting:
                self._turn(token)
            elif token.type == "text":
                yield from self._cited(written, self._cite) if self._cite else [self._text(written)]
            elif token.type == "hardbreak":
                yield Break()
            elif token.type == "code_inline":
                yield self._text(token.content, "code")
            elif token.type == "image":
                yield from self._picture(token)
            else:
                yield self._text(" " if token.type == "softbreak" else written)

    def _turn(self, token: Token) -> None:
        """Go into or come out of a mark or a link."""
        if token.type == "link_open":
            href = str(token.attrs.get("href", ""))
            self._hrefs.append(href if allowed(href) else None)
        elif token.type == "link_close":
            self._hrefs.pop()
        elif token.nesting == 1:
            self._marks.append(_MARKS[token.type])
        else:
            self._marks.pop()

    def _text(self, content: str, *more: Mark) -> Text:
        marks = {*self._marks, *more}
        href = self._hrefs[-1] if self._hrefs else None
        return Text(clean(content), [mark for mark in _ORDER if mark in marks], href)

    def _picture(self, token: Token) -> Iterator[Inline]:
        """A picture that lies elsewhere is a link to it; one that is inside becomes a figure of its own."""
        if self._figures and is_inside(token):
            return
        src = str(token.attrs.get("src", ""))
        shown = self._text(alternative(token) or ("" if is_inside(token) else src))
        yield shown if shown.href or not allowed(src) else Text(shown.text, shown.marks, src)

    def _cited(self, content: str, cite: Resolve) -> Iterator[Inline]:
        """Yield text and citations; the space before a marker goes with it."""
        end = 0
        for marker in _MARKER.finditer(content):
            yield self._text(content[end : marker.start()])
            if (number := cite(marker[1])) is not None:
                yield Cite(number)
            end = marker.end()
        yield self._text(content[end:])


def _written(tokens: Sequence[Token]) -> Iterator[tuple[Token, str]]:
    """Yield tokens with their content, texts that follow each other as one.

    An escaped character is no text here: ``\\[P12]`` is no marker.
    """
    held: Token | None = None
    content = ""
    for token in tokens:
        if token.type == "text":
            held, content = held or token, content + token.content
            continue
        if held:
            yield held, content
            held, content = None, ""
        yield token, token.content
    if held:
        yield held, content


def is_inside(token: Token) -> bool:
    """Tell whether a token is a picture that lies in the text itself."""
    return token.type == "image" and str(token.attrs.get("src", ""))[:11].lower() == "data:image/"


def alternative(token: Token) -> str:
    """Return what a picture says to those who do not see it."""
    said = "".join(child.content or " " for child in token.children or [])
    return " ".join(said.split()) or str(token.attrs.get("title", ""))


def _joined(parts: list[Inline]) -> list[Inline]:
    joined: list[Inline] = []
    for part in parts:
        last = joined[-1] if joined else None
        if isinstance(part, Text) and not part.text:
            continue
        if isinstance(part, Text) and isinstance(last, Text) and (part.marks, part.href) == (last.marks, last.href):
            joined[-1] = Text(last.text + part.text, part.marks, part.href)
        elif isinstance(part, Cite) and part == last:
            continue
        else:
            joined.append(part)
    return joined
