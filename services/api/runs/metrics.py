"""What a run has cost, in OpenWOP v1's closed shape. Pure."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from shared.db.answers import NodeUsage

_CURRENCY = "USD"


def metrics(nodes: list[NodeUsage]) -> dict[str, Any]:
    """``openwopCost``; nothing where no cost is known in the one currency that the protocol has a word for."""
    if not nodes or any(node.cost is None or node.currency != _CURRENCY for node in nodes):
        return {}
    models = list(dict.fromkeys(node.model for node in nodes if node.model))
    cost = {
        "usd": float(sum((node.cost or Decimal(0) for node in nodes), Decimal(0))),
        "tokens": {
            "input": sum(node.prompt_tokens for node in nodes),
            "output": sum(node.completion_tokens for node in nodes),
        },
    }
    return {"openwopCost": cost | ({"model": ", ".join(models)} if models else {})}
