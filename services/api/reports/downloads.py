"""Hands out a finished report's files: through this process, or by a signed link to the object store."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.response import Stream

from services.api.auth.caller import Caller, requires
from services.api.body import wrong
from services.api.limits import DOWNLOAD, limited
from services.api.resources import Resources
from shared.contracts.records import Artifact, Report
from shared.contracts.states import RunStatus
from shared.db import artifacts, reports
from shared.domain.errors import Conflict, NotFound
from shared.storage.keys import EXTENSIONS, attachment

from .access import READ, find
from .openapi import ERRORS

LONGEST_NAME = 100

_FORMAT = "pdf, html, md or json; absent: the report's own."
_REDIRECT = "Answer 302 with a link to the object store that works for a few minutes."


@get(
    "/{report_id:str}/download",
    guards=[requires(*READ), limited(DOWNLOAD)],
    summary="Download a report",
    tags=["reports"],
    responses=ERRORS,
    media_type="application/octet-stream",
    response_description="The file, as its format's media type",
)
async def download(
    request: Request[Caller, Any, Any],
    resources: NamedDependency[Resources],
    report_id: FromPath[str],
    wanted: Annotated[str | None, QueryParameter(name="format", description=_FORMAT)] = None,
    redirect: Annotated[bool, QueryParameter(description=_REDIRECT)] = False,
) -> Response[Any]:
    """The report's file."""
    if wanted is not None and wanted not in EXTENSIONS:
        raise wrong("format", f"must be one of {', '.join(EXTENSIONS)}")
    async with resources.pipeline.database.connect() as db:
        view = await find(db, request.user, report_id)
        if view.run.status is not RunStatus.COMPLETED:
            raise Conflict("Report not ready for download", code="not_ready")
        artifact = await artifacts.find(db, view.report.run_id, wanted or view.report.output_format)
        if artifact is None:
            raise NotFound("Report file not found")
        await reports.downloaded(db, view.report.id)
    name = file_name(view.report, artifact.format)
    if redirect:
        link = await _link(resources, artifact, name)
        return Response(b"", status_code=302, headers={"Location": link, "Cache-Control": "no-store"})
    return await _file(resources, artifact, name)


HANDLERS = [download]


def file_name(report: Report, format: str) -> str:  # noqa: A002 - the word everywhere else
    """The title reduced to letters, digits, spaces, ``-`` and ``_``, then a piece of the id."""
    title = "".join(char for char in report.title if char.isalnum() or char in " -_")
    title = " ".join(title.split())[:LONGEST_NAME].strip() or "report"
    return f"{title}_{str(report.id)[:8]}.{EXTENSIONS[format]}"


async def _link(resources: Resources, artifact: Artifact, name: str) -> str:
    seconds = resources.settings.link_seconds
    return await resources.pipeline.store.link(
        artifact.key, filename=name, media_type=artifact.media_type, seconds=seconds
    )


async def _file(resources: Resources, artifact: Artifact, name: str) -> Stream:
    chunks = resources.pipeline.store.stream(artifact.key)
    first = await anext(chunks, b"")  # a store that is down, or a lost file, is answered as what it is

    async def body() -> AsyncIterator[bytes]:
        yield first
        async for chunk in chunks:
            yield chunk

    headers = {
        "Content-Type": artifact.media_type,
        "Content-Disposition": attachment(name),
        "Content-Length": str(artifact.size_bytes),
        "Cache-Control": "private, no-store",
        "ETag": f'"{artifact.sha256}"',
        # A report's HTML is data: opened from here, it must not act for this host.
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; sandbox",
    }
    return Stream(body(), headers=headers)
