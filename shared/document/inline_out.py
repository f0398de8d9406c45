"""Inlines as Markdown: marks, links and every escape."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial, reduce
from itertools import groupby
from string import punctuation

from shared.document.blocks import Break, Cite, Inline, Mark, Text
from shared.document.plain import allowed, clean

# Outermost first. Underscores for emphasis, so that it may touch strong text.
_DELIMITERS: tuple[tuple[Mark, str], ...] = (("strong", "**"), ("strike", "~~"), ("emphasis", "_"))
_MARKUP = re.compile(r"[\\`*_\[\]<~|]|!$|&(?=#|[A-Za-z])|#+$")
_LINE_START = re.compile(r"^(?:(\d{1,9})(?=[.)])|(?=[-+=#>]))")
_BACKTICKS = re.compile("`+")
_IN_HREF = {ord("|"): "%7C", ord("\\"): "%5C", ord("&"): "&amp;"}


def escaped(text: str) -> str:
    """Return one line that reads as the text wherever it stands in a document."""
    return _at_line_start(_escaped(" ".join(clean(text).split())))


def lines(content: Iterable[Inline]) -> str:
    """Write a paragraph; a forced break is a backslash at the end of its line."""
    written = [_at_line_start(_written(part, _DELIMITERS).strip()) for part in _split(content)]
    return "\\\n".join(each for each in written if each)


def line(content: Iterable[Inline], *, in_table: bool = False) -> str:
    """Write what must stay on one line, such as a heading or a table's cell."""
    written = [_written(part, _DELIMITERS, in_table=in_table).strip() for part in _split(content)]
    return _at_line_start(" ".join(each for each in written if each))


def linked(written: str, href: str | None) -> str:
    """Write a link around what is written already, or only that where the link is not allowed."""
    if href is None or not allowed(href) or not written:
        return written
    return f"[{written}](<{clean(href).translate(_IN_HREF)}>)"


def fence(text: str, least: int) -> str:
    """Return a run of backticks that the text does not contain."""
    longest = max((len(run) for run in _BACKTICKS.findall(text)), default=0)
    return "`" * (max(least, longest + 1) if longest >= least else least)


def _split(content: Iterable[Inline]) -> Iterator[list[Text | Cite]]:
    """Yield the lines between forced breaks, every run of white space in them a single space."""
    current: list[Text | Cite] = []
    for part in content:
        if isinstance(part, Break):
            yield current
            current = []
        elif isinstance(part, Cite):
            current.append(part)
        elif said := re.sub(r"\s+", " ", clean(part.text)):
            current.append(Text(said, part.marks, part.href if allowed(part.href) else None))
    yield current


def _written(parts: Sequence[Text | Cite], delimiters: Sequence[tuple[Mark, str]], *, in_table: bool = False) -> str:
    """Write links around marks around text, each around as many neighbours as share it."""
    pieces = []
    for href, group in groupby(parts, key=lambda part: part.href if isinstance(part, Text) else None):
        inside = _marked(list(group), delimiters, in_table=in_table)
        pieces.append(_around(inside, partial(linked, href=href)) if href else inside)
    return reduce(_touching, pieces, "")


def _marked(parts: Sequence[Text | Cite], delimiters: Sequence[tuple[Mark, str]], *, in_table: bool) -> str:
    if not delimiters:
        return "".join(_leaf(list(group), code, in_table=in_table) for code, group in groupby(parts, key=_is_code))
    (mark, delimiter), *inner = delimiters
    pieces = []
    for bears, group in groupby(parts, key=lambda part: isinstance(part, Text) and mark in part.marks):
        inside = _marked(list(group), inner, in_table=in_table)
        pieces.append(_around(inside, lambda said: delimiter + said + delimiter) if bears else inside)
    return reduce(_touching, pieces, "")


def _leaf(parts: list[Text | Cite], code: bool, *, in_table: bool) -> str:
    if not code:
        return "".join(f"\\[{part.number}\\]" if isinstance(part, Cite) else _escaped(part.text) for part in parts)
    said = "".join(part.text for part in parts if isinstance(part, Text))
    marks = fence(said, 1)
    pad = " " if said.startswith(("`", " ")) or said.endswith(("`", " ")) else ""
    return marks + pad + (said.replace("|", "\\|") if in_table else said) + pad + marks


def _is_code(part: Text | Cite) -> bool:
    return isinstance(part, Text) and "code" in part.marks


def _around(written: str, wrap: Callable[[str], str]) -> str:
    """Wrap what is written, but for the spaces at its ends, which would undo the delimiters."""
    said = written.strip()
    if not said:
        return written
    before, after = written[: len(written) - len(written.lstrip())], written[len(written.rstrip()) :]
    return before + wrap(said) + after


def _touching(left: str, right: str) -> str:
    """Put two pieces side by side; a letter that touches a delimiter is written by its number.

    Between letters a delimiter may not open or close, beside punctuation it always may.
    """
    if not left or not right:
        return left + right
    if _letter(left[-1]) and right[0] in "*_~":
        left = f"{left[:-1]}&#{ord(left[-1])};"
    elif _letter(right[0]) and left[-1] in "*_~":
        right = f"&#{ord(right[0])};{right[1:]}"
    return left + right


def _letter(character: str) -> bool:
    return not character.isspace() and character not in punctuation


def _escaped(text: str) -> str:
    return _MARKUP.sub(r"\\\g<0>", text)


def _at_line_start(written: str) -> str:
    return _LINE_START.sub(r"\1\\", written)
