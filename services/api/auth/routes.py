"""People's routes together."""

from __future__ import annotations

from litestar.handlers.base import BaseRouteHandler

from . import enrolment, keys, login, password, users


def handlers() -> list[BaseRouteHandler]:
    return [*login.HANDLERS, *password.HANDLERS, *enrolment.HANDLERS, *keys.HANDLERS, *users.HANDLERS]
