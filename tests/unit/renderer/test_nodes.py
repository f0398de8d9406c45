"""What ``report.render`` answers, for good input and for each thing that can go wrong."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from services.renderer.nodes import designed, node_functions
from services.renderer.pool import Limits, Pool
from services.renderer.resources import Resources
from services.renderer.settings import Settings
from shared.document.blocks import Document, Heading, Meta, Paragraph, Text
from shared.document.design import Design
from shared.domain.errors import Rejected, Unavailable
from shared.domain.outcome import Done, Outcome, Retry, Work
from tests.unit.renderer.printing import Paper, Press

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
DOCUMENT = Document(
    meta=Meta(title="A <b>title", created_at=NOW),
    blocks=[Heading(1, [Text("One")]), Paragraph([Text("<script>alert(1)</script>")])],
)


class Shelf:
    """A store in memory that may be out of order."""

    def __init__(self, *, broken: bool = False) -> None:
        self.files: dict[str, tuple[bytes, str]] = {}
        self.broken = broken

    async def put(self, key: str, data: bytes, media_type: str) -> None:
        if self.broken:
            raise Unavailable("the object store does not answer")
        self.files[key] = (data, media_type)


async def render(
    document: Any, *, paper: Paper | None = None, shelf: Shelf | None = None, theme: Any = "pressrun", **settings: Any
) -> Outcome:
    press = Press(paper or Paper())
    made = Settings(
        database_url="", redis_url="", s3_endpoint="", s3_access_key="", s3_secret_key="", chromium="", **settings
    )
    resources = Resources(Pool(lambda: press, Limits()), shelf or Shelf(), made)
    work = Work(
        run_id="run-1",
        node_id="render",
        type_id="report.render",
        slice=-1,
        attempt=1,
        config={},
        inputs={"document": document, "theme": theme},
        configurable={},
        started_at=NOW,
    )
    return await node_functions(resources)["report.render"](work)


async def test_every_rendition_is_stored_under_its_content():
    """Four files under the hash of what is in them, and an outcome that says so."""
    shelf = Shelf()
    outcome = await render(msgspec.to_builtins(DOCUMENT), paper=Paper(pages=3), shelf=shelf)
    assert isinstance(outcome, Done)
    assert outcome.outputs["formats"] == ["pdf", "html", "md", "json"]
    assert outcome.outputs["pages"] == 3
    assert [artifact.format for artifact in outcome.artifacts] == outcome.outputs["formats"]
    for artifact in outcome.artifacts:
        data, media_type = shelf.files[artifact.key]
        assert artifact.sha256 == hashlib.sha256(data).hexdigest()
        assert artifact.sha256 in artifact.key
        assert (artifact.size_bytes, artifact.media_type) == (len(data), media_type)
        assert artifact.size_bytes == outcome.outputs["bytes"][artifact.format]
        assert artifact.pages == (3 if artifact.format == "pdf" else None)
    stored = {artifact.format: shelf.files[artifact.key][0] for artifact in outcome.artifacts}
    assert msgspec.json.decode(stored["json"], type=Document).blocks == DOCUMENT.blocks
    assert b"<script>" not in stored["html"]
    assert b"# A " in stored["md"]


async def test_the_same_document_gives_the_same_files():
    """Rendering again, after a crash say, stores nothing new."""
    first, second = Shelf(), Shelf()
    await render(msgspec.to_builtins(DOCUMENT), shelf=first)
    await render(msgspec.to_builtins(DOCUMENT), shelf=second)
    assert first.files.keys() == second.files.keys()


@pytest.mark.parametrize(
    ("document", "field"),
    [
        (None, "object"),
        ("text", "object"),
        ({"blocks": []}, "meta"),
        ({"meta": {"title": 7, "created_at": NOW.isoformat()}, "blocks": []}, r"\$\.meta\.title"),
        ({"meta": {"title": "x", "created_at": NOW.isoformat()}, "blocks": [{"type": "video"}]}, r"\$\.blocks\[0\]"),
    ],
)
async def test_what_is_no_document_fails_with_the_field(document: Any, field: str):
    """A retry cannot help; the message says where it is wrong."""
    with pytest.raises(Rejected, match=field) as caught:
        await render(document)
    assert caught.value.code == "document_invalid"


@pytest.mark.parametrize("theme", ["none", "../secrets", 7])
async def test_an_unknown_theme_is_rejected(theme: Any):
    """Nor can a theme's name lead anywhere else."""
    with pytest.raises(Rejected, match="theme"):
        await render(msgspec.to_builtins(DOCUMENT), theme=theme)


async def test_over_a_limit_is_an_error_that_names_the_setting():
    """Nothing is cut off silently, and nothing is stored."""
    shelf = Shelf()
    with pytest.raises(Rejected, match="PRESSRUN_MAX_PAGES") as pages:
        await render(msgspec.to_builtins(DOCUMENT), paper=Paper(pages=6), shelf=shelf, max_pages=5)
    assert pages.value.code == "too_many_pages"
    paper = Paper()
    with pytest.raises(Rejected, match="PRESSRUN_MAX_HTML_BYTES") as size:
        await render(msgspec.to_builtins(DOCUMENT), paper=paper, shelf=shelf, max_html_bytes=1000)
    assert size.value.code == "document_too_large"
    assert paper.printed == []
    assert shelf.files == {}


async def test_a_document_that_kills_its_tab_is_tried_twice():
    """The step's own limit for this failure is far below that of failures that are nobody's fault."""
    outcome = await render(msgspec.to_builtins(DOCUMENT), paper=Paper(dies=True))
    assert isinstance(outcome, Retry)
    assert (outcome.code, outcome.limit) == ("browser_crashed", 2)


async def test_a_document_past_its_deadline_is_tried_twice():
    """So is one that does not come to an end."""
    outcome = await render(msgspec.to_builtins(DOCUMENT), paper=Paper(seconds=5), render_deadline_s=0.05)
    assert isinstance(outcome, Retry)
    assert (outcome.code, outcome.limit) == ("render_timeout", 2)
    assert "0.05 s" in outcome.message


async def test_a_store_that_is_down_is_unavailable():
    """The engine tries again later; the document is not to blame."""
    with pytest.raises(Unavailable):
        await render(msgspec.to_builtins(DOCUMENT), shelf=Shelf(broken=True))


def test_the_nearest_choice_of_a_design_wins():
    """A run's configuration, the request, the document itself, the template: in this order, field by field."""
    meta = msgspec.structs.replace(DOCUMENT.meta, design=Design(theme="plain", watermark="OWN", page_size="Letter"))
    document = msgspec.structs.replace(DOCUMENT, meta=meta)
    work = Work(
        run_id="r", node_id="n", type_id="report.render", slice=0, attempt=1, config={}, started_at=meta.created_at,
        inputs={"parameters": {"accent": "#123456", "watermark": "ASKED", "theme": None}, "theme": "pressrun"},
        configurable={"accent": "#8c1f16"},
    )  # fmt: skip
    design = designed(document, work).meta.design
    assert design == Design(theme="plain", page_size="Letter", accent="#8c1f16", watermark="ASKED")
    bare = msgspec.structs.replace(work, inputs={"theme": "broadsheet"}, configurable={})
    assert designed(DOCUMENT, bare).meta.design == Design(theme="broadsheet")
