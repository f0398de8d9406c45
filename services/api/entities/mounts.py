"""Where entities are reached: at the root and below ``/ml``."""

from __future__ import annotations

from litestar.router import Router

from . import lookup, routes


def handlers() -> list[Router]:
    return [
        Router(f"{mount}{prefix}", route_handlers=paths, include_in_schema=not mount)
        for mount in ("", "/ml")
        for prefix, paths in (("/api/ml", routes.HANDLERS), ("/api", lookup.HANDLERS))
    ]
