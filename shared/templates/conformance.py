"""The workflows that the protocol's conformance suite runs. Behind one setting, never in production."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

HERE = Path(__file__).parent / "fixtures"


def fixtures() -> list[dict[str, Any]]:
    """Raw definitions in the order of their ids."""
    return [msgspec.json.decode(path.read_bytes()) for path in sorted(HERE.glob("*.json"))]
