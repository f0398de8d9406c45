"""A finished report to look at where it is, in a frame of a page of ours or of whom the settings name."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Annotated, Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from services.api.limits import DOWNLOAD, counted
from services.api.resources import Resources
from shared.storage.keys import attachment

from .access import Guest, find, reader
from .downloads import TOKEN
from .files import check_format, file_name, of_view, open_file
from .openapi import ERRORS

SHOWN_AS = {"html": "text/html; charset=utf-8", "pdf": "application/pdf", "md": "text/plain; charset=utf-8"}
"""Browsers save Markdown under its own type instead of showing it."""

_POLICIES = {
    # Links of the report open beside it; whatever it holds cannot act for this host.
    "html": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; "
    "sandbox allow-popups allow-popups-to-escape-sandbox; ",
    "pdf": "",  # a browser's own viewer does not start in a sandbox
    "md": "default-src 'none'; sandbox; ",
}
_FORMAT = "html, pdf or md; absent: html."


@get(
    ["/{report_id:str}/view", "/{report_id:str}/preview"],
    guards=[reader],
    summary="Look at a report",
    tags=["reports"],
    responses=ERRORS,
    media_type="text/html",
    response_description="The rendition, to be shown where it is",
)
async def preview(
    request: Request[Guest, Any, Any],
    resources: NamedDependency[Resources],
    report_id: FromPath[str],
    wanted: Annotated[str, QueryParameter(name="format", description=_FORMAT)] = "html",
    token: Annotated[str | None, QueryParameter(description=TOKEN)] = None,  # noqa: ARG001 - the guard has read it
) -> Response[Any]:
    """The report as a web page, which counts as no download; its other files do, wherever they are shown."""
    async with resources.pipeline.database.connect() as db:
        view = await find(db, request, report_id, "view")
        check_format(wanted, SHOWN_AS)  # in the dialect that is known by now
        artifact = await of_view(db, view, wanted, "preview")
    async with nullcontext() if wanted == "html" else counted(request, DOWNLOAD):
        opened = await open_file(resources, artifact)
    others = resources.settings.frame_ancestors
    name = attachment(file_name(view.report, wanted)).removeprefix("attachment")
    return opened.response(
        {
            "Content-Type": SHOWN_AS[wanted],
            "Content-Disposition": f"inline{name}",
            "Content-Security-Policy": f"{_POLICIES[wanted]}{_frames(others)}",
            **({} if others else {"X-Frame-Options": "SAMEORIGIN"}),  # which cannot name anybody else
        }
    )


HANDLERS = [preview]


def _frames(others: str) -> str:
    """Whose pages may show it in a frame."""
    return f"frame-ancestors 'self' {others}".strip()
