"""Small workflows for tests of the pure rules."""

from __future__ import annotations

from typing import Any

from shared.contracts.workflow import Workflow
from shared.domain.definition import read


def node(node_id: str, type_id: str = "core.noop", **more: Any) -> dict[str, Any]:
    return {
        "id": node_id,
        "typeId": type_id,
        "name": node_id,
        "position": {"x": 0, "y": 0},
        "inputs": {},
        "config": {},
    } | more


def edge(source: str, target: str, **more: Any) -> dict[str, Any]:
    return {"id": f"{source}-{target}", "sourceNodeId": source, "targetNodeId": target} | more


def workflow(nodes: list[dict[str, Any]], edges: list[dict[str, Any]], **more: Any) -> Workflow:
    return read({"id": "test", "name": "Test", "version": "1", "nodes": nodes, "edges": edges} | more)


def sliced() -> Workflow:
    """outline -> write (a slice per section) -> print, with a side branch off the outline."""
    return workflow(
        [
            node("outline"),
            node(
                "write",
                inputs={"sections": {"type": "connection", "nodeId": "outline", "outputKey": "sections"}},
                config={"forEach": "sections"},
            ),
            node("side"),
            node("print"),
        ],
        [edge("outline", "write"), edge("outline", "side"), edge("write", "print"), edge("side", "print")],
    )
