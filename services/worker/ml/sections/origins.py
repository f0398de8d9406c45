"""Where the figures of a report come from."""

from __future__ import annotations

from collections.abc import Sequence

from services.worker.ml.facts import ORIGINS, Fact, written
from shared.contracts.entities import Origin
from shared.document.blocks import Block

from . import parts

HEADING = "Where the figures come from"

_ROWS = 25
_MEANING: dict[Origin, str] = {
    "supplied": "sent with the entity, and shown as they were sent",
    "computed": "computed from what was sent, here or by the program that sent it",
    "upstream": "taken over from another system, as it had computed them",
}


def figures(facts: Sequence[Fact]) -> list[Block]:
    """How many figures are of each origin, and which; nothing of a report without figures."""
    by: dict[Origin, list[Fact]] = {origin: [fact for fact in facts if fact.origin == origin] for origin in ORIGINS}
    if not facts:
        return []
    rows = [(ORIGINS[origin], meaning, f"{len(by[origin]):,}") for origin, meaning in _MEANING.items()]
    counts = parts.table(("Origin", "Meaning", "Figures"), rows, caption="Figures by origin", texts=2)
    return [parts.heading(HEADING), *counts, *(block for origin, found in by.items() for block in _list(origin, found))]


def _list(origin: Origin, found: Sequence[Fact]) -> list[Block]:
    rest = len(found) - _ROWS
    left = f"{rest:,} more of {len(found):,} figures are left out here; the JSON file of this report has all of them under “numbers”."  # fmt: skip
    rows = [(fact.label, written(fact)) for fact in found[:_ROWS]]
    return parts.table(("Figure", "Value"), rows, caption=f"Figures {ORIGINS[origin]}", note=left if rest > 0 else "")
