"""Ids from addresses."""

from __future__ import annotations

from uuid import UUID

from shared.domain.errors import NotFound


def read_id(text: str, what: str) -> UUID:
    """An id from a path. Raises ``NotFound`` for what is none."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(f"there is no such {what}") from None
