"""Where a node's inputs and a condition's operands come from."""

from __future__ import annotations

import re
from typing import Any

import jmespath

from shared.contracts.workflow import Condition, ConnectionInput, Input, Node, StaticInput, VariableInput, Workflow

from .errors import Rejected
from .state import RunState

REFERENCE = "$result"
"""Key of a reference ``{"$result": sha256, "bytes": n, "count": elements or None}`` to a stored value."""


def variables(workflow: Workflow, inputs: dict[str, Any]) -> dict[str, Any]:
    """Defaults overlaid with the declared inputs. Undeclared inputs are ignored."""
    return {variable.name: inputs.get(variable.name, variable.default_value) for variable in workflow.variables}


def assigned(workflow: Workflow, state: RunState) -> dict[str, Any]:
    """The variables that finished nodes gave a value (``config.assign``: variable to output)."""
    return {
        variable: done.outputs[output]
        for node in workflow.nodes
        if (done := state.nodes.get(node.id)) is not None
        for variable, output in node.config.get("assign", {}).items()
        if output in done.outputs
    }


def resolve(node: Node, state: RunState, known: dict[str, Any]) -> dict[str, Any]:
    """A node's inputs, stored values still as references.

    Raises:
        Rejected: a connection that is not optional has no value.
    """
    return {name: _value(node, name, source, state, known) for name, source in node.inputs.items()}


def count(value: Any) -> int | None:
    """Elements of an array value or of a reference to one; None when it is neither."""
    if isinstance(value, list):
        return len(value)
    if is_reference(value):
        found = value.get("count")
        return found if isinstance(found, int) else None
    return None


def is_reference(value: Any) -> bool:
    return isinstance(value, dict) and REFERENCE in value


def holds(condition: Condition | None, output: dict[str, Any], state: RunState, known: dict[str, Any]) -> bool:
    """Whether an edge's condition is true. ``expression`` and operands that begin with ``$.`` are JMESPath
    over ``{"variables", "output", "nodes"}``; a left operand that names a variable is its value.
    """
    if condition is None:
        return True
    scope = {"variables": known, "output": output, "nodes": {name: node.outputs for name, node in state.nodes.items()}}
    if condition.type == "expression":
        return bool(jmespath.search(condition.expression or "`false`", scope))
    left, right = _operand(condition.left, scope), _operand(condition.right, scope)
    match condition.type:
        case "equals":
            return bool(left == right)
        case "notEquals":
            return bool(left != right)
        case "contains":
            return isinstance(left, str | list | dict) and right in left
        case "regex":
            return isinstance(left, str) and isinstance(right, str) and re.search(right, left) is not None


def _operand(value: Any, scope: dict[str, Any]) -> Any:
    if isinstance(value, str):
        if value in scope["variables"]:
            return scope["variables"][value]
        if value.startswith("$."):
            return jmespath.search(value[2:], scope)
    return value


def _value(node: Node, name: str, source: Input, state: RunState, known: dict[str, Any]) -> Any:
    if isinstance(source, StaticInput):
        return source.value
    if isinstance(source, VariableInput):
        return known.get(source.variable_name)
    if isinstance(source, ConnectionInput):
        before = state.nodes.get(source.node_id)
        if before is not None and source.output_key in before.outputs:
            return before.outputs[source.output_key]
        if source.optional:
            return None
        raise Rejected(
            f"input '{name}' of node '{node.id}' needs the output '{source.output_key}' "
            f"of node '{source.node_id}', which has none",
            code="input_missing",
        )
    return jmespath.search(
        source.expression,
        {
            "variables": known,
            "nodes": {key: other.outputs for key, other in state.nodes.items()},
        },
    )
