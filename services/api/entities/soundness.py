"""Whether an entity's values hold together, and which of them nobody here knows. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args, get_origin

import msgspec

from shared.contracts.entities import ConfusionMatrix, Correlation, Histogram

MOST_ITEMS = 10_000
"""In one list. A curve of two thousand points looks no better with more of them."""
LONGEST_TEXT = 20_000

_UNREAD = frozenset({"dataset.features", "dataset.class_counts"})
"""What a privacy session's shape has and its report does not read: least, largest and most frequent values."""


def without_values(form: Any, value: Any, path: str = "") -> Iterator[str]:
    """Take out of a privacy session every key that no report reads, since any may hold what was found; their paths."""
    if isinstance(value, list):
        inner = get_args(form)[0] if get_origin(form) is list else None
        for each in value if inner is not None else ():
            yield from without_values(inner, each, f"{path}[]")
    kind = struct(form)
    if not isinstance(value, dict) or kind is None:
        return
    known = {field.encode_name: field.type for field in msgspec.structs.fields(kind)}
    for name, each in list(value.items()):
        where = f"{path}.{name}" if path else name
        if name not in known or where in _UNREAD:
            del value[name]
            yield where
        else:
            yield from without_values(plain(known[name]), each, where)


def too_large(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Lists and texts beyond what is kept."""
    if isinstance(value, list):
        if len(value) > MOST_ITEMS:
            yield path, f"has {len(value):,} entries; at most {MOST_ITEMS:,} are kept. Thin it, and keep its ends"
        for place, inner in enumerate(value):
            if isinstance(inner, list | dict | str):
                yield from too_large(inner, f"{path}[{place}]")
    elif isinstance(value, dict):
        for name, inner in value.items():
            if isinstance(inner, list | dict | str):
                yield from too_large(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, str) and len(value) > LONGEST_TEXT:
        yield path, f"has {len(value):,} characters; at most {LONGEST_TEXT:,} are kept"


def crooked(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """What has the right types and still does not hold together."""
    match value:
        case ConfusionMatrix(labels=labels, matrix=matrix):
            yield from _not_square(matrix, len(labels), "labels", f"{path}.matrix")
        case Correlation(columns=columns, real=real, synthetic=synthetic):
            yield from _not_square(real, len(columns), "columns", f"{path}.real")
            yield from _not_square(synthetic, len(columns), "columns", f"{path}.synthetic")
        case Histogram(edges=edges, counts=counts):
            if (edges or counts) and len(edges) != len(counts) + 1:
                yield path, f"must have one edge more than counts; it has {len(edges)} edges and {len(counts)} counts"
        case _:
            for name, inner in _parts(value, path):
                yield from crooked(inner, name)


def _parts(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """What a value holds that may hold shapes."""
    if isinstance(value, msgspec.Struct):
        for field in msgspec.structs.fields(value):
            yield (f"{path}.{field.encode_name}" if path else field.encode_name), getattr(value, field.name)
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield f"{path}.{name}", inner
    elif isinstance(value, list) and value and isinstance(value[0], msgspec.Struct):
        for place, inner in enumerate(value):
            yield f"{path}[{place}]", inner


def _not_square(matrix: list[Any], size: int, names: str, path: str) -> Iterator[tuple[str, str]]:
    if len(matrix) != size or any(len(row) != size for row in matrix):
        shape = f"{len(matrix)} x {max(map(len, matrix), default=0)}"
        yield path, f"must be square and of the size of its {size} {names}; it is {shape}"


def unknown(form: Any, value: Any, path: str = "") -> Iterator[str]:
    """Paths of keys that the shape does not have."""
    if isinstance(value, list):
        inner = get_args(form)[0] if get_origin(form) is list else None
        for each in value if inner is not None else ():
            yield from unknown(inner, each, f"{path}[]")
        return
    if not isinstance(value, dict):
        return
    kind = struct(form)
    if kind is None:
        inner = get_args(form)[1] if get_origin(form) is dict else None
        for each in value.values() if inner is not None and struct(inner) else ():
            yield from unknown(inner, each, f"{path}.*")
        return
    known = {field.encode_name: field.type for field in msgspec.structs.fields(kind)}
    for name, each in value.items():
        where = f"{path}.{name}" if path else name
        if name not in known:
            yield where
        elif isinstance(each, dict | list):
            yield from unknown(plain(known[name]), each, where)


def plain(form: Any) -> Any:
    """A form without None."""
    return next((one for one in get_args(form) if one is not type(None)), form) if _optional(form) else form


def _optional(form: Any) -> bool:
    return get_origin(form) not in {list, dict, tuple} and type(None) in get_args(form)


def struct(form: Any) -> type[msgspec.Struct] | None:
    """The shape that a form is; None if it is none."""
    kind = plain(form)
    return kind if isinstance(kind, type) and issubclass(kind, msgspec.Struct) else None
