"""What a report's language model calls have used so far, and cost."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from shared.db import answers
from shared.db.answers import NodeUsage
from shared.db.pool import Connection


async def usage(db: Connection, run_id: str) -> dict[str, Any] | None:
    """Tokens and cost of a run, retries included, while it goes on and afterwards; None before the first call."""
    nodes = await answers.usage(db, run_id)
    return summed(nodes) if nodes else None


def summed(nodes: list[NodeUsage]) -> dict[str, Any]:
    """The figures of all nodes together and of each. Costs are decimal strings; null where a price was not known. Pure."""
    return {
        **_figures(nodes),
        "nodes": {node_id: _figures(one for one in nodes if one.node_id == node_id) for node_id in _names(nodes)},
    }


def _names(nodes: list[NodeUsage]) -> list[str]:
    return list(dict.fromkeys(node.node_id for node in nodes))


def _figures(found: Iterable[NodeUsage]) -> dict[str, Any]:
    nodes = list(found)
    prompt, completion = sum(one.prompt_tokens for one in nodes), sum(one.completion_tokens for one in nodes)
    known = all(one.cost is not None for one in nodes)
    cost = sum((one.cost for one in nodes if one.cost is not None), Decimal(0))
    return {
        "calls": sum(one.calls for one in nodes),
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "estimated": any(one.estimated for one in nodes),
        "models": sorted({one.model for one in nodes if one.model}),
        "cost": text(cost) if known else None,
        "currency": next((one.currency for one in nodes if one.currency), None) if known else None,
    }


def text(cost: Decimal) -> str:
    """A decimal without an exponent and without needless zeros: ``0.00125``."""
    shown = f"{cost:f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown
