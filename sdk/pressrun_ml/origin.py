"""Where an entity's numbers come from, as a report says it of each of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

_NO_NUMBERS = frozenset({"id", "job_id", "project_id", "experiment_id", "sources"})


def marked(entity: Mapping[str, Any], origin: Literal["computed", "upstream"]) -> dict[str, Any]:
    """The entity with each of its fields marked: ``computed`` by this program, or ``upstream`` by another system."""
    return {**entity, "sources": {name: origin for name in entity if name not in _NO_NUMBERS}}
