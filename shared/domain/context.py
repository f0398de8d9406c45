"""What clients give as ``parameters.context``, in every shape that is accepted, as numbered documents."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec

from .errors import Rejected

FIELD = "parameters.context"
_TITLE = 200
_MARKDOWN = re.compile(r"^#{1,4} \S|^```", re.MULTILINE)
"""What nobody types into plain text by chance: a text of no stated type that holds it is Markdown."""
_BODIES = ("text", "content", "markdown")
_FIELDS = frozenset({*_BODIES, "title", "source", "href", "type"})


class SourceText(msgspec.Struct, frozen=True, kw_only=True):
    """One document to write from, whole."""

    number: int
    title: str
    kind: Literal["text", "markdown"] = "text"
    text: str
    href: str | None = None


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How much one report may read."""

    documents: int = 50
    document_bytes: int = 2_000_000
    total_bytes: int = 4_000_000


def documents(context: Any, limits: Limits = Limits()) -> list[SourceText]:  # noqa: B008 - a frozen value
    """Read the documents that were given.

    Accepted: nothing (None or ``{}``); a text; a document; a list of texts or documents; an object of title to text;
    ``{"documents": [...]}``. A document is ``{"title", "text" | "content" | "markdown", "source", "href", "type"}``.
    Empty texts are nothing.

    Raises:
        Rejected: with the path of the field that is wrong, or the limit that is exceeded.
    """
    given = [entry for entry in _entries(context) if entry.text.strip()]
    found = told_apart([_numbered(number, entry) for number, entry in enumerate(given, 1)])
    _check_limits(found, limits)
    return found


def empty() -> Rejected:
    """The refusal of a report that is made of documents alone and was given none."""
    return _wrong(FIELD, "must hold at least one document that is not empty")


class _Entry(msgspec.Struct, frozen=True):
    path: str
    title: str
    text: str
    kind: str = ""
    href: str | None = None


def _entries(context: Any) -> Iterator[_Entry]:
    match context:
        case None:
            return
        case str():
            yield _Entry(FIELD, "", context)
        case list():
            yield from _listed(context, FIELD)
        case {"documents": list(listed)}:
            yield from _listed(listed, f"{FIELD}.documents")
        case {"documents": None}:
            return
        case dict() if context.keys() <= _FIELDS and context.keys() & set(_BODIES):
            yield _document(context, FIELD)
        case dict():
            for title, text in context.items():
                if not isinstance(text, str):
                    raise _wrong(f"{FIELD}.{_short(title)}", f"must be a text, not {_kind(text)}")
                yield _Entry(f"{FIELD}.{_short(title)}", str(title), text)
        case _:
            raise _wrong(FIELD, f"must be a text, a list of documents or an object, not {_kind(context)}")


def _listed(entries: list[Any], path: str) -> Iterator[_Entry]:
    for index, entry in enumerate(entries):
        where = f"{path}[{index}]"
        match entry:
            case str():
                yield _Entry(where, "", entry)
            case dict():
                yield _document(entry, where)
            case _:
                raise _wrong(where, f"must be a text or an object, not {_kind(entry)}")


def _document(entry: dict[str, Any], path: str) -> _Entry:
    bodies = [name for name in _BODIES if entry.get(name) is not None]
    if not bodies:
        raise _wrong(path, "must have a 'text', 'content' or 'markdown'")
    if len(bodies) > 1:
        raise _wrong(path, f"must have '{bodies[0]}' or '{bodies[1]}', not both: leave one out")
    for name in (*bodies, "title", "source", "href", "type"):
        if entry.get(name) is not None and not isinstance(entry[name], str):
            raise _wrong(f"{path}.{name}", f"must be a text, not {_kind(entry[name])}")
    kind = entry.get("type") or ("markdown" if bodies[0] == "markdown" else "")
    if kind not in {"", "text", "markdown"}:
        raise _wrong(f"{path}.type", "must be 'text' or 'markdown'")
    title = entry.get("title") or entry.get("source") or ""
    href = _href(entry.get("href") or entry.get("source"), given=entry.get("href") is not None, path=path)
    return _Entry(path, title, entry[bodies[0]], kind, href)


def _href(value: str | None, *, given: bool, path: str) -> str | None:
    """A ``source`` may be an address or not; an ``href`` must be one."""
    if not value:
        return None
    if _is_address(value):
        return value
    if given:
        raise _wrong(f"{path}.href", "must be an http or https address, such as https://example.org/page")
    return None


def _is_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


def _numbered(number: int, entry: _Entry) -> SourceText:
    if "\x00" in entry.text:
        raise _wrong(entry.path, "must be text: take the NUL characters out")
    kind: Literal["text", "markdown"] = "text"
    if entry.kind == "markdown" or (not entry.kind and _MARKDOWN.search(entry.text)):
        kind = "markdown"
    title = _short(" ".join(entry.title.split())) or f"Document {number}"
    return SourceText(number=number, title=title, kind=kind, text=entry.text, href=entry.href)


def told_apart(sources: list[SourceText]) -> list[SourceText]:
    """With titles that differ: readers tell documents apart by them."""
    seen: Counter[str] = Counter()
    found = []
    for source in sources:
        seen[source.title] += 1
        again = seen[source.title]
        title = source.title if again == 1 else f"{source.title} ({again})"
        found.append(msgspec.structs.replace(source, title=title))
    return found


def _check_limits(found: list[SourceText], limits: Limits) -> None:
    if len(found) > limits.documents:
        raise _wrong(
            FIELD, f"must hold at most {limits.documents} documents, not {len(found)}: send fewer, or put some together"
        )
    total = 0
    for source in found:
        size = len(source.text.encode(errors="replace"))
        total += size
        if size > limits.document_bytes:
            raise _wrong(
                FIELD,
                f"must hold documents of at most {limits.document_bytes:,} bytes; number {source.number} has {size:,}",
            )
    if total > limits.total_bytes:
        raise _wrong(FIELD, f"must have at most {limits.total_bytes:,} bytes in all, not {total:,}: send less")


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "a list", bool: "a boolean", int: "a number", float: "a number", str: "a text"}
    return "null" if value is None else names.get(type(value), "something else")


def _short(title: str) -> str:
    return title if len(title) <= _TITLE else f"{title[: _TITLE - 1]}…"


def _wrong(path: str, problem: str) -> Rejected:
    return Rejected(f"{path}: {problem}", details={"field": path})
