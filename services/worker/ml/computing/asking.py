"""What the process that computes is asked and answers. Crosses its pipes as JSON; the tables' bytes follow."""

from __future__ import annotations

from typing import Any

import msgspec

from shared.contracts.computing import Asked


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A table among the bytes that follow."""

    role: str
    kind: str
    """``csv`` or ``parquet``."""
    size_bytes: int


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    kind: str
    """Of the entity."""
    asked: Asked
    files: list[File]
    most_rows: int
    thresholds: dict[str, float] = {}
    """From which PSI on a feature's drift is a ``warning`` or ``critical``."""


class Computed(msgspec.Struct, frozen=True, kw_only=True):
    """Fields of the entity, and what a reader of them should know."""

    fields: dict[str, Any]
    notices: list[str] = []


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """Why nothing can be computed."""

    code: str
    message: str


class Unfit(Exception):
    """The tables are not what they should be: a column is missing, a value is no number, there is nothing in them."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
