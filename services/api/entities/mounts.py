"""Where entities are reached: at the root and below ``/ml``."""

from __future__ import annotations

from litestar.router import Router

from . import compute, lookup, routes, uploads

FORM_BYTES = 64 * 1024
"""What a form has beside the file in it."""


def handlers(upload_bytes: int) -> list[Router]:
    """
    Args:
        upload_bytes: of one table; a larger body is answered 413.
    """
    shown = [
        Router(
            f"{mount}/api/ml/uploads",
            route_handlers=uploads.HANDLERS,
            include_in_schema=not mount,
            request_max_body_size=upload_bytes + FORM_BYTES,
        )
        for mount in ("", "/ml")
    ]
    return shown + [
        Router(f"{mount}{prefix}", route_handlers=paths, include_in_schema=not mount)
        for mount in ("", "/ml")
        for prefix, paths in (("/api/ml", [*routes.HANDLERS, compute.compute]), ("/api", lookup.HANDLERS))
    ]
