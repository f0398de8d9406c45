"""The demo's report, made once for all tests of a session."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import cache
from typing import Any

import msgspec

from deploy.local.demo_request import demo_request
from services.worker.content import Outline, Section
from services.worker.llm.door import Writer
from services.worker.llm.extractive import Extractive
from services.worker.llm.prompts import section_prompt
from services.worker.nodes.assemble import assembled
from services.worker.nodes.collect import read
from services.worker.nodes.draft import outlined
from services.worker.nodes.write import written
from shared.document.blocks import Document

NOW = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)


class Made:
    """Everything that is made on the way of a report."""

    def __init__(self, request: dict[str, Any], writer: Writer | None = None, *, max_tokens: int = 16384) -> None:
        parameters = request["parameters"]
        asked = {
            "title": request["title"],
            "description": request.get("description", ""),
            "query": parameters.get("user_query") or request["title"],
            "parameters": parameters,
            "language": "en",
            "author": "Somebody",
            "reportId": "r1",
        }
        self.collected = read(parameters.get("context"), {})
        self.drafted = outlined(asked | self.collected, {"maxOutputTokens": max_tokens})
        self.outline = msgspec.convert(self.drafted["outline"], Outline)
        self.sections = msgspec.convert(self.drafted["sections"], list[Section])
        with ThreadPoolExecutor(1) as beside:  # a test's own loop may be running
            self.written = beside.submit(asyncio.run, self._write(writer or Extractive())).result()
        items = [{"section": msgspec.to_builtins(one)} for one in self.written]
        self.assembled = assembled(
            asked | self.collected | self.drafted | {"written": items}, {"content": "report"}, NOW
        )
        self.document = msgspec.convert(self.assembled["document"], Document)

    async def _write(self, writer: Writer) -> list[Any]:
        answers = [
            await writer.write(section_prompt(self.outline, section), on_chunk=_ignore) for section in self.sections
        ]
        return [written(section, answer) for section, answer in zip(self.sections, answers, strict=True)]


@cache
def demo() -> Made:
    return Made(demo_request())


async def _ignore(_piece: str) -> None:
    return
