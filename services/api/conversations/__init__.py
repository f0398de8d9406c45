"""Conversations that reports can be written from, at the root and below ``/sting``."""

from __future__ import annotations

from litestar.router import Router

from .routes import HANDLERS

__all__ = ["handlers"]


def handlers() -> list[Router]:
    return [
        Router("/api/conversations", route_handlers=HANDLERS),
        Router("/sting/api/conversations", route_handlers=HANDLERS, include_in_schema=False),
    ]
