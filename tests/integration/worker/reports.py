"""Reports made under the engine by a model that answers each stage of the work as it is told."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import msgspec

from services.worker.llm.answers import Answers
from services.worker.llm.openai import OpenAI, Times
from services.worker.llm.prices import Prices
from services.worker.nodes import node_functions
from shared.contracts.records import Run
from shared.contracts.states import Stage
from shared.db import runs
from shared.document.blocks import Document
from shared.domain.outcome import Done, Outcome, Work
from shared.pipeline.chunks import ChunkStream
from shared.pipeline.pipeline import Pipeline
from shared.pipeline.results import load_outputs
from shared.templates.registry import load
from tests.integration.pipeline.conftest import Begin, ended, working
from tests.integration.worker.endpoint import Behaviour, Endpoint, endpoint, say

FAST = Times(connect=2, read=5, total=20, backoff=0.01)
SAMPLE = load().by_key["conversational"].sample
_STAGES = {
    "You plan a report": "outline",
    "You write one section": "section",
    "You edit a report": "join",
    "You write the executive summary": "summary",
    "You find the title": "title",
}

Line = Behaviour | str | Callable[[dict[str, Any]], "Behaviour | str"]
"""What a stage answers: a text, a behaviour, or a function of the request to one of them."""


class Own(msgspec.Struct):
    """What node functions need of a worker."""

    writer: Any
    live_for: Any
    answers: Answers | None = None
    rows: Any = None
    library: Any = None
    vault: Any = None
    shelf: Any = None
    computing: Any = None
    conformance: bool = False


class Script:
    """Answers by stage, and remembers what it was asked for."""

    def __init__(self, **lines: Line) -> None:
        self.lines = LINES | lines
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def __call__(self, request: dict[str, Any]) -> Behaviour:
        stage = stage_of(request)
        self.asked.append((stage, request))
        line: Any = self.lines[stage]
        if callable(line) and getattr(line, "__name__", "") != "answer":
            line = line(request)
        return say(line) if isinstance(line, str) else line

    def count(self, stage: str) -> int:
        return sum(1 for asked, _ in self.asked if asked == stage)


def stage_of(request: dict[str, Any]) -> str:
    system = request["messages"][0]["content"]
    return next(stage for opening, stage in _STAGES.items() if system.startswith(opening))


def user(request: dict[str, Any]) -> str:
    return str(request["messages"][1]["content"])


def cited(request: dict[str, Any]) -> list[str]:
    """The passages that a request shows, as citations."""
    return list(dict.fromkeys(re.findall(r"^\[P\d+\]", user(request), re.MULTILINE)))


def section_of(request: dict[str, Any]) -> str:
    found = re.search(r"^Section to write: (.*)$", user(request), re.MULTILINE)
    assert found
    return found[1]


def prose(request: dict[str, Any], words: int = 60) -> str:
    """A section of so many words, each sentence with a citation."""
    marks = cited(request) or [""]
    sentence = "Water that is hotter draws more out of the leaves."
    return " ".join(f"{sentence[:-1]} {marks[at % len(marks)]}." for at in range(max(words // 9, 1)))


def planned(request: dict[str, Any]) -> str:
    numbers = [int(number) for number in re.findall(r"^P(\d+)(?: to P\d+)? \|", user(request), re.MULTILINE)]
    sections = [
        {"title": title, "brief": f"What the sources say of {title.lower()}.", "passages": numbers[:4], "share": 5}
        for title in ("Temperatures", "Times", "Stimulants")
    ]
    return json.dumps({"sections": sections})


LINES: dict[str, Line] = {
    "outline": planned,
    "section": prose,
    "join": json.dumps({"edits": [], "contradictions": []}),
    "summary": "Hotter water draws more out of the leaves, and coffee needs less time than tea does, say both sources. [P1]",
    "title": "Two hot drinks beside each other",
}
"""A model that does as it is told."""


class Bench:
    """A worker with such a model."""

    def __init__(self, pipeline: Pipeline, begin: Begin, speaking: Endpoint, times: Times, **more: Any) -> None:
        self.pipeline = pipeline
        self.begin = begin
        self.writer = OpenAI(base_url=speaking.url, api_key="k", model="tiny-1", times=times, **more)
        self.document: Document | None = None

    def functions(self) -> dict[str, Any]:
        prices = Prices(input=Decimal(3), output=Decimal(15))
        answers = Answers(self.pipeline.database, "tiny-1", prices)
        own = Own(self.writer, lambda work: ChunkStream(self.pipeline, work), answers)
        return node_functions(own) | {"report.render": self._render}

    async def make(self, within_s: float = 60, **more: Any) -> Run:
        """Begin the sample's report, with other inputs if there are any, and see it through."""
        parameters = {**SAMPLE["parameters"], **more.pop("parameters", {})}
        inputs = {"title": "Tea", "query": parameters["user_query"], "parameters": parameters, **more}
        async with working(self.pipeline, self.functions(), most={Stage.LLM: 2}):
            run = await self.begin(load().by_key["conversational"].raw, inputs)
            return await ended(self.pipeline, run.id, within_s=within_s)

    async def outputs(self, run: Run, node_id: str) -> dict[str, Any]:
        async with self.pipeline.database.connect() as db:
            found = await runs.with_state(db, run.id)
            assert found is not None
            node = found[1].nodes[node_id]
            return await load_outputs(db, self.pipeline.store, run.id, node.outputs)

    async def quality(self, run: Run) -> dict[str, Any]:
        found: dict[str, Any] = (await self.outputs(run, "check"))["quality"]
        return found

    async def error(self, run: Run) -> dict[str, Any]:
        async with self.pipeline.database.connect() as db:
            log = await runs.events(db, run.id)
        return dict(next(event.payload["error"] for event in log if event.type == "run.failed"))

    async def _render(self, work: Work) -> Outcome:
        self.document = msgspec.convert(work.inputs["document"], Document)
        return Done(outputs={"formats": [], "pages": 0})


@asynccontextmanager
async def bench(
    pipeline: Pipeline, begin: Begin, script: Script, times: Times = FAST, *, attempts: int = 2, **more: Any
) -> AsyncIterator[Bench]:
    async with endpoint(choose=script) as speaking:
        made = Bench(pipeline, begin, speaking, times, attempts=attempts, **more)
        try:
            yield made
        finally:
            await made.writer.close()
