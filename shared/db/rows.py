"""Joined rows to structs: a struct's fields are its table's columns."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, TypeVar

import msgspec

S = TypeVar("S", bound=msgspec.Struct)


def columns(alias: str, kind: type[msgspec.Struct], *, without: Collection[str] = ()) -> str:
    """``alias.field AS alias_field`` for each field, to be read back by ``part``."""
    return ", ".join(f"{alias}.{field} AS {alias}_{field}" for field in kind.__struct_fields__ if field not in without)


def part(row: Mapping[str, Any], alias: str, kind: type[S]) -> S:
    """The struct that ``columns`` selected; a field that was left out has its default."""
    names = {field: f"{alias}_{field}" for field in kind.__struct_fields__}
    return msgspec.convert({field: row[name] for field, name in names.items() if name in row}, kind)
