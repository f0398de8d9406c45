"""Quotations as Markdown: verbatim words, escaped so that they can be nothing but text, with their citation."""

from __future__ import annotations

import re

import msgspec

from services.worker.content import Passage
from services.worker.reading import terms
from services.worker.reading.statements import Statement, statements

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!&])")
_ESCAPED = r"\\\1"
_OPENING = re.compile(r"^(\d{1,9})?([-+=.)])")
_BULLET = re.compile(r"^[-*•–]\s+")
_LIST_WORDS = 130
_LEFT_OUT = r"\[…\]"


class Quotation(msgspec.Struct, frozen=True):
    """Statements that follow one another in a passage."""

    passage: Passage
    first: int
    said: tuple[Statement, ...]

    @property
    def end(self) -> int:
        return self.first + len(self.said)

    @property
    def locator(self) -> str:
        """Heading and paragraph number: ``5. Termination, 5.1``."""
        label = self.said[0].label
        return f"{self.passage.locator}, {label}" if label and self.passage.locator else self.passage.locator or label

    @property
    def words(self) -> int:
        return sum(statement.words for statement in self.said)

    @property
    def shouting(self) -> bool:
        letters = [letter for statement in self.said for letter in statement.text if letter.isalpha()]
        return sum(1 for letter in letters if letter.isupper()) > len(letters) / 2

    @property
    def listing(self) -> bool:
        return any(statement.items for statement in self.said)


def quotation(passage: Passage, first: int, last: int) -> Quotation:
    return Quotation(passage, first, statements(passage.text)[first:last])


def escape(text: str) -> str:
    """Markdown that shows exactly this text."""
    return _OPENING.sub(r"\1\\\2", _SPECIAL.sub(_ESCAPED, " ".join(text.split())))


def inline(quote: Quotation) -> str:
    """The quotation within a line, in quotation marks."""
    text = " ".join(part for statement in quote.said for part in (statement.text, *statement.items))
    return f"“{escape(text)}” [P{quote.passage.number}]"


def block(quotes: list[Quotation], stems: list[str], attribution: str) -> str:
    """Quotations from one place as one block. A long list is shortened to the items nearest to ``stems``."""
    parts: list[str] = []
    for quote in quotes:
        lines = [escape(" ".join(statement.text for statement in quote.said))]
        lines += [line for statement in quote.said for line in _items(statement, stems)]
        lines[-1] += f" [P{quote.passage.number}]"
        parts += lines
    if attribution:
        parts.append(f"— {_SPECIAL.sub(_ESCAPED, attribution)}")
    return "\n>\n".join(f"> {part}" for part in parts)


def merged(quotes: list[Quotation]) -> list[Quotation]:
    """Quotations in reading order, those that follow one another in a paragraph as one."""
    found: list[Quotation] = []
    for quote in sorted(quotes, key=lambda quote: (quote.passage.number, quote.first)):
        last = found[-1] if found else None
        if (
            last
            and last.passage is quote.passage
            and last.end == quote.first
            and last.said[-1].paragraph == quote.said[0].paragraph
        ):
            found[-1] = msgspec.structs.replace(last, said=(*last.said, *quote.said))
        else:
            found.append(quote)
    return found


def _items(statement: Statement, stems: list[str]) -> list[str]:
    chosen = _nearest(statement, stems)
    shown: list[str] = []
    for number, item in enumerate(statement.items):
        if number in chosen:
            bullet = _BULLET.match(item)
            shown.append(f"- {escape(item[bullet.end() :])}" if bullet else escape(item))
        elif not shown or shown[-1] != _LEFT_OUT:
            shown.append(_LEFT_OUT)
    return shown


def _nearest(statement: Statement, stems: list[str]) -> set[int]:
    """Items that fit into the room of a quotation, those with the section's terms first."""
    wanted = set(stems)
    sizes = [terms.count(item) for item in statement.items]
    order = sorted(range(len(sizes)), key=lambda at: (-len(wanted.intersection(terms.stems(statement.items[at]))), at))
    room = _LIST_WORDS
    chosen: set[int] = set()
    for at in order:
        if sizes[at] <= room or not chosen:
            chosen.add(at)
            room -= sizes[at]
    return chosen
