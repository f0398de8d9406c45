"""Knowledge bases on the wire: honey jars, their documents, and searching them."""

from __future__ import annotations

from litestar.router import Router

from . import documents, jars, search

FORM_BYTES = 64 * 1024
"""What a form has beside the file in it."""


def handlers(upload_limit_bytes: int) -> list[Router]:
    """
    Args:
        upload_limit_bytes: of one document; a larger body is answered 413.
    """
    paths = [*jars.HANDLERS, *documents.HANDLERS, search.search]
    return [
        Router("/api/knowledge/honey-jars", route_handlers=paths, request_max_body_size=upload_limit_bytes + FORM_BYTES)
    ]
