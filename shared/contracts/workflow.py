"""Workflow definitions in OpenWOP v1's format: nodes, edges, variables.

Field names are the protocol's, so that a definition is served exactly as it was stored.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec


class StaticInput(msgspec.Struct, frozen=True, tag_field="type", tag="static"):
    value: Any = None


class ExpressionInput(msgspec.Struct, frozen=True, tag_field="type", tag="expression"):
    expression: str


class ConnectionInput(msgspec.Struct, frozen=True, tag_field="type", tag="connection", rename="camel"):
    node_id: str
    output_key: str = "output"
    optional: bool = False


class VariableInput(msgspec.Struct, frozen=True, tag_field="type", tag="variable", rename="camel"):
    variable_name: str
    optional: bool = False


Input = StaticInput | ExpressionInput | ConnectionInput | VariableInput


class Node(msgspec.Struct, frozen=True, rename="camel"):
    """One place in a workflow.

    ``config.forEach`` names an input that is an array: the node then runs as one slice
    per element, each with ``item`` and ``index`` among its inputs, and completes with
    ``items``, the slices' outputs in order.
    """

    id: str
    type_id: str
    name: str = ""
    position: dict[str, float] = {}
    config: dict[str, Any] = {}
    inputs: dict[str, Input] = {}
    settings: dict[str, Any] = {}
    disabled: bool = False


class Condition(msgspec.Struct, frozen=True):
    type: Literal["expression", "equals", "notEquals", "contains", "regex"]
    left: Any = None
    right: Any = None
    expression: str | None = None


TriggerRule = Literal["all_success", "any_success", "all_complete", "none_failed", "any_failed"]


class Edge(msgspec.Struct, frozen=True, rename="camel"):
    id: str
    source_node_id: str
    target_node_id: str
    source_output: str = "output"
    target_input: str = "input"
    condition: Condition | None = None
    label: str | None = None
    trigger_rule: TriggerRule = "all_success"


class Variable(msgspec.Struct, frozen=True, rename="camel"):
    name: str
    type: Literal["string", "number", "boolean", "object", "array"]
    description: str = ""
    required: bool = False
    default_value: Any = None
    sensitive: bool = False


class Settings(msgspec.Struct, frozen=True, rename="camel"):
    timeout: int = 0
    """Milliseconds of running time, in which nothing is waited for; 0 means none."""
    max_retries: int | None = None
    log_level: str = "info"
    max_loopback_iterations: int = 5


class Workflow(msgspec.Struct, frozen=True, rename="camel"):
    id: str
    name: str
    version: str
    nodes: list[Node]
    edges: list[Edge]
    triggers: list[dict[str, Any]] = []
    variables: list[Variable] = []
    metadata: dict[str, Any] = {}
    settings: Settings = Settings()
    description: str = ""
    configurable_schema: dict[str, Any] | None = None

    def node(self, node_id: str) -> Node:
        return next(node for node in self.nodes if node.id == node_id)
