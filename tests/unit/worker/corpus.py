"""The demo's report, made once for all tests of a session, by the node functions as the definition connects them."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any

import msgspec

from deploy.local.demo_request import demo_request
from services.worker.content import Outline, Section, Written
from services.worker.llm.door import Writer
from services.worker.llm.extractive import Extractive
from services.worker.nodes import node_functions
from shared.contracts.workflow import Workflow
from shared.document.blocks import Document
from shared.domain.outcome import Done, NodeFunction, Work
from shared.templates.registry import load

NOW = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)
_ELSEWHERE = {"report.render", "core.approvalGate"}


class Shown:
    """Collects what is shown live."""

    def __init__(self) -> None:
        self.pieces: list[str] = []

    async def add(self, piece: str) -> None:
        self.pieces.append(piece)

    async def write(self, chunks: list[str], meta: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        self.pieces += chunks

    @asynccontextmanager
    async def live_for(self, _work: Work):
        yield self


class Given:
    """A worker's resources."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.shown = Shown()
        self.live_for = self.shown.live_for
        self.answers = None
        self.rows = None
        self.library = None
        self.vault = None
        self.shelf = None
        self.computing = None
        self.conformance = False


class Made:
    """Everything that is made on the way of a report."""

    def __init__(self, request: dict[str, Any], writer: Writer | None = None, **variables: Any) -> None:
        found = load().by_key["conversational"]
        parameters = request["parameters"]
        asked = {
            "title": request["title"],
            "description": request.get("description", ""),
            "query": parameters.get("user_query") or request["title"],
            "parameters": parameters,
            "author": "Somebody",
            "reportId": "r1",
            **variables,
        }
        functions = node_functions(Given(writer or Extractive()))
        with ThreadPoolExecutor(1) as beside:  # a test's own loop may be running
            self.outputs = beside.submit(asyncio.run, carried_out(found.workflow, functions, asked)).result()
        self.collected = self.outputs["collect"]
        self.planned = self.outputs["outline"]
        self.outline = msgspec.convert(self.planned["outline"], Outline)
        self.sections = msgspec.convert(self.planned["sections"], list[Section])
        self.written = msgspec.convert(self.outputs["join"]["written"], list[Written])
        self.assembled = self.outputs["assemble"]
        self.document = msgspec.convert(self.assembled["document"], Document)


async def carried_out(
    workflow: Workflow, functions: dict[str, NodeFunction], asked: dict[str, Any]
) -> dict[str, dict[str, Any]]:
    """What every node came to, in the definition's order; outputs go through JSON as the engine sends them."""
    variables = {one.name: one.default_value for one in workflow.variables} | asked
    outputs: dict[str, dict[str, Any]] = {}
    for node in workflow.nodes:
        if node.type_id in _ELSEWHERE:
            continue
        inputs = {name: _value(one, variables, outputs) for name, one in node.inputs.items()}
        each = node.config.get("forEach")
        slices = [{"item": item, "index": at} for at, item in enumerate(inputs[each])] if each else [{}]
        results = []
        for more in slices:
            work = _work(node_id=node.id, type_id=node.type_id, config=node.config, inputs=inputs | more)
            outcome = await functions[node.type_id](work)
            assert isinstance(outcome, Done), (node.id, outcome)
            results.append(json.loads(json.dumps(outcome.outputs)))
        outputs[node.id] = {"items": results} if each else results[0]
    return outputs


@cache
def demo() -> Made:
    return Made(demo_request())


def _work(**more: Any) -> Work:
    return Work(
        run_id="run-1", slice=more["inputs"].get("index", -1), attempt=1, configurable={}, started_at=NOW, **more
    )


def _value(one: Any, variables: dict[str, Any], outputs: dict[str, dict[str, Any]]) -> Any:
    if hasattr(one, "variable_name"):
        return variables[one.variable_name]
    if not hasattr(one, "node_id"):
        return one.value
    made = outputs[one.node_id]
    return made.get(one.output_key) if one.optional else made[one.output_key]
