"""What a report on an entity is composed of, before anybody comments on it."""

from __future__ import annotations

from typing import Any

import msgspec

from services.worker.measuring.rules import Finding
from services.worker.ml.facts import Fact
from shared.document.blocks import Block


class Composed(msgspec.Struct, frozen=True, kw_only=True):
    """Everything but commentary."""

    facts: list[Fact]
    """Every number that a page shows."""
    blocks: list[Block]
    findings: list[Finding]
    """By rule: whether or not it was met."""
    summary: dict[str, Any]
    """The headline metrics, by name."""
