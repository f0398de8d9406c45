"""Overlapping readings of a text settled: one value for each character, always the same way. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable

from .kinds import RANK, Span


def settle(text: str, found: Iterable[Span]) -> list[Span]:
    """Spans without overlaps, in order.

    The longest wins, then the most specific, then the first. What a loser covers beyond the winner
    stays hidden too, as a value of its own.
    """
    taken: list[Span] = []
    waiting = sorted(set(found), key=_strength)
    for span in waiting:
        for part in _free(span, taken):
            trimmed = _trimmed(text, part)
            if trimmed.length and (trimmed == span or _tells(text, trimmed)):
                taken.insert(bisect_left(taken, trimmed), trimmed)
    return taken


def widened(text: str, spans: list[Span]) -> list[Span]:
    """Spans that take along the letters and digits they are glued to; then two that touch become one."""
    wide = [_wide(text, span) for span in spans]
    return _joined(wide)


def chunks(text: str, spans: list[Span]) -> list[Span]:
    """Spans that take along everything up to the next white space."""
    return _joined([Span(_left(text, s.start, _dense), _right(text, s.end, _dense), s.kind) for s in spans])


def overlapping(spans: list[Span], start: int, end: int) -> bool:
    """Whether any of some settled spans has a character of a range."""
    at = bisect_left(spans, start, key=lambda span: span.start)
    return (at < len(spans) and spans[at].start < end) or (at > 0 and spans[at - 1].end > start)


def _strength(span: Span) -> tuple[int, int, int]:
    return (-span.length, RANK[span.kind], span.start)


def _free(span: Span, taken: list[Span]) -> list[Span]:
    """The parts of a span that nobody has."""
    first = bisect_left(taken, span.start, key=lambda one: one.start)
    if first and taken[first - 1].end > span.start:
        first -= 1
    parts, at = [], span.start
    for other in taken[first:]:
        if other.start >= span.end:
            break
        if other.start > at:
            parts.append(Span(at, other.start, span.kind))
        at = max(at, other.end)
    if at < span.end:
        parts.append(Span(at, span.end, span.kind))
    return parts


def _trimmed(text: str, span: Span) -> Span:
    start, end = span.start, span.end
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start, end, span.kind)


def _tells(text: str, span: Span) -> bool:
    return sum(char.isalnum() for char in text[span.start : span.end]) > 1


def _wide(text: str, span: Span) -> Span:
    return Span(_left(text, span.start, _glued), _right(text, span.end, _glued), span.kind)


def _glued(char: str) -> bool:
    return char.isascii() and char.isalnum()


def _dense(char: str) -> bool:
    return not char.isspace()


def _left(text: str, at: int, takes: Callable[[str], bool]) -> int:
    while at and takes(text[at - 1]):
        at -= 1
    return at


def _right(text: str, at: int, takes: Callable[[str], bool]) -> int:
    while at < len(text) and takes(text[at]):
        at += 1
    return at


def _joined(spans: list[Span]) -> list[Span]:
    joined: list[Span] = []
    for span in spans:
        if joined and span.start < joined[-1].end:
            last = joined[-1]
            kind = min(last.kind, span.kind, key=lambda kind: RANK[kind])
            joined[-1] = Span(last.start, max(last.end, span.end), kind)
        else:
            joined.append(span)
    return joined
