"""From an entity to a report's sections."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from services.worker.measuring.parts import heading, say, table, tiles
from services.worker.ml.composed import Composed
from services.worker.ml.facts import Fact, Ledger, fact_id
from shared.document.blocks import Block

MOST_TILES = 6


def compose(kind: str, snapshot: Mapping[str, Any], options: Mapping[str, Any]) -> Composed:
    """Headline figures as tiles, and a table of every number that was supplied.

    Args:
        snapshot: ``entity``, its body; ``related``, what it belongs to.
        options: as clients say them.
    """
    ledger = Ledger()
    rows = [
        (path, ledger.add(Fact(id=fact_id(kind, path), label=path, value=value)))
        for path, value in _numbers(snapshot["entity"])
    ]
    summary = {fact.label: fact.value for fact in ledger.facts[:MOST_TILES]}
    blocks: list[Block] = [heading("Summary")]
    blocks += (
        [tiles(*((path, said, "") for path, said in rows[:MOST_TILES]))] if rows else [say("No figures were supplied.")]
    )
    blocks += [heading("What was supplied"), *table(("Field", "Value"), rows, caption="Figures as supplied")]
    comments = options.get("comments")
    if isinstance(comments, str) and comments.strip():
        blocks += [heading("Comments"), say(comments.strip())]
    return Composed(facts=ledger.facts, blocks=blocks, findings=[], summary=summary)


def _numbers(value: Any, path: str = "") -> Iterator[tuple[str, float]]:
    """Every number that is not in a list, with where it stands."""
    if isinstance(value, bool):
        return
    if isinstance(value, int | float):
        yield path, float(value)
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _numbers(inner, f"{path}.{name}" if path else str(name))
