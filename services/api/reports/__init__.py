"""Reports by template, in the long-form dialect, at the root and below ``/sting``."""

from __future__ import annotations

from litestar.router import Router

from . import create, downloads, preview, queue, removal, routes, share, template_admin, templates

__all__ = ["handlers"]


def handlers() -> list[Router]:
    paths = [
        *queue.HANDLERS,
        *templates.HANDLERS,
        *template_admin.HANDLERS,
        create.create,
        *routes.HANDLERS,
        *removal.HANDLERS,
        *downloads.HANDLERS,
        *preview.HANDLERS,
        *share.HANDLERS,
    ]
    return [
        Router("/api/reports", route_handlers=paths),
        Router("/sting/api/reports", route_handlers=paths, include_in_schema=False),
    ]
