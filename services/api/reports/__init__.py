"""Reports in both dialects: at the root by what a request says, below ``/sting`` and ``/ml`` each its own."""

from __future__ import annotations

from litestar.router import Router

from . import downloads, preview, queue, removal, routes, share, template_admin, templates
from .ml import framing, jobs, privacy

__all__ = ["handlers"]


def handlers() -> list[Router]:
    either = [
        *routes.HANDLERS,
        *removal.HANDLERS,
        *downloads.HANDLERS,
        *preview.HANDLERS,
        *share.HANDLERS,
    ]
    longform = [*queue.HANDLERS, *templates.HANDLERS, *template_admin.HANDLERS]
    ml = [*jobs.HANDLERS, *privacy.HANDLERS]
    return [
        Router("/api/reports", route_handlers=[*longform, *either, *framing.HANDLERS]),
        Router("/sting/api/reports", route_handlers=[*longform, *either], include_in_schema=False),
        Router("/ml/api/reports", route_handlers=[*either, *framing.HANDLERS], include_in_schema=False),
        Router("/api", route_handlers=ml),
        Router("/ml/api", route_handlers=ml, include_in_schema=False),
    ]
