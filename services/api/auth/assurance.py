"""When a session must show its second factor, and how that is asked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from litestar.handlers.base import BaseRouteHandler

from shared.domain.errors import METHOD_REQUIRED, Conflict, Forbidden

from . import kratos
from .door import Door

if TYPE_CHECKING:
    from .caller import Caller, Connection, Guard

METHODS = ["totp", "recovery_code"]
FRESH = timedelta(minutes=15)
"""For what changes who may come in, the second factor must have been shown this recently."""


def second_factor(operation: str, *, fresh: bool = False) -> Guard:
    """A guard behind ``requires``, for a route that wants the demand to name this operation.

    Args:
        fresh: who has a second factor must have shown it lately, whatever the settings demand of other routes.
    """
    recent = lately(operation)

    async def guard(connection: Connection, handler: BaseRouteHandler) -> None:
        demand(connection.scope["user"], connection.app.state.resources.door, operation)
        if fresh:
            await recent(connection, handler)

    return guard


def lately(operation: str) -> Guard:
    """A guard behind ``requires``: a session whose person has a second factor must have shown it lately.

    That holds whatever the settings demand of other routes. Keys pass.
    """

    async def guard(connection: Connection, _handler: BaseRouteHandler) -> None:
        caller: Caller = connection.scope["user"]
        if caller.session is not None and caller.enrolled and not _is_fresh(caller):
            raise _required(caller, operation)

    return guard


async def own_session(connection: Connection, _handler: BaseRouteHandler) -> None:
    """A guard behind ``requires``: only people who are logged in here.

    Raises:
        Forbidden: it is a key (code ``session_required``).
        Conflict: password and second factor are kept elsewhere (code ``federated``).
    """
    caller: Caller = connection.scope["user"]
    if caller.session is None:
        raise Forbidden("log in for this; an API key cannot do it", code="session_required")
    if caller.federated:
        raise Conflict("this account's password and second factor are changed at its login server", code="federated")


def demand(caller: Caller, door: Door, operation: str) -> None:
    """Let keys through, and sessions that have shown what the settings ask for.

    Raises:
        Forbidden: with the code ``METHOD_REQUIRED``, or ``password_change_required``.
    """
    if caller.session is not None and caller.must_change_password:
        raise Forbidden(
            "choose a password of your own first, at /account or by POST /api/auth/password",
            code="password_change_required",
        )
    if is_demanded(caller, door):
        raise _required(caller, operation)


def is_demanded(caller: Caller, door: Door) -> bool:
    """Whether this caller has to show (or set up) a second factor before anything else."""
    mode = door.settings.second_factor
    wanted = mode == "always" or (mode == "enrolled" and caller.enrolled)
    return caller.session is not None and wanted and caller.aal != "aal2"


def operation_of(handler: BaseRouteHandler) -> str:
    """What a demand calls a route: its ``opt["operation"]``, or else its function."""
    return str(handler.opt.get("operation") or handler.handler_name.rpartition(".")[2])


def _required(caller: Caller, operation: str) -> Forbidden:
    enrolled = caller.enrolled or caller.federated
    said = "Confirm it is you with your second factor" if enrolled else "Set up a second factor first"
    methods = kratos.METHODS if caller.federated else METHODS
    return Forbidden(said, code=METHOD_REQUIRED, details={"required_methods": methods, "operation": operation})


def _is_fresh(caller: Caller) -> bool:
    at = caller.session.stepped_up_at if caller.session else None
    return at is not None and at > datetime.now(UTC) - FRESH
