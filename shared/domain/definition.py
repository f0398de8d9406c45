"""Reads a workflow definition and refuses one that could not run."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from graphlib import CycleError, TopologicalSorter
from typing import Any

import msgspec

from shared.contracts.workflow import ConnectionInput, VariableInput, Workflow

from .errors import Rejected


def read(raw: dict[str, Any], known_types: Collection[str] | None = None) -> Workflow:
    """Check and convert a definition.

    Raises:
        Rejected: with the path of what is wrong (code ``workflow_invalid``).
    """
    try:
        workflow = msgspec.convert(raw, Workflow)
    except msgspec.ValidationError as error:
        raise _wrong(str(error)) from None
    ids = [node.id for node in workflow.nodes]
    if not ids:
        raise _wrong("nodes: at least one is needed")
    if len(set(ids)) != len(ids):
        raise _wrong("nodes: ids must differ")
    for node in workflow.nodes:
        if known_types is not None and node.type_id not in known_types:
            raise _wrong(f"nodes.{node.id}.typeId: '{node.type_id}' is not a known node type")
    _check_edges(workflow, set(ids))
    _check_inputs(workflow, set(ids))
    return workflow


def digest(raw: dict[str, Any]) -> str:
    """SHA-256 of the canonical JSON: keys sorted, no spaces."""
    return hashlib.sha256(msgspec.json.encode(raw, order="sorted")).hexdigest()


def _check_edges(workflow: Workflow, ids: set[str]) -> None:
    before: dict[str, set[str]] = {node_id: set() for node_id in ids}
    for edge in workflow.edges:
        for end in (edge.source_node_id, edge.target_node_id):
            if end not in ids:
                raise _wrong(f"edges.{edge.id}: there is no node '{end}'")
        before[edge.target_node_id].add(edge.source_node_id)
    try:
        TopologicalSorter(before).prepare()
    except CycleError as error:
        raise _wrong(f"edges: loops are not supported ({' -> '.join(error.args[1])})") from None


def _check_inputs(workflow: Workflow, ids: set[str]) -> None:
    names = {variable.name for variable in workflow.variables}
    for node in workflow.nodes:
        for name, source in node.inputs.items():
            where = f"nodes.{node.id}.inputs.{name}"
            if isinstance(source, ConnectionInput) and source.node_id not in ids:
                raise _wrong(f"{where}: there is no node '{source.node_id}'")
            if isinstance(source, VariableInput) and source.variable_name not in names:
                raise _wrong(f"{where}: there is no variable '{source.variable_name}'")
        each = node.config.get("forEach")
        if each is not None and each not in node.inputs:
            raise _wrong(f"nodes.{node.id}.config.forEach: there is no input '{each}'")


def _wrong(message: str) -> Rejected:
    return Rejected(f"the workflow definition is not valid: {message}", code="workflow_invalid")
