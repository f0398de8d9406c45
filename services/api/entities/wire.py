"""Entities as clients see them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec

from shared.db.entities import Entity

Item = TypeVar("Item")


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of an entity beside its body."""

    id: UUID
    kind: str
    project_id: UUID | None
    name: str
    status: str
    version: int
    size_bytes: int
    unknown: list[str]
    """Paths in the body that no report reads; they are kept."""
    created_at: datetime
    updated_at: datetime


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """An entity that was stored."""

    ok: bool = True
    entity: About
    dropped: list[str] = []
    """What may hold private values and was taken out of a privacy session: it is kept nowhere."""


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """An entity: its body as it was pushed, and what is known of it."""

    entity: dict[str, Any]
    about: About


class Page(msgspec.Struct, Generic[Item], frozen=True, kw_only=True):
    items: list[Item]
    total: int
    limit: int
    offset: int


class Deleted(msgspec.Struct, frozen=True, kw_only=True):
    ok: bool = True


def about(entity: Entity) -> About:
    return msgspec.convert(entity, About, from_attributes=True)


def tag(entity: Entity) -> str:
    """The entity's ETag."""
    return f'"v{entity.version}"'
