"""CSV and JSON to blocks: each row or record says its columns' names, so that a passage is understood alone."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import msgspec

from .content import Block, Contents, Unfit

_SAMPLE = 16_384
_LONGEST_FIELD = 1_000_000
_DEEPEST = 40


def read_csv(text: str, *, most_rows: int) -> Contents:
    """Rows as ``column: value; column: value``; the first row names the columns.

    Raises:
        Unfit: it cannot be read as rows, or has none.
    """
    csv.field_size_limit(_LONGEST_FIELD)
    reader = csv.reader(io.StringIO(text, newline=""), dialect=_dialect(text[:_SAMPLE]))
    blocks: list[Block] = []
    try:
        header = [" ".join(name.split()) for name in next(reader, [])]
        for number, row in enumerate(reader, 1):
            if number > most_rows:
                break
            if said := _row(header, row):
                blocks.append(Block(kind="row", text=said, row=number))
        more = sum(1 for _ in reader) + 1 if blocks and number > most_rows else 0
    except csv.Error as error:
        raise Unfit("document_broken", f"the CSV cannot be read near row {reader.line_num}: {error}") from error
    if not blocks and not any(header):
        raise Unfit("document_no_text", "the CSV has no rows")
    if not blocks:
        blocks = [Block(kind="row", text=", ".join(header), row=1)]
    notices = [f"Only the first {most_rows:,} of {most_rows + more:,} rows were read."] if more else []
    return Contents(blocks=blocks, notices=notices)


def read_json(text: str, *, most_rows: int) -> Contents:
    """Records as ``key: value; key: value``; keys that lead to objects and lists become headings.

    Raises:
        Unfit: it is not JSON, nested too deep, or empty.
    """
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, msgspec.ValidationError, RecursionError) as error:
        raise Unfit("document_broken", f"the document is not JSON: {str(error)[:200]}") from error
    blocks = list(_walk(value, 0))
    rows = sum(1 for block in blocks if block.kind == "row")
    if rows == 0:
        raise Unfit("document_no_text", "the JSON document holds no values")
    if rows <= most_rows:
        return Contents(blocks=blocks)
    kept, seen = [], 0
    for block in blocks:
        seen += block.kind == "row"
        if seen > most_rows:
            break
        kept.append(block)
    return Contents(blocks=kept, notices=[f"Only the first {most_rows:,} of {rows:,} records were read."])


class _Comma(csv.excel):
    pass


def _dialect(sample: str) -> type[csv.Dialect]:
    lines = sample.splitlines()
    try:
        return csv.Sniffer().sniff("\n".join(lines[:50]), delimiters=",;\t|")
    except csv.Error:
        return _Comma


def _row(header: list[str], row: list[str]) -> str:
    said = []
    for place, cell in enumerate(row):
        value = " ".join(cell.split())
        if value:
            name = header[place] if place < len(header) else ""
            said.append(f"{name}: {value}" if name else value)
    return "; ".join(said)


def _walk(value: Any, depth: int) -> Iterator[Block]:
    if depth > _DEEPEST:
        raise Unfit("document_broken", f"the JSON document is nested deeper than {_DEEPEST} levels")
    match value:
        case dict():
            yield from _object(value, depth)
        case list():
            for number, item in enumerate(value, 1):
                if isinstance(item, dict):
                    yield from _object(item, depth, number)
                elif isinstance(item, list):
                    yield from _walk(item, depth + 1)
                elif (said := _scalar(item)) is not None:
                    yield Block(kind="row", text=said, row=number)
        case _:
            if (said := _scalar(value)) is not None:
                yield Block(kind="row", text=said)


def _object(value: dict[str, Any], depth: int, number: int = 0) -> Iterator[Block]:
    plain = {name: _scalar(inner) for name, inner in value.items()}
    said = "; ".join(f"{name}: {text}" for name, text in plain.items() if text is not None)
    if said:
        yield Block(kind="row", text=said, row=number)
    for name, inner in value.items():
        if isinstance(inner, dict | list) and inner and plain[name] is None:
            yield Block(kind="heading", text=" ".join(name.split()) or "-", level=depth + 1)
            yield from _walk(inner, depth + 1)
            yield Block(kind="heading", text="", level=depth + 1)


def _scalar(value: Any) -> str | None:
    """A value in a line, a short list of such values too; None for what has an inside, or says nothing."""
    match value:
        case None | "":
            return None
        case bool():
            return "true" if value else "false"
        case str():
            return " ".join(value.split())
        case int() | float():
            return str(value)
        case list() if value and len(value) <= 20 and all(isinstance(item, str | int | float) for item in value):
            return ", ".join(str(item) for item in value)
        case _:
            return None
