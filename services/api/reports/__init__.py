"""Reports by template, in the long-form dialect, at the root and below ``/sting``."""

from __future__ import annotations

from litestar.router import Router

from . import create, downloads, queue, routes, templates

__all__ = ["handlers"]


def handlers() -> list[Router]:
    paths = [*queue.HANDLERS, *templates.HANDLERS, create.create, *routes.HANDLERS, *downloads.HANDLERS]
    return [
        Router("/api/reports", route_handlers=paths),
        Router("/sting/api/reports", route_handlers=paths, include_in_schema=False),
    ]
