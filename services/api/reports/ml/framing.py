"""Makes the short-lived links that pages of others show reports by."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from services.api.auth.caller import Caller, requires
from services.api.idempotency import finalise
from services.api.reports.access import READ, find, note, prefix
from services.api.reports.openapi import ERRORS
from services.api.resources import Resources
from shared.domain.errors import NotFound

from . import wire
from .links import make


@post(
    "/{report_id:str}/view-link",
    status_code=201,
    guards=[requires(*READ)],
    summary="Make a link for a frame",
    tags=["ml reports"],
    responses=ERRORS,
)
async def link(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources], report_id: FromPath[str]
) -> Response[wire.Link]:
    """An address that shows the report without a key for a few minutes, for the `src` of a frame.

    It can be made before the report is done, and cannot be taken back.
    """
    async with resources.pipeline.transaction() as tx:
        view = await find(tx.db, request, report_id, "view")
        report = view.report
        expires_at = min(datetime.now(UTC) + timedelta(seconds=resources.settings.view_seconds), report.expires_at)
        if expires_at <= datetime.now(UTC):
            raise NotFound("Report not found")
        token = make(resources.settings.secret_key, report.id, expires_at)
        body = wire.Link(url=f"{prefix(request)}/{report.id}/view?token={token}", token=token, expires_at=expires_at)
        await note(tx.db, request, "report.view_link", report.id, expires_at=expires_at.isoformat())
        response = Response(body, status_code=201, headers={"Cache-Control": "no-store"})
        await finalise(tx.db, request, response)
    return response


HANDLERS = [link]
