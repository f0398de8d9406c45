"""What a reviewer reads before he releases a report: the drafted document, as a plain page or as Markdown."""

from __future__ import annotations

import html
from typing import Any

import msgspec
from litestar import MediaType, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from markdown_it import MarkdownIt

from services.api.auth.caller import Caller, requires
from services.api.resources import Resources
from shared.contracts.records import Interrupt
from shared.db import interrupts, runs
from shared.document.blocks import Document
from shared.document.markdown_out import markdown
from shared.domain import approvals
from shared.domain.errors import NotFound
from shared.pipeline.answers import DOCUMENT
from shared.pipeline.results import load_outputs

from .access import owned
from .answering import asked_by_token
from .openapi import PUBLIC, described

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'",
    "Referrer-Policy": "no-referrer",
}
_PAGE = """<!doctype html><html lang="{language}"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Draft: {title}</title>
<style>
:root {{ color-scheme: light dark }}
body {{ font: 1rem/1.6 Georgia, serif; max-width: 42rem; margin: 0 auto; padding: 2rem 1.25rem 5rem }}
h1, h2, h3, h4 {{ line-height: 1.25; margin: 2rem 0 .5rem }}
table {{ border-collapse: collapse; font: .85rem/1.4 system-ui, sans-serif; display: block; overflow-x: auto }}
th, td {{ border-bottom: 1px solid #8886; padding: .35rem .7rem; text-align: left; vertical-align: top }}
blockquote {{ border-left: 3px solid #8886; margin-inline: 0; padding-left: 1rem; font-style: italic }}
pre {{ overflow-x: auto; background: #8882; padding: .75rem }}
.draft {{ font: 600 .8rem system-ui, sans-serif; letter-spacing: .04em; color: #b45309 }}
</style><p class="draft">DRAFT, NOT RELEASED</p>{body}</html>"""


@get("/v1/runs/{run_id:str}/interrupts/{node_id:str}/preview", guards=[requires("approvals:respond")], **described())
async def preview_by_run(
    request: Request[Caller, Any, Any],
    resources: NamedDependency[Resources],
    run_id: FromPath[str],
    node_id: FromPath[str],
) -> Response[str]:
    """The document that waits for a release: HTML, or Markdown with `Accept: text/markdown`."""
    await owned(resources, request.user, run_id)
    async with resources.pipeline.database.connect() as db:
        waiting = [one for one in await interrupts.open_ones(db, run_id) if one.node_id == node_id]
    if not waiting:
        raise NotFound("the node has no open interrupt", code="interrupt_not_found")
    return await _shown(request, resources, waiting[-1])


@get("/v1/interrupts/{token:str}/preview", **PUBLIC, **described(more=(409, 410)))
async def preview_by_token(
    request: Request[Any, Any, Any], resources: NamedDependency[Resources], token: FromPath[str]
) -> Response[str]:
    """The same, for the holder of a token."""
    return await _shown(request, resources, await asked_by_token(resources, token))


async def _shown(request: Request[Any, Any, Any], resources: Resources, interrupt: Interrupt) -> Response[str]:
    document = await _document(resources, interrupt)
    written = markdown(document)
    if "text/markdown" in request.headers.get("accept", ""):
        return Response(written, media_type="text/markdown; charset=utf-8", headers=_HEADERS)
    body = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).render(written)
    page = _PAGE.format(language=html.escape(document.meta.language), title=html.escape(document.meta.title), body=body)
    return Response(page, media_type=MediaType.HTML, headers=_HEADERS)


async def _document(resources: Resources, interrupt: Interrupt) -> Document:
    if interrupt.data.get("artifactType") != DOCUMENT:
        raise NotFound("there is nothing to preview")
    if (edited := approvals.edited(interrupt.votes)) is not None:
        return msgspec.convert(edited, Document)
    pipeline = resources.pipeline
    async with pipeline.database.connect() as db:
        state = await runs.state(db, interrupt.run_id)
        drafted = state.nodes.get(interrupt.data["artifactId"]) if state else None
        if drafted is None or "document" not in drafted.outputs:
            raise NotFound("there is nothing to preview")
        loaded = await load_outputs(db, pipeline.store, interrupt.run_id, {"document": drafted.outputs["document"]})
    return msgspec.convert(loaded["document"], Document)
