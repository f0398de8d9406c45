"""What a reviewer reads before he releases a report: the drafted document, as a plain page or as Markdown."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import MediaType, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from services.api import problems
from services.api.auth.caller import Caller, requires
from services.api.resources import Resources
from shared.contracts.records import Interrupt
from shared.db import runs
from shared.document.blocks import Document
from shared.document.markdown_out import markdown
from shared.domain import approvals
from shared.domain.errors import NotFound, PressrunError
from shared.pipeline.answers import DOCUMENT
from shared.pipeline.results import load_outputs

from . import review_page
from .answering import answer_by_token, by_token
from .asking import asked_by_run, asked_by_token, may_answer
from .openapi import PUBLIC, described


def _refused(request: Request[Any, Any, Any], error: PressrunError) -> Response[Any]:
    """Whoever came with a browser gets a page."""
    answer = problems.answer(request, error)
    if "text/html" not in request.headers.get("accept", ""):
        return answer
    page = review_page.refused(error.message)
    return Response(page, status_code=answer.status_code, media_type=MediaType.HTML, headers=review_page.HEADERS)


@get("/v1/runs/{run_id:str}/interrupts/{node_id:str}/preview", guards=[requires("approvals:respond")], **described())
async def preview_by_run(
    request: Request[Caller, Any, Any],
    resources: NamedDependency[Resources],
    run_id: FromPath[str],
    node_id: FromPath[str],
) -> Response[str]:
    """The document that waits for a release, for the run's owner and for approvers that its gate names: HTML, or Markdown
    with `Accept: text/markdown`."""
    interrupt = await asked_by_run(resources, request.user, run_id, node_id)
    return await _shown(request, resources, interrupt, may_answer=False)


@get(
    "/v1/interrupts/{token:str}/preview",
    exception_handlers={PressrunError: _refused},
    **PUBLIC,
    **described(more=(409, 410)),
)
async def preview_by_token(
    request: Request[Any, Any, Any], resources: NamedDependency[Resources], token: FromPath[str]
) -> Response[str]:
    """The same, for the holder of a token; the page ends with a form to decide."""
    interrupt = await asked_by_token(resources, token)
    return await _shown(request, resources, interrupt, may_answer=await may_answer(resources, token, interrupt))


@post(
    "/v1/interrupts/{token:str}/preview",
    guards=[by_token],
    status_code=200,
    exception_handlers={PressrunError: _refused},
    include_in_schema=False,
)
async def decide(
    request: Request[Any, Any, Any], resources: NamedDependency[Resources], token: FromPath[str]
) -> Response[str]:
    """The page's form. Its address is its authority: no cookie counts here, so no other site can use one."""
    value = review_page.decision(dict(await request.form()))
    await answer_by_token(request, resources, token, value)
    return Response(review_page.decided(value["action"]), media_type=MediaType.HTML, headers=review_page.HEADERS)


async def _shown(
    request: Request[Any, Any, Any], resources: Resources, interrupt: Interrupt, *, may_answer: bool
) -> Response[str]:
    document = await _document(resources, interrupt)
    written = markdown(document)
    if "text/markdown" in request.headers.get("accept", ""):
        return Response(written, media_type="text/markdown; charset=utf-8", headers=review_page.HEADERS)
    meta = document.meta
    page = review_page.draft(interrupt, written, title=meta.title, language=meta.language, may_answer=may_answer)
    return Response(page, media_type=MediaType.HTML, headers=review_page.HEADERS)


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
