"""What an import brings in, and how its fields are marked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import msgspec

from ..client import Client
from ..origin import marked


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """Entities that were pushed: their ids by kind, in the order in which they were read."""

    project_id: str
    ids: dict[str, list[str]]
    unknown: dict[str, list[str]] = {}
    """By id, what the other system said and no report reads; it is kept."""


def push(client: Client, project_id: str, found: Iterable[tuple[str, Mapping[str, Any]]]) -> Imported:
    """Push entities of a project, one after the other."""
    ids: dict[str, list[str]] = {}
    unknown: dict[str, list[str]] = {}
    for kind, entity in found:
        said = client.push(kind, {**entity, **({} if kind == "project" else {"project_id": project_id})})
        ident = str(entity["job_id" if kind == "synthgen" else "id"])
        ids.setdefault(kind, []).append(ident)
        if strange := said["entity"].get("unknown"):
            unknown[ident] = strange
    return Imported(project_id=project_id, ids=ids, unknown=unknown)


def from_upstream(entity: Mapping[str, Any], *, known: Collection[str] = ()) -> dict[str, Any]:
    """The entity without what is empty, each of its fields marked as another system's.

    Args:
        known: lists that are kept if they are empty: that there were none is known.
    """
    kept = {name: value for name, value in entity.items() if value not in (None, "", [], {}) or name in known}
    return marked(kept, "upstream")


def identity(*parts: str) -> str:
    """A UUID that is the same each time the same thing is imported."""
    return str(uuid5(NAMESPACE_URL, "/".join(parts)))


def as_uuid(text: str, *otherwise: str) -> str:
    """The text if it is a UUID, else one made of it."""
    try:
        return str(UUID(text))
    except ValueError:
        return identity(*otherwise, text)
