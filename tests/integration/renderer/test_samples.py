"""The sample of every template that is offered, from its request to its pages."""

from __future__ import annotations

import io
import re
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pypdf
import pytest

from services.renderer.chromium import Chromium
from services.renderer.disguise import Disguise
from services.renderer.page import anchors
from services.renderer.pool import Limits, Pool
from services.renderer.render import renditions
from services.worker.llm.extractive import Extractive
from services.worker.nodes import node_functions
from services.worker.nodes.measure import Rows, measure
from shared.db.pool import Database
from shared.document.blocks import Document
from shared.templates.registry import load
from tests.integration.renderer.test_renditions import BOUNDS, _marks, flat
from tests.integration.worker.measuring.seeded import NOW, World
from tests.unit.worker.corpus import Given, carried_out

OFFERED = sorted(folder.template.key for folder in load().offered)


@pytest.fixture(scope="module")
async def pool(chromium: Path, disguise: Disguise) -> AsyncIterator[Pool]:
    """One browser for all samples."""
    made = Pool(lambda: Chromium(chromium, disguise), Limits(slots=1))
    yield made
    await made.close()


@pytest.mark.parametrize("key", OFFERED)
async def test_a_sample_is_printed(key: str, pool: Pool, month: Database, world: World):
    """A request that works, the nodes that it names, a real browser: pages with the document's own outline."""
    found = load().by_key[key]
    functions = node_functions(Given(Extractive())) | {"report.measure": measure(Rows(month))}
    asked = {"title": found.sample["title"], "description": found.sample["description"], "author": "Somebody"}
    asked |= {"parameters": found.sample["parameters"], "query": found.sample["parameters"].get("user_query", "")}
    who = "Chris" if found.template.required_role == "admin" else "Ada"
    outputs = await carried_out(found.workflow, functions, asked, run_id=world.runs[who], started_at=NOW)
    document = msgspec.convert(outputs["assemble"]["document"], Document)
    made = await renditions(document, pool=pool, bounds=BOUNDS)
    assert set(made.files) >= {"pdf", "html", "md"}
    assert found.sample["title"] in made.files["md"].decode()
    reader = pypdf.PdfReader(io.BytesIO(made.files["pdf"]))
    assert len(reader.pages) == made.pages >= 2
    assert flat(found.sample["title"]) in flat(reader.pages[0].extract_text())
    marks = list(_marks(reader.outline))
    titles = [re.sub(r"\A[\d.]+ ", "", str(mark.title)) for mark in marks]
    assert titles == [document.meta.title, *(title for _, _, title in anchors(document))]
    assert len(titles) > 2
    places = [reader.get_destination_page_number(mark) for mark in marks]
    assert places == sorted(place for place in places if place is not None)
