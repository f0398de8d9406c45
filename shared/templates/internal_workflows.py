"""Workflows that no template has: work of Pressrun's own that wants the engine's retries, leases and limits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

HERE = Path(__file__).parent / "internal"

KNOWLEDGE_INDEX = "pressrun.knowledge.index"
KNOWLEDGE_EMBED = "pressrun.knowledge.embed"
KNOWLEDGE_SEARCH = "pressrun.knowledge.search"
ML_COMPUTE = "pressrun.ml.compute"
INTERNAL = frozenset({KNOWLEDGE_INDEX, KNOWLEDGE_EMBED, KNOWLEDGE_SEARCH, ML_COMPUTE})
"""Clients do not start these by themselves: they are steps of something that was checked before."""


def workflows() -> list[dict[str, Any]]:
    """Raw definitions in the order of their files' names."""
    return [msgspec.json.decode(path.read_bytes()) for path in sorted(HERE.glob("*.json"))]
