"""When a session must show its second factor, and how that is asked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from litestar.handlers.base import BaseRouteHandler

from shared.domain.errors import METHOD_REQUIRED, Forbidden

from . import kratos
from .door import Door

if TYPE_CHECKING:
    from .caller import Caller, Connection, Guard

METHODS = ["totp", "recovery_code"]
FRESH = timedelta(minutes=15)
"""For what changes who may come in, the second factor must have been shown this recently."""


def second_factor(operation: str, *, fresh: bool = False) -> Guard:
    """A guard behind ``requires``, for a route that wants its demand to name this operation.

    Args:
        fresh: who has a second factor must have shown it within the last quarter of an hour,
            whatever the settings demand of other routes.
    """

    async def guard(connection: Connection, _handler: BaseRouteHandler) -> None:
        caller: Caller = connection.scope["user"]
        demand(caller, connection.app.state.resources.door, operation)
        if fresh and caller.session is not None and caller.enrolled and not _is_fresh(caller):
            raise required(caller, operation)

    return guard


def demand(caller: Caller, door: Door, operation: str) -> None:
    """Let keys through, and sessions that have shown what the settings ask for.

    Raises:
        Forbidden: with the code ``METHOD_REQUIRED``, or ``password_change_required``.
    """
    if caller.session is None:
        return
    if caller.must_change_password:
        raise Forbidden(
            "choose a password of your own first, at /account or by POST /api/auth/password",
            code="password_change_required",
        )
    mode = door.settings.second_factor
    wanted = mode == "always" or (mode == "enrolled" and caller.enrolled)
    if wanted and caller.aal != "aal2":
        raise required(caller, operation)


def required(caller: Caller, operation: str) -> Forbidden:
    """The demand for a second factor."""
    said = "Confirm it is you with your second factor" if caller.enrolled else "Set up a second factor first"
    methods = kratos.METHODS if caller.federated else METHODS
    return Forbidden(said, code=METHOD_REQUIRED, details={"required_methods": methods, "operation": operation})


def operation_of(handler: BaseRouteHandler) -> str:
    return str(handler.opt.get("operation") or handler.handler_name.rpartition(".")[2])


def _is_fresh(caller: Caller) -> bool:
    at = caller.session.stepped_up_at if caller.session else None
    return at is not None and at > datetime.now(UTC) - FRESH
