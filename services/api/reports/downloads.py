"""Hands out a finished report's files: through this process, or by a signed link to the object store."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from services.api.body import wrong
from services.api.limits import DOWNLOAD, limited
from services.api.resources import Resources
from shared.contracts.records import Artifact
from shared.db import reports
from shared.db.reports import ReportView
from shared.domain.errors import PressrunError
from shared.storage.keys import attachment

from .access import Guest, Visitor, find, reader, used
from .files import check_format, file_name, of_view, open_file
from .openapi import ERRORS

TOKEN = "Of a grant, instead of a key."  # noqa: S105 - what is said of it
_FORMAT = "pdf, html, md or json; absent: the report's own."
_REDIRECT = "Answer 302 with a link to the object store that works for a few minutes."
# A report's HTML is data: opened from here, it must not act for this host.
_INERT = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; sandbox"


@get(
    "/{report_id:str}/download",
    guards=[reader, limited(DOWNLOAD)],
    summary="Download a report",
    tags=["reports"],
    responses=ERRORS,
    media_type="application/octet-stream",
    response_description="The file, as its format's media type",
)
async def download(
    request: Request[Guest, Any, Any],
    resources: NamedDependency[Resources],
    report_id: FromPath[str],
    wanted: Annotated[str | None, QueryParameter(name="format", description=_FORMAT)] = None,
    redirect: Annotated[bool, QueryParameter(description=_REDIRECT)] = False,
    token: Annotated[str | None, QueryParameter(description=TOKEN)] = None,  # noqa: ARG001 - the guard has read it
) -> Response[Any]:
    """The report's file."""
    async with resources.pipeline.database.connect() as db:
        view = await find(db, request, report_id, "download")
        check_format(wanted)
        if redirect and isinstance(request.user, Visitor):
            raise wrong("redirect", "a link to the store outlives its grant; leave it out")
        artifact = await of_view(db, view, wanted or view.report.output_format)
    name = file_name(view.report, artifact.format)
    if redirect:
        await _count(request, resources, view)
        link = await _link(resources, artifact, name)
        return Response(b"", status_code=302, headers={"Location": link, "Cache-Control": "no-store"})
    opened = await open_file(resources, artifact)
    try:
        await _count(request, resources, view)  # only now: a store that is away uses nothing up
    except PressrunError:
        await opened.close()
        raise
    return opened.response(
        {
            "Content-Type": artifact.media_type,
            "Content-Disposition": attachment(name),
            "Content-Security-Policy": _INERT,
        }
    )


HANDLERS = [download]


async def _count(request: Request[Guest, Any, Any], resources: Resources, view: ReportView) -> None:
    async with resources.pipeline.database.begin() as db:
        await used(db, request, view)
        await reports.downloaded(db, view.report.id)


async def _link(resources: Resources, artifact: Artifact, name: str) -> str:
    seconds = resources.settings.link_seconds
    return await resources.pipeline.store.link(
        artifact.key, filename=name, media_type=artifact.media_type, seconds=seconds
    )
