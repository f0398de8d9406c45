"""Blocks that every kind of report has use for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from services.worker.measuring import parts
from services.worker.measuring.parts import heading, say, table, tiles
from services.worker.ml.facts import Format
from shared.document.blocks import Block, Callout, Heading, ListBlock, Paragraph, Text

from .case import Case

Item = TypeVar("Item")
Rows = Sequence[Sequence[str]]

__all__ = [
    "heading",
    "left_out",
    "lines_of",
    "listed",
    "long_table",
    "missing",
    "named",
    "nothing",
    "pairs",
    "say",
    "sub",
    "table",
    "tiles",
    "warning",
]

_TEXT = 400
"""Letters of a value that are printed."""
_NAMED = 12


def sub(text: str, content: Sequence[Block]) -> list[Block]:
    """A part below a section, without a heading if there is nothing in it."""
    return [Heading(2, [Text(text)]), *content] if content else []


def missing(case: Case, what: str, field: str, how: str = "") -> list[Block]:  # type: ignore[type-arg]
    """Say that something was not provided and how to supply it; or, if it was, why it cannot be shown."""
    if reason := case.broken(field):
        said = f" {what} was sent but cannot be shown: {reason}. Send “{field}” again as the data format describes it."
        return [Paragraph([Text("Not shown:", ["strong"]), Text(said)])]
    said = f" {what}. {how or f'It is shown when the entity has “{field}”.'}"
    return [Paragraph([Text("Not provided:", ["strong"]), Text(said)])]


def nothing(case: Case, said: str, what: str, field: str) -> list[Block]:  # type: ignore[type-arg]
    """Say that there are none, if that was sent; of a field that was not sent nobody knows."""
    if case.sent(field) and not case.broken(field):
        return [say(said)]
    return missing(case, what, field, f"Send “{field}”, an empty list if there were none.")


def warning(title: str, text: str) -> Callout:
    return Callout([say(text)], tone="warning", title=title)


def listed(items: Sequence[str]) -> list[Block]:
    return [ListBlock([[say(each)] for each in items])] if items else []


def pairs(rows: Sequence[tuple[str, str]], *, caption: str, heads: tuple[str, str] = ("", "")) -> list[Block]:
    """What is called what: a table of two columns of words, without what has no value."""
    kept = [(name, shortened(value)) for name, value in rows if value not in {"", "\N{EN DASH}"}]
    return parts.table(heads if any(heads) else ("Property", "Value"), kept, caption=caption, texts=2)


def long_table(
    heads: Sequence[str], rows: Rows, *, caption: str, field: str, most: int = 25, texts: int = 1, note: str = ""
) -> list[Block]:
    """A table of the first rows that says what was left out and where it is."""
    rest = len(rows) - most
    left = (
        f"{rest:,} more of {len(rows):,} rows are left out here; all are in “{field}” of the entity."
        if rest > 0
        else ""
    )
    return parts.table(
        heads,
        [[shortened(cell) for cell in row] for row in rows[:most]],
        caption=caption,
        texts=texts,
        note=" ".join(part for part in (note, left) if part),
    )


def named(rows: Iterable[Mapping[str, float | None]]) -> list[str]:
    """The names that any row has a value for, in the order in which they come."""
    return list(dict.fromkeys(name for row in rows for name, value in row.items() if value is not None))


def left_out(names: Sequence[str], most: int, what: str, field: str) -> str:
    """Say which names behind the first ones have no column and where they are; nothing if all have."""
    rest = names[most:]
    if not rest:
        return ""
    told = (
        f"{', '.join(map(shortened, rest[:_NAMED]))}{f' and {len(rest) - _NAMED} more' if len(rest) > _NAMED else ''}"
    )
    return f"Not shown here are the {what} {told}; they are in “{field}” of the entity."


def shortened(text: str) -> str:
    return text if len(text) <= _TEXT else f"{text[:_TEXT]}…"


def lines_of(settings: Mapping[str, object], *, depth: int = 2) -> list[tuple[str, str]]:
    """Settings as names and values; what is nested is named with dots, as far as ``depth``."""
    found: list[tuple[str, str]] = []
    for name, value in settings.items():
        if isinstance(value, dict) and value and depth > 1:
            found += [(f"{name}.{inner}", said) for inner, said in lines_of(value, depth=depth - 1)]
        else:
            found.append((name, plain(value)))
    return found


def plain(value: object) -> str:
    """A setting's value as people write it."""
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:g}"
        case list() | tuple():
            return ", ".join(plain(each) for each in value) or "none"
        case dict():
            return ", ".join(f"{name}: {plain(each)}" for name, each in value.items()) or "none"
    return str(value)


def metric_form(name: str) -> Format:
    """Metrics are raw numbers, times are times."""
    return "milliseconds" if name.endswith("_ms") else "seconds" if name.endswith("_s") else "metric"
