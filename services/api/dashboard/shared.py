"""What somebody sees who has a link to a report: that report, and nothing else of its owner's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from services.api import problems
from services.api.reports.access import find, visitor
from services.api.resources import Resources
from shared.contracts.records import Artifact
from shared.contracts.states import RunStatus
from shared.db import artifacts, grants
from shared.db.reports import ReportView
from shared.domain.errors import NotFound

from .headers import PAGE_HEADERS

FORMATS = {"pdf": "PDF", "html": "Web page", "md": "Markdown"}
"""What people may want, in this order."""

_HEADERS = PAGE_HEADERS | {"X-Robots-Tag": "noindex"}


class File(msgspec.Struct, frozen=True):
    format: str
    name: str
    size: str


class SharedView(msgspec.Struct, frozen=True, kw_only=True):
    """The page's words."""

    title: str
    template: str
    made: str
    pages: int | None
    until: str
    files: Sequence[File]
    """The report's own format first."""
    preview: str
    """Where it is shown from; empty: the link does not give that."""
    download: str
    """Where its files are; empty: the link does not give them."""


def _ended(request: Request[Any, Any, Any], error: NotFound) -> Response[Any]:
    if "text/html" not in request.headers.get("accept", ""):
        return problems.answer(request, error)
    return Template("ended.html.jinja", context={"said": error.message}, status_code=404, headers=_HEADERS)


@get("/s/{token:str}", include_in_schema=False, exception_handlers={NotFound: _ended})
async def page(
    request: Request[Any, Any, Any], resources: NamedDependency[Resources], token: FromPath[str]
) -> Template:
    """A shared report, to look at and to save."""
    async with resources.pipeline.database.begin() as db:
        request.scope["user"] = guest = await visitor(db, token)
        report_id = str(guest.grant.report_id)
        view = await find(db, request, report_id, guest.grant.permissions[0])
        files = await artifacts.of_run(db, view.report.run_id) if view.run.status is RunStatus.COMPLETED else []
        await grants.use(db, token, "view")
    here = f"{request.scope.get('root_path', '').rstrip('/')}/api/reports/{report_id}"
    shown = shared_view(view, files, here=here, token=token, until=guest.grant.expires_at)
    return Template("shared.html.jinja", context={"view": shown}, headers=_HEADERS)


def shared_view(view: ReportView, files: Sequence[Artifact], *, here: str, token: str, until: datetime) -> SharedView:
    """What is shown of a report. Pure.

    Args:
        here: where the report's routes are.
    """
    allowed = view.granted or []
    own = view.report.output_format
    by_format = {file.format: file for file in files}
    chosen = [by_format[name] for name in sorted(FORMATS, key=lambda name: name != own) if name in by_format]
    return SharedView(
        title=view.report.title,
        template=view.template.name,
        made=day(view.run.completed_at) if view.run.completed_at else "",
        pages=next((file.pages for file in files if file.pages), None),
        until=f"{day(until)}, {until:%H:%M} UTC",
        files=[File(file.format, FORMATS[file.format], size(file.size_bytes)) for file in chosen],
        preview=f"{here}/preview?token={token}" if "view" in allowed and "html" in by_format else "",
        download=f"{here}/download?token={token}" if "download" in allowed else "",
    )


def day(time: datetime) -> str:
    return f"{time.day} {time:%B %Y}"


def size(count: int) -> str:
    """A file's size as people say it."""
    if count < 1000:
        return f"{count} bytes"
    if count < 999_500:
        return f"{count / 1000:.0f} kB"
    return f"{count / 1_000_000:.1f} MB"
